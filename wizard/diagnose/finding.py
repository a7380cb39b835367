"""A finding: a diagnosis with evidence, cause and fix."""

from dataclasses import dataclass
from typing import Literal

from wizard.diagnose.offer import Offer

Severity = Literal["fail", "warn"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one object, told for people.

    `id` is "HW-" and three digits, the same for ever; `object` names the object as people write
    it ("Pod harbor/harbor-core-…"); `evidence` holds the lines that prove it, newest last.
    """

    id: str
    severity: Severity
    object: str
    title: str
    cause: str
    fix: str
    evidence: tuple[str, ...] = ()
    terminal: bool = False
    """Waiting longer cannot help: a gate that waits for the object ends at once."""
    suppressed_by: str | None = None
    """The id of the finding that explains this one."""
    component: str = ""
    """The id of the component that the object belongs to (`wizard.diagnose.components`)."""
    offer: Offer | None = None
    """What may mend it, if there is something that is safe."""
