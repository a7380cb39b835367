"""What Review knows: the last look, what keeps a run from beginning, in words for people."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from screens.models.agreement import warnings_of
from screens.models.answer_rows import answer_rows, problem_rows
from screens.models.check_rows import check_rows
from screens.models.looking import Looking
from screens.models.plan_rows import counts, plan_rows
from screens.models.rows import Line, Row
from screens.models.session import Session
from screens.models.telling import Told
from screens.signs import State, sign
from wizard.answers.versions import HARBOR_VERSION
from wizard.run.consent import losses


@dataclass(slots=True)
class Reviewing:
    """One review of the answers of a session; `looking` is the look that goes on, `told` what the
    last one told, `missing` the secrets that it lacks, `opened` the rows of the plan shown open.
    """

    session: Session
    told: Told | None = None
    looking: Looking | None = None
    missing: list[str] = field(default_factory=list)
    opened: set[str] = field(default_factory=set)

    @property
    def wrong(self) -> int:
        """How many answers are missing or wrong: no look is made with them."""
        return sum(one.severity == "error" for one in self.session.desk.problems)

    @property
    def nothing_to_do(self) -> bool:
        """Whether everything is already as the answers say."""
        planned = self.told.planned if self.told else None
        return planned is not None and not planned.changes

    @property
    def waiting(self) -> Sequence[str]:
        """What keeps the run from beginning; empty: it may."""
        if self.wrong:
            return (
                ["1 answer is wrong or missing"]
                if self.wrong == 1
                else [f"{self.wrong} answers are wrong or missing"]
            )
        if self.looking:
            return ["the checks are being asked"]
        if self.missing:
            return [f"a secret is missing: {', '.join(self.missing)}"]
        if self.told is None:
            return ["the checks were not asked; p asks them"]
        return list(self.session.agreement.waiting(self.told))

    @property
    def head(self) -> str:
        """What is about to happen, where."""
        desk, told = self.session.desk, self.told
        target = told.target if told else None
        context = (target.context if target else "") or desk.draft.get("target.context")
        namespace = desk.draft.get("target.namespace") or "harbor"
        version = desk.draft.get("versions.harbor") or HARBOR_VERSION
        place = f"Harbor {version} as {desk.name} on {context or 'the current context'}/{namespace}"
        if self.nothing_to_do:
            return f"Installed and unchanged: {place}"
        if self.waiting:
            return f"Not ready yet to install {place}"
        planned = told.planned if told else None
        only_changes = planned is not None and not planned.summary["create"]
        return f"Ready to {'change' if only_changes else 'install'} {place}"

    @property
    def counts(self) -> str:
        """How far the look has come, or how much would be changed."""
        if self.looking:
            return f"{sign('asking')} {self.looking.text}. Esc stops it."
        told = self.told
        if told is None:
            return "The checks and the plan come once nothing is missing. Nothing is changed yet."
        number = len(warnings_of(told))
        warnings = "1 warning" if number == 1 else f"{number} warnings"
        if told.planned is None:
            return f"No plan could be made. {warnings}"
        if self.nothing_to_do:
            return f"Nothing to do: everything is as the answers say. {warnings}"
        return f"{counts(told.planned.summary)}, {warnings}"

    @property
    def answers(self) -> Sequence[Row]:
        """All answers, or only what is wrong with them."""
        redact = self.session.redactor.redact
        if self.wrong:
            return problem_rows(self.session.desk, redact)
        return answer_rows(self.session.desk, self.told.results if self.told else (), redact)

    @property
    def plan(self) -> Sequence[Row]:
        """The plan, as far as it is shown open; else why there is none."""
        redact = self.session.redactor.redact
        if self.told and self.told.planned:
            return plan_rows(self.told.planned, self.opened, redact)
        return [Row("", (Line(redact(self._planless), style="$text-muted"),))]

    @property
    def _planless(self) -> str:
        """Why there is no plan."""
        if self.looking:
            return "It is made once the checks are answered."
        if self.told is None:
            return f"It comes once this is done: {'; '.join(self.waiting)}."
        if error := self.told.ended_by:
            return f"None could be made: {error.what}. The pane Checks says more."
        return "None is made while a check fails: the pane Checks says which, and what to do."

    @property
    def checks(self) -> Sequence[Row]:
        """What there is to decide and to know."""
        if self.told is None:
            return ()
        return check_rows(self.told, self.session.agreement, self.session.redactor.redact)

    @property
    def checks_title(self) -> str:
        """How many of the checks there is something to say about."""
        if self.told is None:
            return "Checks"
        grave = sum(one.outcome.state in {"fail", "warn"} for one in self.told.results)
        grave += len(losses(self.told.planned)) if self.told.planned else 0
        if not grave:
            grave = int(self.told.ended_by is not None)
        failed = any(one.outcome.state == "fail" for one in self.told.results)
        state: State = "wrong" if failed else "look"
        return f"Checks {sign(state)} {grave}" if grave else f"Checks {sign('ok')}"
