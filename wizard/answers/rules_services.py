"""Rules about the database, Redis, metrics and resources."""

from collections import Counter
from collections.abc import Iterator

from wizard.answers.outline import fields_of
from wizard.answers.preset import Preset
from wizard.answers.problems import Problem
from wizard.answers.scalars import amount
from wizard.answers.services import ExternalDatabase, ExternalRedis


def highly_available(preset: Preset) -> Iterator[Problem]:
    """The chart's own database and Redis are one pod each."""
    if preset.harbor.profile != "ha":
        return
    for key, kind in (
        ("database", preset.harbor.database.kind),
        ("redis", preset.harbor.redis.kind),
    ):
        if kind == "internal":
            yield Problem(
                f"harbor.{key}.kind",
                f"the internal {key} is one pod: Harbor stops whenever it does",
                f"Use an external {key} with the profile ha.",
                severity="warning",
            )


def database_tls(preset: Preset) -> Iterator[Problem]:
    """Passwords should not cross the network in clear."""
    database = preset.harbor.database
    if isinstance(database, ExternalDatabase) and database.ssl_mode == "disable":
        yield Problem(
            "harbor.database.sslMode",
            "the password and all data cross the network unencrypted",
            "Use 'require' or stricter.",
            severity="warning",
        )


def redis(preset: Preset) -> Iterator[Problem]:
    """An external Redis: Sentinels, user and database numbers."""
    server = preset.harbor.redis
    if not isinstance(server, ExternalRedis):
        return
    if len(server.addresses) > 1 and server.sentinel_master is None:
        yield Problem(
            "harbor.redis.sentinelMaster",
            "is missing: several addresses are only understood as Sentinels",
            "Name the master, or give one address.",
        )
    if server.username is not None and server.password is None:
        yield Problem("harbor.redis.password", "is missing: a user is given", "Refer to it.")
    numbers = server.indexes
    used = Counter([numbers.core, numbers.jobservice, numbers.registry, numbers.trivy])
    number, times = used.most_common(1)[0]
    if times > 1:
        yield Problem(
            "harbor.redis.indexes",
            f"database {number} is used {times} times: the data would mix",
            "Give each its own number.",
        )


def metrics(preset: Preset) -> Iterator[Problem]:
    """A ServiceMonitor is of no use without metrics."""
    if preset.harbor.metrics.service_monitor and not preset.harbor.metrics.enabled:
        yield Problem(
            "harbor.metrics.serviceMonitor",
            "there are no metrics to collect",
            "Set harbor.metrics.enabled to true.",
        )


def requests_and_limits(preset: Preset) -> Iterator[Problem]:
    """Kubernetes refuses pods that ask for more than they may use."""
    for component in fields_of(type(preset.harbor.resources)):
        given = getattr(preset.harbor.resources, component)
        for key in ("cpu", "memory"):
            request, limit = getattr(given.requests, key), getattr(given.limits, key)
            if request and limit and amount(request) > amount(limit):
                yield Problem(
                    f"harbor.resources.{component}.requests.{key}",
                    f"{request} is more than the limit {limit}",
                    "Lower the request or raise the limit.",
                )
