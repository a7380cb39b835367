"""The catalogue of rules; `RULES` holds all of them."""

from wizard.diagnose.rules import containers, entry, images, logs, rollout, scheduling, storage

RULES = (
    *storage.RULES,
    *scheduling.RULES,
    *images.RULES,
    *containers.RULES,
    *logs.RULES,
    *entry.RULES,
    *rollout.RULES,
)
