"""The catalogue of rules; `RULES` holds all of them."""

from wizard.diagnose.rules import (
    certificates,
    containers,
    entry,
    images,
    logs,
    rollout,
    scheduling,
    storage,
)

RULES = (
    *storage.RULES,
    *certificates.RULES,
    *scheduling.RULES,
    *images.RULES,
    *containers.RULES,
    *logs.RULES,
    *entry.RULES,
    *rollout.RULES,
)
