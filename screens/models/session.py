"""A guided session: the answers on the desk, the cluster behind them, looks and runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from screens.models.agreement import Agreement
from screens.models.answer_rows import answer_of
from screens.models.asking import Asker
from screens.models.connection import Connection
from screens.models.desk import EMPTY, Desk
from screens.models.keeper import Keeper
from screens.models.run import Run
from screens.models.telling import Told
from screens.pages import all_pages
from screens.signs import State
from screens.ways import Ways
from wizard.answers.keeping import KeptDraft
from wizard.answers.paths import parse_path
from wizard.answers.secret_values import (
    SecretAnswer,
    missing_secrets,
    secret_paths,
    variable_for,
)
from wizard.commands import Answers, Wish, answers_of, install
from wizard.errors import SecretMissing, WizardError
from wizard.ports import Custodian, World
from wizard.run.consent import Consent
from wizard.run.events import Event
from wizard.run.redaction import Redactor


@dataclass(frozen=True, slots=True)
class TypedSecrets:
    """The person of a run on the screen: whatever is to be asked was asked before it began."""

    present: bool = False

    def secret(self, path: str, label: str) -> str:
        """Raises SecretMissing: the value is not there."""
        raise SecretMissing(
            f"No value for the secret {path}",
            why="it is to be asked for, and was not typed yet",
            where=path,
            fix=f"type it: choose {label} on its page",
        )


class Session:
    """Everything behind the screens, without any of them."""

    def __init__(
        self,
        ways: Ways,
        desk: Desk,
        kept: KeptDraft | None = None,
        connection: Connection | None = None,
        redactor: Redactor | None = None,
    ) -> None:
        """`connection` and `redactor` are there already, or it has its own."""
        self.ways = ways
        self.desk = desk
        self.stop = ""
        """The stop of the way that the person is at."""
        self.failing: dict[str, bool] = {}
        """Whether a check failed about an answer of a page, when that was asked last."""
        self._warnings: list[WizardError] = []
        self.keeper = Keeper(
            ways.drafts, kept or KeptDraft(desk.draft, origin=desk.opened), self._warnings.append
        )
        desk.on_change = self._changed
        self.redactor = redactor or Redactor()
        self.connection = connection or Connection(ways.open_world)
        self.asker = Asker(desk, self.connection, self.redactor, self.environ)
        self.run: Run | None = None
        self.agreement = Agreement()

    async def look(self, on_event: Callable[[Event], None]) -> Told:
        """Make all checks and the plan; what kept them from it is in `ended_by`."""
        told = Told(on_event)
        try:
            answers = self._answers(told)
            world = await self._world(answers)
            wish = Wish(until="plan", retarget=self.ways.retarget, log_dir=self.ways.log_dir)
            await install(world, answers, wish, told.voices(self.redactor))
        except WizardError as error:
            told.error(error)
        if told.results:
            self._failed(told)
        return told

    def _failed(self, told: Told) -> None:
        """Note the pages with an answer that a check fails about."""
        failed = [one.check for one in told.results if one.outcome.state == "fail"]
        about = {str(path[0]) for check in failed if (path := answer_of(check, self.desk))}
        self.failing = {page.id: not about.isdisjoint(page.paths) for page in all_pages()}

    def begin(self, consent: Consent, custodian: Custodian | None = None) -> Run:
        """A run of the answers as they are now; its `go` carries it out."""
        draft, environ = self.desk.draft, self.environ()

        async def work(told: Told) -> None:
            answers = answers_of(draft, told.voices(self.redactor), environ, TypedSecrets())
            preset = answers.preset
            wish = Wish(
                consent=consent,
                retarget=self.ways.retarget,
                log_dir=self.ways.log_dir,
                gate_seconds=self.ways.gate_seconds,
                custodian=custodian,
            )
            async with self.connection.held(preset.target.context, preset.network) as world:
                await install(world, answers, wish, told.voices(self.redactor))

        goes_on = self.run is not None and self.run.began and bool(self.run.exit)
        self.run = Run(work, draft, consent, goes_on=goes_on)
        return self.run

    @property
    def same_answers(self) -> bool:
        """Whether the answers are still those of the last run."""
        return self.run is not None and self.run.draft.data == self.desk.draft.data

    def consent_to_rest(self) -> Consent:
        """The consent to the last run, made one to what that has left to do."""
        if self.run is None:
            return Consent()
        given, planned = self.run.consent, self.run.told.planned
        if not given.plan or planned is None or planned.hash != given.plan:
            return given
        return replace(given, plan="", rest_of=planned)

    def state_of(self, stop: str) -> State:
        """How a stop of the way stands, for the map."""
        if stop == "install" and self.run is not None:
            return "running" if self.run.running else "wrong" if self.run.exit else "ok"
        page = next((page for page in all_pages() if page.id == stop), None)
        if page is None or page.id not in self.desk.visited:
            return "not yet"
        paths = [parse_path(path) for path in page.paths]
        wrong = [one for path in paths for one in self.desk.problems_at(path)]
        if any(one.severity == "error" for one in wrong) or self.failing.get(page.id):
            return "wrong"
        return "look" if wrong else "ok"

    def at(self, stop: str) -> None:
        """The person is at a stop of the way now."""
        self.stop = stop
        self._changed()

    def told_warnings(self) -> list[WizardError]:
        """What went wrong beside the person's way since this was asked last."""
        told, self._warnings[:] = list(self._warnings), []
        return told

    def _changed(self) -> None:
        """Keep what was typed, once there is anything."""
        if self.desk.draft.data != EMPTY:
            self.keeper.changed(self.desk.draft, self.stop)

    async def close(self) -> None:
        """Keep what is typed, close the connection."""
        await self.keeper.settled()
        self.asker.close()
        await self.connection.close()

    def environ(self) -> Mapping[str, str]:
        """The environment, with what was typed in this session in place of its variables."""
        preset, _ = self.desk.draft.tentative()
        known = {one.path for one in secret_paths(preset)}
        typed = {
            variable_for(path): value for path, value in self.desk.typed.items() if path in known
        }
        return {**self.ways.environ, **typed}

    def missing_secrets(self) -> Sequence[tuple[SecretAnswer, SecretMissing]]:
        """The secrets that have to be typed before a look, each with why it is not known."""
        return missing_secrets(self.desk.draft.to_preset(), self.environ(), TypedSecrets())

    def _answers(self, told: Told) -> Answers:
        voices = told.voices(self.redactor)
        return answers_of(self.desk.draft, voices, self.environ(), TypedSecrets())

    async def _world(self, answers: Answers) -> World:
        preset = answers.preset
        return await self.connection.world(preset.target.context, preset.network)
