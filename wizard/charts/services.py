"""Database and Redis, as chart values."""

from typing import Any

from wizard.answers.preset import Preset
from wizard.answers.services import ExternalDatabase, ExternalRedis
from wizard.charts.references import database_password, redis_password
from wizard.errors import UsageError


def database_values(preset: Preset, password: str) -> dict[str, Any]:
    """`database`; `password` is the internal one's, for which the chart knows no reference."""
    database = preset.harbor.database
    if not isinstance(database, ExternalDatabase):
        return {"type": "internal", "internal": {"password": password}}
    return {
        "type": "external",
        "external": {
            "host": database.host,
            "port": str(database.port),
            "username": database.username,
            "coreDatabase": database.name,
            "existingSecret": database_password(preset).name,
            "sslmode": database.ssl_mode,
        },
    }


def redis_values(preset: Preset) -> dict[str, Any]:
    """`redis`. The chart reads an external one's Secret with `lookup` while it renders, so a
    rendering without a cluster lacks the password (goharbor/harbor-helm#2136). Raises UsageError
    for what the chart cannot do (read in its `registry-cm.yaml`, 1.18.4 and 1.19.2).
    """
    redis = preset.harbor.redis
    if not isinstance(redis, ExternalRedis):
        return {"type": "internal"}
    if redis.tls and redis.sentinel_master:
        raise UsageError(
            "Harbor's chart cannot use TLS with Sentinels",
            why="it leaves the name of the master out of the registry's configuration then",
            where="harbor.redis.tls",
            fix="use a Redis without Sentinels, or without TLS",
        )
    password = redis_password(preset)
    indexes = redis.indexes
    return {
        "type": "external",
        "external": {
            "addr": ",".join(redis.addresses),
            "sentinelMasterSet": redis.sentinel_master or "",
            "tlsOptions": {"enable": redis.tls},
            "existingSecret": password.name if password else "",
            "coreDatabaseIndex": str(indexes.core),
            "jobserviceDatabaseIndex": str(indexes.jobservice),
            "registryDatabaseIndex": str(indexes.registry),
            "trivyAdapterIndex": str(indexes.trivy),
        },
    }
