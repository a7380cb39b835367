"""Raw chart values of a person (`harbor.values`): merged last; told where the chart has none."""

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from wizard.answers.problems import Problem


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid on `base`: maps deep, all else replaced, as Helm merges values."""
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            result[key] = merged(below, value)
        else:
            result[key] = value
    return result


def unknown(values: Mapping[str, Any], chart_text: str) -> list[Problem]:
    """Paths in `harbor.values` that the chart does not know: Helm ignores them in silence.

    The chart has no schema. So a path counts as known where its values.yaml (`chart_text`) has it,
    or holds its last key as a comment, or leaves the map around it open (`{}`).
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # by libyaml: 20 times as fast
    chart = yaml.load(chart_text, Loader=loader) or {}  # noqa: S506 - a safe loader
    comments = set(re.findall(r"^\s*#[\s#-]*([A-Za-z]\w*):", chart_text, re.MULTILINE))
    return list(_unknown(values, chart, comments, ""))


def _unknown(
    values: Mapping[str, Any], chart: Mapping[str, Any], comments: set[str], prefix: str
) -> Iterator[Problem]:
    for key, value in values.items():
        path = f"{prefix}{key}"
        if key in chart:
            below = chart[key]
            if isinstance(value, Mapping) and isinstance(below, Mapping) and below:
                yield from _unknown(value, below, comments, f"{path}.")
        elif key not in comments:
            close = difflib.get_close_matches(key, chart, 1, cutoff=0.75)
            yield Problem(
                f"harbor.values.{path}",
                "the chart does not know this value and would ignore it",
                f"did you mean `{prefix}{close[0]}`?" if close else "see the chart's values.yaml",
                severity="warning",
            )
