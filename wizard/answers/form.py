"""The questions of a form, read off the model: one for each answer that may be given now."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from types import NoneType
from typing import Any, Literal, get_args

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from wizard.answers.outline import Shape, fields_of, kind_of, shape_at, shape_of
from wizard.answers.paths import Path, format_path
from wizard.answers.raw import value_at
from wizard.answers.section import Section
from wizard.answers.translate import choice_text

Control = Literal[
    "kind", "choice", "flag", "number", "text", "file", "secret", "list", "map", "section", "yaml"
]
"""What a question is answered with. `kind` chooses one of several sections, `section` whether one
is given at all; `yaml` takes anything.
"""


@dataclass(frozen=True, slots=True)
class Option:
    """One of several possible answers: as the file has it, as people call it, what it brings."""

    value: Any
    label: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One answer as a form asks for it.

    `path` leads to the answer; for a `kind` to the section that it chooses. `around` holds the
    labels of the sections around it within the form. `front`: worth a look in most installations.
    """

    path: Path
    label: str
    help: str
    control: Control
    shape: Shape
    around: tuple[str, ...] = ()
    default: Any = None
    """What counts while nothing is given, as the file would have it."""
    required: bool = False
    example: str = ""
    unit: str = ""
    front: bool = False
    options: tuple[Option, ...] = ()

    @property
    def name(self) -> str:
        """The path as people write it; that of `kind` itself where the question chooses one."""
        return format_path((*self.path, "kind") if self.control == "kind" else self.path)


def questions(data: Mapping[str, Any], path: Path) -> list[Question]:
    """The question at a path of raw answers, or all in the section there, in the model's order.

    Those of a section of several kinds follow the question for its kind.
    """
    parent = shape_at(path[:-1], data)
    if parent is None:
        return []
    if parent.item is not None:
        return list(_item_questions(data, path, parent.item))
    info = _info_at(data, path)
    return list(_ask(data, path, info, (), in_front=True)) if info else []


def key_question(data: Mapping[str, Any], path: Path) -> Question | None:
    """The question for the key of a map's item; None: the items there have no keys to choose."""
    parent, about = shape_at(path[:-1], data), _info_at(data, path[:-1])
    if parent is None or parent.key is None:
        return None
    examples = [key for example in _examples(about) for key in example]
    return Question(
        path,
        "Key",
        about.description or "" if about else "",
        "text",
        parent.key,
        required=True,
        example=flow(examples[0]) if examples else "",
        front=True,
    )


def _item_questions(data: Mapping[str, Any], path: Path, shape: Shape) -> Iterator[Question]:
    """The questions for one item of a list or a map; all that it is made of stands in front."""
    if shape.form == "section":
        yield from _inside(data, path, shape.sections[""], (), in_front=True)
        return
    control: Control = "kind" if shape.form == "union" else _control(shape)
    yield _question(path, _item_info(data, path), control, shape, (), True)
    raw = value_at(path, data)
    section = shape.section_for(raw) if shape.form == "union" else None
    if section:
        yield from _inside(data, path, section, (), in_front=True)


def _info_at(data: Mapping[str, Any], path: Path) -> FieldInfo | None:
    """How the answer at a path is declared; None for items of lists and maps."""
    parent = shape_at(path[:-1], data) if path else None
    section = parent.section_for(value_at(path[:-1], data) or {}) if parent else None
    return fields_of(section).get(str(path[-1])) if section else None


def _item_info(data: Mapping[str, Any], path: Path) -> FieldInfo:
    """An item as if it were declared by itself, told of as its list or map is."""
    about = _info_at(data, path[:-1])
    examples = [
        item
        for example in _examples(about)
        for item in (example.values() if isinstance(example, Mapping) else example)
    ]
    return FieldInfo(
        title="Value",
        description=about.description if about else None,
        examples=examples or None,
        json_schema_extra=about.json_schema_extra if about else None,
    )


def _examples(info: FieldInfo | None) -> Sequence[Any]:
    return info.examples or () if info else ()


def _ask(
    data: Mapping[str, Any], path: Path, info: FieldInfo, around: tuple[str, ...], *, in_front: bool
) -> Iterator[Question]:
    shape = shape_of(info.annotation)
    front = in_front and (not around or _is_front(info))
    here = value_at(path, data)
    title = info.title or str(path[-1])
    if shape.form in {"section", "union"} and NoneType in get_args(info.annotation):
        yield _question(path, info, "section", shape, around, front)
        if here is None:
            return
    if shape.form == "section":
        yield from _inside(data, path, shape.sections[""], (*around, title), in_front=front)
    elif shape.form == "union":
        yield _question(path, info, "kind", shape, around, front)
        kind = here.get("kind") if isinstance(here, Mapping) else default_kind(info)
        if section := shape.sections.get(str(kind)):
            yield from _inside(data, path, section, (*around, title), in_front=front)
    else:
        yield _question(path, info, _control(shape), shape, around, front)


def _inside(
    data: Mapping[str, Any],
    path: Path,
    section: type[Section],
    around: tuple[str, ...],
    *,
    in_front: bool,
) -> Iterator[Question]:
    for key, info in fields_of(section).items():
        if key != "kind":
            yield from _ask(data, (*path, key), info, around, in_front=in_front)


def _question(
    path: Path,
    info: FieldInfo,
    control: Control,
    shape: Shape,
    around: tuple[str, ...],
    front: bool,
) -> Question:
    return Question(
        path,
        info.title or str(path[-1]),
        info.description or "",
        control,
        shape,
        around,
        default_kind(info) if control == "kind" else default_of(info),
        info.is_required(),
        example_text(info),
        str(_extra(info).get("x-unit", "")),
        front,
        tuple(_options(shape, control)),
    )


def _options(shape: Shape, control: Control) -> Iterator[Option]:
    if control == "kind":
        for kind, section in shape.sections.items():
            yield Option(kind, section.label or kind, _summary(section))
    elif control == "choice":
        yield from (Option(value, choice_text(value)) for value in shape.choices)


def _summary(section: type[Section]) -> str:
    """What a section says of itself, in one line."""
    return " ".join((inspect.getdoc(section) or "").split())


_BY_FORM: Mapping[str, Control] = {
    "free": "yaml",
    "secret": "secret",
    "list": "list",
    "map": "map",
}
_BY_TYPE: Mapping[Any, Control] = {bool: "flag", int: "number", FilePath: "file"}


def _control(shape: Shape) -> Control:
    if shape.item is not None and shape.item.form == "free":
        return "yaml"
    if shape.form in _BY_FORM:
        return _BY_FORM[shape.form]
    if shape.choices:
        return "choice"
    return next((_BY_TYPE[type_] for type_ in shape.types if type_ in _BY_TYPE), "text")


def default_kind(info: FieldInfo) -> str | None:
    """The kind that a section of several kinds has where none is given."""
    return kind_of(type(info.default)) if isinstance(info.default, Section) else None


def default_of(info: FieldInfo) -> Any:
    """The default of an answer as the file would have it; None where there is none."""
    default = info.default
    if default is PydanticUndefined:
        return None
    if isinstance(default, Section):
        return default.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return list(default) if isinstance(default, tuple) else default


def example_text(info: FieldInfo) -> str:
    """The example of an answer as the file would have it, in one line."""
    return flow(info.examples[0]) if info.examples else ""


def flow(value: Any) -> str:
    """A raw value as YAML in one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return '""' if value == "" else choice_text(value)


def _is_front(info: FieldInfo) -> bool:
    return info.is_required() or bool(_extra(info).get("x-front"))


def _extra(info: FieldInfo) -> Mapping[str, Any]:
    extra = info.json_schema_extra
    return extra if isinstance(extra, dict) else {}
