"""The base of every section of the preset, and the one way to declare an answer."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Section(BaseModel):
    """A group of answers: camelCase in files, snake_case in Python, unknown keys refused."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)


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
) -> Any:
    """Declare an answer; `...` as default makes it required.

    Form widget, JSON Schema, reference page, review row and `--set` path all derive from this.
    `label` is a few words, `help` a sentence or two; `unit` names what a number counts. `stored`,
    for secrets only, says whether a Kubernetes Secret is used in place or copied.
    """
    extra = {"x-unit": unit, "x-stored": stored}
    return Field(
        default,
        title=label,
        description=help,
        examples=None if example is None else [example],
        json_schema_extra={key: text for key, text in extra.items() if text} or None,
    )
