"""Core starts but never becomes ready."""

from backends.simulated.scenarios.scenario import Scenario
from backends.simulated.script import Beat, Script, ordinary

_PROBE = "Startup probe failed: HTTP probe failed with statuscode: 503"


def _casting(component: str) -> Script:
    if component == "core":
        return (
            Beat(0.1, "pull"),
            Beat(0.7, "start"),
            Beat(0.9, "log", "[INFO] [/core/main.go]: initializing configurations"),
            Beat(3.0, "unhealthy", _PROBE),
            Beat(13.0, "unhealthy", _PROBE),
        )
    beats = ordinary(component)
    return beats[:-1] if component == "jobservice" else beats


SCENARIO = Scenario("stuck", "core starts and is never ready, without saying why", casting=_casting)
