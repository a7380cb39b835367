"""What is wrong with a preset, in words for people."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from wizard.errors import UsageError


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an answer.

    `path` is the answer's path (`harbor.expose.kind`), empty where the file as a whole is meant.
    `line` and `column` count from 1; 0 means that no file holds the answer. A warning does not
    keep a preset from being used.
    """

    path: str
    message: str
    fix: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    severity: Literal["error", "warning"] = "error"

    @property
    def place(self) -> str:
        """Where it stands: `harbor.yaml:12:3`, or the file or option alone."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file

    def document(self) -> dict[str, str | int]:
        """The problem as errors name it in JSON."""
        return asdict(self)

    def __str__(self) -> str:
        """Place, path, message and fix in one or two lines."""
        head = ": ".join(part for part in (self.place, self.path, self.message) if part)
        return f"{head}\n    fix: {self.fix}" if self.fix else head


class PresetInvalid(UsageError):
    """A preset cannot be used; `problems` holds all that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        count = len(problems)
        head = "The preset has a problem" if count == 1 else f"The preset has {count} problems"
        super().__init__("\n".join([f"{head}:", *map(str, problems)]))
        self.problems = tuple(problems)
