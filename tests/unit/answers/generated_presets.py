"""Hypothesis strategies for raw presets that the model accepts, read off the model itself."""

from typing import Annotated, Any

from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from wizard.answers.outline import ROOT, Shape, fields_of, shape_of

TRICKY = ["no", "on", "~", "null", "1_0", "0o17", "0x1f", "1e3", "22:22", "2026-01-01", "a: b"]
TRICKY += ["1.2.3", "1h", "a:1", " a", "a ", "#", "- a", "{", "'", '"', "*a", "!a", "%", "é\u2028"]
CANDIDATES = [*TRICKY, True, False, 1, 3, "10.0.0.5", "a.pem"]

TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), max_size=12)
PLAIN = st.one_of(
    TEXTS,
    st.sampled_from(TRICKY),
    st.booleans(),
    st.none(),
    st.integers(-(10**17), 10**17),
    st.floats(-1e9, 1e9, allow_subnormal=False).filter(lambda x: x == 0 or abs(x) > 1e-9),
)
FREE = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def presets() -> st.SearchStrategy[dict[str, Any]]:
    """Raw presets: every answer is given or not, every kind is chosen in turn."""
    return _sections(ROOT)


def _sections(shape: Shape) -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of([_section(shape, kind) for kind in shape.sections])


def _section(shape: Shape, kind: str) -> st.SearchStrategy[dict[str, Any]]:
    required: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for key, info in fields_of(shape.sections[kind]).items():
        if shape.form == "union" and key == "kind":
            required[key] = st.just(kind)
        else:
            values = st.deferred(lambda info=info: _values(info))
            (required if info.is_required() else optional)[key] = values
    return st.fixed_dictionaries(required, optional=optional)


def _values(info: FieldInfo) -> st.SearchStrategy[Any]:
    shape = shape_of(info.annotation)
    if shape.form in {"section", "union", "secret"}:
        return _sections(shape)
    if shape.form == "map" and shape.item is not None and shape.item.form == "free":
        return st.dictionaries(TEXTS, FREE, max_size=3)
    return st.sampled_from(_accepted(info))


def _accepted(info: FieldInfo) -> list[Any]:
    """The example, the default and whatever else fits."""
    adapter: TypeAdapter[Any] = TypeAdapter(Annotated[info.annotation, "answer", *info.metadata])
    candidates = [*(info.examples or []), *CANDIDATES, *shape_of(info.annotation).choices]
    if info.default is not PydanticUndefined:
        candidates.append(list(info.default) if isinstance(info.default, tuple) else info.default)
    return [candidate for candidate in candidates if _fits(adapter, candidate)]


def _fits(adapter: TypeAdapter[Any], candidate: Any) -> bool:
    try:
        adapter.validate_python(candidate)
    except ValidationError:
        return False
    return True
