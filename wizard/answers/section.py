"""The base of every section of the preset, and the one way to declare an answer."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from pydantic.alias_generators import to_camel


class Section(BaseModel):
    """A group of answers: camelCase in files, snake_case in Python, unknown keys refused."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)

    label: ClassVar[str] = ""
    """What people call the choice of this section, where it is one kind of several."""


class Reference(Section):
    """A reference to a secret: a section with one answer, whose key tells its kind."""


def answer(
    default: Any = ...,
    *,
    label: str,
    help: str,
    example: Any = None,
    unit: str = "",
    stored: str = "",
    front: bool = False,
) -> Any:
    """Declare an answer; `...` as default makes it required.

    Form widget, JSON Schema, reference page, review row and `--set` path all derive from this.
    `label` is a few words, `help` a sentence or two; `unit` names what a number counts. `stored`,
    for secrets only, says whether a Kubernetes Secret is used in place or copied. What is required
    stands in front of a form, and so does what is worth a look in most installations (`front`);
    all else is there on demand.
    """
    extra: dict[str, JsonValue] = {"x-unit": unit, "x-stored": stored, "x-front": front}
    return Field(
        default,
        title=label,
        description=help,
        examples=None if example is None else [example],
        json_schema_extra={key: given for key, given in extra.items() if given} or None,
    )
