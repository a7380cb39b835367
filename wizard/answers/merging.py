"""Several files as one: later ones win, maps deeply, lists as a whole."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

from wizard.answers.draft import Draft
from wizard.answers.outline import ROOT, Shape
from wizard.answers.paths import Path


def merge(first: Draft, second: Draft) -> Draft:
    """What both say, the second where both do; every value keeps its origin.

    A section of another `kind`, and any reference to a secret, replaces the earlier one whole.
    """
    replaced: list[Path] = []
    data = _merged(first.data, second.data, ROOT, (), replaced)
    kept = {
        path: origin
        for path, origin in first.origins.items()
        if not any(path[: len(gone)] == gone for gone in replaced)
    }
    return replace(first, data=data, origins={**kept, **second.origins})


def _merged(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    shape: Shape | None,
    path: Path,
    replaced: list[Path],
) -> dict[str, Any]:
    result = dict(old)
    for key, value in new.items():
        here = (*path, key)
        inner = shape.child(key, {**old, **new}) if shape else None
        before = old.get(key)
        if (
            isinstance(before, Mapping)
            and isinstance(value, Mapping)
            and _joins(before, value, inner)
        ):
            result[key] = _merged(before, value, inner, here, replaced)
        else:
            replaced.append(here)
            result[key] = deepcopy(value)
    return result


def _joins(before: Mapping[str, Any], value: Mapping[str, Any], shape: Shape | None) -> bool:
    """Whether two maps at one place belong together."""
    if shape is not None and shape.form == "secret":
        return False
    is_union = shape is not None and shape.form == "union"
    return not (is_union and "kind" in value and value["kind"] != before.get("kind"))
