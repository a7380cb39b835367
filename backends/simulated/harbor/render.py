"""The objects of a Harbor release from its values, the same for the same values."""

from collections.abc import Mapping
from typing import Any

from backends.simulated.harbor.claims import claims
from backends.simulated.harbor.names import Frame
from backends.simulated.harbor.network import entrance, services
from backends.simulated.harbor.settings import config_maps, secrets
from backends.simulated.harbor.workloads import workloads
from backends.simulated.packages import Chart
from wizard.errors import HelmFailed
from wizard.ports import Object


def render(release: str, namespace: str, chart: Chart, given: Mapping[str, Any]) -> list[Object]:
    """All objects, in the order in which Helm applies them.

    Raises HelmFailed for what the real chart refuses to render, too.
    """
    frame = Frame(release, namespace, chart, _over(chart.values, given))
    tls = frame.values["expose"]["tls"]
    made_here = frame.has_nginx and tls["enabled"] and tls["certSource"] == "auto"
    if made_here and not tls["auto"]["commonName"]:
        raise HelmFailed(
            "Helm cannot render the chart",
            kind="template",
            why='The "expose.tls.auto.commonName" is required!',
        )
    settings = [*secrets(frame), *config_maps(frame)]
    return [
        *settings,
        *claims(frame),
        *services(frame),
        *workloads(frame, settings),
        *entrance(frame),
    ]


def _over(base: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Values merged as Helm does: maps deep, lists replaced, null removes."""
    result = dict(base)
    for name, value in given.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(result.get(name), Mapping):
            result[name] = _over(result[name], value)
        else:
            result[name] = value
    return result
