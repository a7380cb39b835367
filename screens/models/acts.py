"""An action on a finding, in words: what it would do, how it goes on, how it ended."""

from collections.abc import Callable

from screens.models.session import Session
from wizard.actions.acting import carry_out
from wizard.actions.base import Act
from wizard.errors import WizardError
from wizard.plan.plan import Plan
from wizard.ports import World
from wizard.report_text import change_lines
from wizard.run.events import Event, StepWaiting
from wizard.run.rendering import Style


def preview_text(act: Act, plan: Plan) -> str:
    """What the API server says would change, and what that means."""
    style = Style(unicode=True)
    lines = [line.strip() for change in plan.changes for line in change_lines(change, style)]
    return "\n".join([*lines, "", act.effect])


class Acting:
    """Carries out one action that was previewed."""

    def __init__(self, session: Session, world: World, act: Act, plan: Plan) -> None:
        self._session, self._world = session, world
        self._act, self._plan = act, plan
        self._warnings: list[WizardError] = []

    async def go(self, tell: Callable[[str], None]) -> tuple[bool, str]:
        """Do it; whether that was good, and in which words it ended."""
        redactor = self._session.redactor

        def listen(event: Event) -> None:
            if isinstance(event, StepWaiting):
                tell(event.text)

        try:
            await carry_out(
                self._world,
                self._act,
                self._plan,
                redactor,
                listen,
                log_dir=self._session.ways.log_dir,
                warn=self._warnings.append,
            )
        except WizardError as error:
            return False, redactor.redact(str(error))
        told = "\n".join(redactor.redact(str(warning)) for warning in self._warnings)
        return True, f"{self._act.title}: done\n{told}".rstrip()
