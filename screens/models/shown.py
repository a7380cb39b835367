"""Raw answers in a few words; what stands where a secret belongs is never shown itself."""

from collections.abc import Mapping
from typing import Any

from wizard.answers.form import flow
from wizard.answers.outline import Shape, fields_of

_SOURCES = {
    "env": "from the variable {}",
    "file": "from the file {}",
    "secret": "from the Secret {}",
    "vault": "from Vault: {}",
    "prompt": "asked at every run",
    "generate": "made in the cluster",
}


def shown(value: Any, shape: Shape) -> str:
    """A raw answer of some shape in one line; of raw YAML only the keys."""
    if shape.form == "secret":
        return source_words(value)
    if shape.form == "free" or (shape.item is not None and shape.item.form == "free"):
        return ", ".join(map(str, value)) if isinstance(value, Mapping) else "raw YAML"
    if shape.item is not None and isinstance(value, list | tuple):
        return ", ".join(shown(item, shape.item) for item in value)
    if shape.item is not None and isinstance(value, Mapping):
        return ", ".join(f"{key}: {shown(item, shape.item)}" for key, item in value.items())
    if isinstance(value, Mapping):
        return _section(value, shape)
    return "" if value is None else flow(value)


def _section(value: Mapping[str, Any], shape: Shape) -> str:
    """The answers of a section, each behind its label."""
    section = shape.section_for(value)
    labels = {key: info.title or key for key, info in fields_of(section).items()} if section else {}
    parts = []
    for key, item in value.items():
        inner = shape.child(key, value)
        if inner is not None:
            parts.append(f"{labels.get(key, key)} {shown(item, inner)}")
    return ", ".join(parts)


def source_words(reference: Any) -> str:
    """Where a reference to a secret leads; what is no reference is never shown."""
    if isinstance(reference, Mapping):
        for kind, words in _SOURCES.items():
            if kind in reference:
                return words.format(_place(reference[kind]))
    return "not a reference"


def _place(target: Any) -> str:
    if isinstance(target, Mapping):
        return "/".join(str(part) for part in target.values())
    return str(target)
