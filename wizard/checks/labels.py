"""Label selectors as objects hold them (`matchLabels`, `matchExpressions`)."""

from collections.abc import Mapping
from typing import Any


def selected(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether a selector picks an object with these labels; an empty one picks all."""
    exact = selector.get("matchLabels") or {}
    return all(labels.get(key) == value for key, value in exact.items()) and all(
        _matches(labels, expression) for expression in selector.get("matchExpressions") or ()
    )


def _matches(labels: Mapping[str, str], expression: Mapping[str, Any]) -> bool:
    value, values = labels.get(expression["key"]), expression.get("values") or ()
    match expression["operator"]:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case _:
            return value is None
