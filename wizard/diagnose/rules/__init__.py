"""The catalogue of rules; `RULES` holds all of them."""

from wizard.diagnose.rules import (
    certificates,
    cluster,
    containers,
    core_logs,
    database_logs,
    entry,
    helm,
    images,
    jobs,
    mounts,
    rollout,
    scheduling,
    servers,
    service_logs,
    stale,
    storage,
)

RULES = (
    *cluster.RULES,
    *storage.RULES,
    *mounts.RULES,
    *certificates.RULES,
    *servers.RULES,
    *scheduling.RULES,
    *images.RULES,
    *containers.RULES,
    *jobs.RULES,
    *database_logs.RULES,
    *core_logs.RULES,
    *service_logs.RULES,
    *entry.RULES,
    *rollout.RULES,
    *helm.RULES,
    *stale.RULES,
)
