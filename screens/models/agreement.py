"""What a person agreed to on Review, and what still keeps a run from beginning."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from screens.models.telling import Told
from wizard.checks.base import Result
from wizard.run.consent import Consent, Loss, losses


@dataclass(slots=True)
class Agreement:
    """Warnings and losses that were agreed to; they stay so while they say the same."""

    _warnings: set[tuple[str, str]] = field(default_factory=set)
    _losses: set[tuple[str, str, str]] = field(default_factory=set)

    def accepted(self, warning: Result) -> bool:
        """Whether a warning was accepted, as it stands now."""
        return _warning_key(warning) in self._warnings

    @property
    def accepts(self) -> bool:
        """Whether any warning was accepted."""
        return bool(self._warnings)

    def toggle(self, warning: Result) -> None:
        """Accept a warning, or take that back."""
        self._warnings ^= {_warning_key(warning)}

    def accept(self, warnings: Sequence[Result]) -> None:
        """Accept all of these."""
        self._warnings |= {_warning_key(warning) for warning in warnings}

    def allowed(self, loss: Loss, plan: str) -> bool:
        """Whether a loss was allowed for the plan with this hash."""
        return _loss_key(loss, plan) in self._losses

    def allow(self, loss: Loss, plan: str) -> None:
        """Allow a loss, for the plan with this hash only."""
        self._losses.add(_loss_key(loss, plan))

    def forbid(self, loss: Loss, plan: str) -> None:
        """Take that back."""
        self._losses.discard(_loss_key(loss, plan))

    def waiting(self, told: Told) -> Iterator[str]:
        """What waits for the person, in words; nothing: a run may begin."""
        failed = [one.check.title for one in told.results if one.outcome.state == "fail"]
        if failed:
            yield _told("1 check fails", f"{len(failed)} checks fail", failed)
        elif told.planned is None:
            yield "there is no plan yet"
        open_ = [one.check.title for one in warnings_of(told) if not self.accepted(one)]
        if open_:
            yield _told(
                "1 warning is not accepted", f"{len(open_)} warnings are not accepted", open_
            )
        if told.planned:
            plan = told.planned.hash
            names = [
                f"{loss.permission} {loss.change.ref}"
                for loss in losses(told.planned)
                if not self.allowed(loss, plan)
            ]
            if names:
                yield _told("1 loss is not allowed", f"{len(names)} losses are not allowed", names)

    def consent(self, told: Told) -> Consent:
        """What a run may do: exactly the plan that was looked at."""
        if told.planned is None:
            raise ValueError("nobody can agree to a plan that is not there")
        plan = told.planned
        return Consent(
            warnings=frozenset(one.check.id for one in warnings_of(told) if self.accepted(one)),
            permitted=frozenset(
                loss.permission for loss in losses(plan) if self.allowed(loss, plan.hash)
            ),
            plan=plan.hash,
        )


def warnings_of(told: Told) -> list[Result]:
    """The checks that warn."""
    return [one for one in told.results if one.outcome.state == "warn"]


def _warning_key(warning: Result) -> tuple[str, str]:
    return warning.check.id, warning.outcome.fact


def _loss_key(loss: Loss, plan: str) -> tuple[str, str, str]:
    return plan, loss.permission, str(loss.change.ref)


def _told(one: str, several: str, names: Sequence[str]) -> str:
    return f"{one if len(names) == 1 else several} ({', '.join(names)})"
