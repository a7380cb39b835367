"""What happens in a pod and when: a scenario's script, as data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

Act = Literal["pull", "pull-fails", "start", "log", "crash", "unhealthy", "await", "ready"]


@dataclass(frozen=True, slots=True)
class Beat:
    """One thing that happens to a pod, so many seconds after it reached its node.

    pull         the images of its containers are being pulled
    pull-fails   they cannot be pulled; `text` is the runtime's error
    start        its containers run
    log          its first container says `text`
    crash        its first container says `text`, ends, and is to be started again
    unhealthy    a probe failed; `text` is its answer
    await        nothing more happens until the components in `text` are ready
    ready        all containers are ready
    """

    at: float
    act: Act
    text: str = ""


Script = tuple[Beat, ...]
Casting = Callable[[str], Script]
"""The script of a component ("core", "database", …; empty for a pod of nothing known)."""


def life(pulled: float, ready: float, *logs: tuple[float, str]) -> Script:
    """An ordinary life: images pulled, started, talking, ready."""
    talk = (Beat(at, "log", text) for at, text in logs)
    beats = [Beat(0.1, "pull"), Beat(pulled, "start"), *talk, Beat(ready, "ready")]
    return tuple(sorted(beats, key=lambda beat: beat.at))


def waiting(script: Script, at: float, needs: str) -> Script:
    """The script, held at a moment until the components in `needs` are ready."""
    return tuple(sorted([*script, Beat(at, "await", needs)], key=lambda beat: beat.at))


_CORE = life(
    0.7,
    4.0,
    (0.9, "[INFO] [/core/main.go]: initializing configurations"),
    (1.1, "[INFO] [/common/dao/base.go]: connecting to the database tcp:harbor-database:5432"),
    (2.2, "[INFO] [/common/dao/base.go]: migrating the database schema, this may take a while"),
    (3.1, "[INFO] [/common/dao/base.go]: the database schema is at its newest version"),
    (3.4, "[INFO] [/core/main.go]: the registry's token service is initialized"),
    (3.6, "[INFO] http server Running on http://:8080"),
)

_ORDINARY: Mapping[str, Script] = {
    "database": life(
        0.5,
        1.8,
        (0.6, "The files belonging to this database system will be owned by user postgres."),
        (0.9, "creating configuration files ... ok"),
        (1.2, "running bootstrap script ... ok"),
        (1.6, "LOG:  database system is ready to accept connections"),
    ),
    "redis": life(0.4, 0.8, (0.6, "* Ready to accept connections tcp")),
    "registry": life(
        0.6,
        1.2,
        (0.8, 'level=info msg="redis not configured for blob descriptors, using memory"'),
        (1.0, 'level=info msg="listening on [::]:5000"'),
    ),
    "portal": life(0.5, 0.9, (0.7, "nginx: configuration file /etc/nginx/nginx.conf is valid")),
    "nginx": life(0.5, 0.9, (0.7, "nginx: configuration file /etc/nginx/nginx.conf is valid")),
    "core": waiting(_CORE, 2.0, "database redis"),
    "jobservice": (
        Beat(0.1, "pull"),
        Beat(0.6, "start"),
        Beat(0.9, "log", "[INFO] [/jobservice/main.go]: loading configurations from core"),
        Beat(
            1.4, "crash", "[FATAL] failed to load configurations: dial tcp harbor-core:80: refused"
        ),
        Beat(4.2, "await", "core redis"),
        Beat(4.2, "start"),
        Beat(4.4, "log", "[INFO] [/jobservice/main.go]: loading configurations from core"),
        Beat(4.7, "log", "[INFO] worker pool is started with 10 workers"),
        Beat(5.0, "ready"),
    ),
    "trivy": life(
        0.8,
        1.9,
        (1.2, '{"level":"info","msg":"Starting harbor-scanner-trivy"}'),
        (1.6, '{"level":"info","msg":"Starting API server","addr":":8080"}'),
    ),
    "exporter": life(0.5, 2.3, (0.8, "[INFO] exporter connects to the database")),
}
_UNKNOWN = life(0.4, 0.8)


def ordinary(component: str) -> Script:
    """How a component comes up where nothing is wrong; all of Harbor in five seconds."""
    return _ORDINARY.get(component, _UNKNOWN)
