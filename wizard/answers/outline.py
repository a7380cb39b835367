"""The shape of the preset, read off the model: what may stand at which path."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from wizard.answers.paths import Path
from wizard.answers.preset import Preset
from wizard.answers.raw import value_at
from wizard.answers.section import Reference, Section

Form = Literal["section", "union", "secret", "list", "map", "scalar", "free"]


@dataclass(frozen=True, slots=True)
class Shape:
    """What may stand at a path.

    `sections` holds the section itself under "", or those of a union by kind, or the references
    of a secret by their key. `item` is what a list or a map is made of, `key` what the keys of a
    map may be. A `free` shape takes anything.
    """

    form: Form
    sections: Mapping[str, type[Section]] = field(default_factory=dict)
    item: "Shape | None" = None
    key: "Shape | None" = None
    annotation: Any = None

    @property
    def choices(self) -> tuple[Any, ...]:
        """The values to choose from; empty where any may stand."""
        options = _options(self.annotation)
        return tuple(v for o in options if get_origin(o) is Literal for v in get_args(o))

    @property
    def types(self) -> tuple[Any, ...]:
        """The plain types that may stand here."""
        return tuple(option for option in _options(self.annotation) if isinstance(option, type))

    def section_for(self, raw: Any) -> type[Section] | None:
        """The section that a raw value chooses; None where it names no known kind."""
        if self.form == "section":
            return self.sections[""]
        if not isinstance(raw, Mapping):
            return None
        if self.form == "union":
            return self.sections.get(str(raw.get("kind")))
        chosen = [section for key, section in self.sections.items() if key in raw]
        return chosen[0] if len(chosen) == 1 else None

    def child(self, key: str | int, raw: Any) -> "Shape | None":
        """The shape one step down, for the raw value that stands here; None: no such answer."""
        if self.form == "free":
            return self
        if self.item is not None:
            return self.item
        if self.form == "union" and key == "kind":
            return Shape("scalar", annotation=Literal[tuple(self.sections)])
        section = self.section_for(raw)
        found = fields_of(section).get(str(key)) if section else None
        return shape_of(found.annotation) if found else None


def fields_of(section: type[Section]) -> Mapping[str, FieldInfo]:
    """The answers of a section by their key in files."""
    return {info.alias or name: info for name, info in section.model_fields.items()}


def shape_of(annotation: Any) -> Shape:
    """The shape that a type in the model stands for."""
    options = [option for option in _options(annotation) if option is not NoneType]
    if options and all(isinstance(o, type) and issubclass(o, Section) for o in options):
        return _section_shape(options)
    (option,) = options if len(options) == 1 else (annotation,)
    origin, arguments = get_origin(option), get_args(option)
    if option is Any:
        return Shape("free", annotation=Any)
    if origin is tuple:
        return Shape("list", item=shape_of(arguments[0]), annotation=option)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        key, item = (shape_of(argument) for argument in arguments)
        return Shape("map", item=item, key=key, annotation=option)
    return Shape("scalar", annotation=option)


def _options(annotation: Any) -> list[Any]:
    """The members of a union, however it is nested; else the type alone."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _options(get_args(annotation)[0])
    if origin in {Union, UnionType}:
        return [option for argument in get_args(annotation) for option in _options(argument)]
    return [annotation]


def _section_shape(options: Sequence[type[Section]]) -> Shape:
    if issubclass(options[0], Reference):
        return Shape("secret", {next(iter(fields_of(option))): option for option in options})
    if "kind" in options[0].model_fields:
        return Shape("union", {kind_of(option): option for option in options})
    return Shape("section", {"": options[0]})


def kind_of(section: type[Section]) -> str:
    """The value of `kind` that chooses this member of a union."""
    return str(get_args(section.model_fields["kind"].annotation)[0])


ROOT = shape_of(Preset)


def shape_at(path: Path, data: Any) -> Shape | None:
    """The shape at a path of a raw preset; None where no such answer exists."""
    shape: Shape | None = ROOT
    for key in path:
        if shape is None:
            return None
        shape = shape.child(key, data)
        data = value_at((key,), data)
    return shape


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a preset: where it is, how it was declared, what it says."""

    path: Path
    info: FieldInfo
    value: Any


def walk(section: Section, path: Path = ()) -> Iterator[Answer]:
    """All answers of a preset, sections before what is in them, lists and maps item by item."""
    for name, info in type(section).model_fields.items():
        yield from _walk_value((*path, info.alias or name), info, getattr(section, name))


def _walk_value(path: Path, info: FieldInfo, value: Any) -> Iterator[Answer]:
    yield Answer(path, info, value)
    if isinstance(value, Section):
        yield from walk(value, path)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _walk_value((*path, index), info, item)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _walk_value((*path, key), info, item)


def walk_raw(raw: Any, shape: Shape, path: Path = ()) -> Iterator[tuple[Path, Shape, Any]]:
    """All raw values that stand where an answer is known, also in an incomplete preset."""
    yield path, shape, raw
    if shape.form == "free" or not isinstance(raw, Mapping | list):
        return
    for key, value in raw.items() if isinstance(raw, Mapping) else enumerate(raw):
        inner = shape.child(key, raw)
        if inner is not None:
            yield from walk_raw(value, inner, (*path, key))


def all_sections() -> list[type[Section]]:
    """Every section of the model once, in the order of the files."""
    found: dict[type[Section], None] = {}
    waiting = list(ROOT.sections.values())
    while waiting:
        section = waiting.pop(0)
        if section not in found:
            found[section] = None
            for info in fields_of(section).values():
                shape = shape_of(info.annotation)
                waiting += (shape.item or shape).sections.values()
    return list(found)
