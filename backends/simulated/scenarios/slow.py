"""Core takes long, and says why."""

from backends.simulated.scenarios.scenario import Scenario
from backends.simulated.script import Beat, Script, life, ordinary, waiting

_PROBE = (
    'Startup probe failed: Get "http://10.1.0.7:8080/api/v2.0/ping": dial tcp 10.1.0.7:8080: '
    "connect: connection refused"
)
_STEPS = 8
_READY = 40.0


def _core() -> Script:
    migrating = "[INFO] [/common/dao/base.go]: migrating the database schema, step"
    talk = [(4.0 * step, f"{migrating} {step} of {_STEPS}") for step in range(1, _STEPS + 1)]
    beats = life(0.7, _READY, *talk, (38.0, "[INFO] http server Running on http://:8080"))
    probes = (Beat(at, "unhealthy", _PROBE) for at in (11.0, 21.0, 31.0))
    script = tuple(sorted([*beats, *probes], key=lambda beat: beat.at))
    return waiting(script, 2.0, "database redis")


def _jobservice() -> Script:
    refused = "[FATAL] failed to load configurations: dial tcp harbor-core:80: refused"
    tries = [(Beat(at, "start"), Beat(at + 1.0, "crash", refused)) for at in (0.6, 11.0, 21.0)]
    return (
        Beat(0.1, "pull"),
        *(beat for pair in tries for beat in pair),
        Beat(41.0, "await", "core redis"),
        Beat(41.0, "start"),
        Beat(41.5, "log", "[INFO] worker pool is started with 10 workers"),
        Beat(42.0, "ready"),
    )


def _casting(component: str) -> Script:
    if component == "core":
        return _core()
    return _jobservice() if component == "jobservice" else ordinary(component)


SCENARIO = Scenario(
    "slow", "core migrates its database for 40 seconds before it is ready", casting=_casting
)
