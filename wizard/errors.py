"""The exception tree and the exit codes.

WizardError                 what happened, why, what to do, where
├── UsageError              2  the command line or a preset cannot be understood
│   └── SecretMissing       2  a secret reference leads nowhere
├── CheckFailed             3  the world is not ready for this preset
├── NotAccepted             4  warnings or destructive changes wait for a yes
├── StepFailed              5  a step or the acceptance failed; the same command resumes
│   └── PersonAwaited       5  somebody outside has to act first; the same command goes on then
├── OutOfTime               6  a gate ran out of time; the same command resumes
├── BundleInvalid           7  a bundle cannot be read
├── LockHeld                8  another run works on this target
├── Interrupted           130  a person or a signal stopped the run
└── WorldError              5  a backend could not do what it was asked
    ├── Unreachable            nobody answered
    │   └── CertificateRefused somebody answered, whose certificate does not hold
    ├── Unauthorized           the identity was not accepted
    ├── Forbidden              the identity lacks a right
    ├── NotFound               the object does not exist
    ├── KindUnknown            the API server does not serve this kind
    ├── Conflict               a field, a revision or a name belongs to someone else
    ├── Invalid                the API server refuses the object
    ├── Throttled              the API server asks to slow down
    ├── VaultClosed            a Vault is sealed, or was never initialised
    └── HelmFailed             Helm ended with an error
"""

from collections.abc import Sequence
from enum import IntEnum


class ExitCode(IntEnum):
    """What the process tells its caller."""

    DONE = 0
    BUG = 1
    USAGE = 2
    CHECK_FAILED = 3
    NOT_ACCEPTED = 4
    STEP_FAILED = 5
    OUT_OF_TIME = 6
    BUNDLE_INVALID = 7
    LOCK_HELD = 8
    FINDINGS = 9
    CHANGES = 10
    INTERRUPTED = 130


_FIRST_COUNTS = (130, 8, 3, 4, 5, 6)
"""When several exit codes hold, the first of these; others come last."""


class WizardError(Exception):
    """An error that people see.

    `what` happened, `why` it happened, `fix`: what to do about it, `where`: the file, object or
    answer concerned. All are plain text without secrets.
    """

    exit_code: ExitCode = ExitCode.STEP_FAILED

    def __init__(self, what: str, *, why: str = "", fix: str = "", where: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.fix = fix
        self.where = where

    def __str__(self) -> str:
        """The error as lines: what, then where, why and fix as far as they are known."""
        labelled = (("where", self.where), ("why", self.why), ("fix", self.fix))
        return "\n".join([self.what, *(f"  {name}: {text}" for name, text in labelled if text)])


def precedence(error: WizardError) -> int:
    """The rank of an error among several, of which the lowest decides; see _FIRST_COUNTS."""
    code = error.exit_code
    return _FIRST_COUNTS.index(code) if code in _FIRST_COUNTS else len(_FIRST_COUNTS)


class UsageError(WizardError):
    """The command line or a preset cannot be understood."""

    exit_code = ExitCode.USAGE


class SecretMissing(UsageError):
    """A secret reference leads nowhere, or to nothing."""


class CheckFailed(WizardError):
    """The world is not ready for this preset; nothing was written."""

    exit_code = ExitCode.CHECK_FAILED


class NotAccepted(WizardError):
    """Warnings or destructive changes were not accepted; nothing was written."""

    exit_code = ExitCode.NOT_ACCEPTED


class StepFailed(WizardError):
    """A step or the acceptance failed; the same command resumes."""


class PersonAwaited(StepFailed):
    """Nothing failed: somebody outside has to act first, in hours or days.

    The same command goes on then.
    """


class OutOfTime(WizardError):
    """A gate ran out of time; the same command resumes."""

    exit_code = ExitCode.OUT_OF_TIME


class BundleInvalid(WizardError):
    """A file is no bundle that this version can read."""

    exit_code = ExitCode.BUNDLE_INVALID


class LockHeld(WizardError):
    """Another run works on this target."""

    exit_code = ExitCode.LOCK_HELD


class Interrupted(WizardError):
    """A person or a signal stopped the run; the same command resumes."""

    exit_code = ExitCode.INTERRUPTED


class WorldError(WizardError):
    """A backend could not do what it was asked."""


class Unreachable(WorldError):
    """Nobody answered, or the answer broke off: trying again may help."""


class CertificateRefused(Unreachable):
    """Somebody answered, but who it is cannot be told by the certificate.

    `kind` tells why: `untrusted` (no authority known here vouches for it), `name` (it is for
    other names) or `expired` (it does not hold now).
    """

    def __init__(
        self, what: str, *, kind: str, why: str = "", fix: str = "", where: str = ""
    ) -> None:
        super().__init__(what, why=why, fix=fix, where=where)
        self.kind = kind


class Unauthorized(WorldError):
    """The identity was not accepted at all."""


class Forbidden(WorldError):
    """The identity lacks a right."""


class NotFound(WorldError):
    """The object does not exist."""


class KindUnknown(NotFound):
    """The API server does not serve this kind: its CRD is not installed."""


class Conflict(WorldError):
    """A field, a revision or a name belongs to someone else.

    `fields` holds pairs of a field's path and the manager that owns it, as far as told.
    """

    def __init__(
        self,
        what: str,
        *,
        fields: Sequence[tuple[str, str]] = (),
        why: str = "",
        fix: str = "",
        where: str = "",
    ) -> None:
        super().__init__(what, why=why, fix=fix, where=where)
        self.fields = tuple(fields)


class Invalid(WorldError):
    """The API server refuses the object.

    `immutable` is true where an existing object would have to be replaced.
    """

    def __init__(
        self, what: str, *, immutable: bool = False, why: str = "", fix: str = "", where: str = ""
    ) -> None:
        super().__init__(what, why=why, fix=fix, where=where)
        self.immutable = immutable


class Throttled(WorldError):
    """The API server asks to slow down; `after` is the number of seconds it named."""

    def __init__(self, what: str, *, after: float = 1.0, why: str = "", fix: str = "") -> None:
        super().__init__(what, why=why, fix=fix)
        self.after = after


class VaultClosed(WorldError):
    """A Vault or OpenBao is sealed, or was never initialised: a person has to act first."""


class HelmFailed(WorldError):
    """Helm ended with an error.

    `kind` tells which: `cancelled`, `conflict`, `deadline`, `invalid-chart`, `killed`,
    `no-chart`, `not-found`, `ownership`, `pending`, `template`, `unauthorized`,
    `unreachable` or `other`.
    """

    def __init__(self, what: str, *, kind: str = "other", why: str = "", fix: str = "") -> None:
        super().__init__(what, why=why, fix=fix)
        self.kind = kind
