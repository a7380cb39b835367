"""Secrets of the cluster that the answers refer to: for a database, a Redis, a password."""

from wizard.answers.preset import Preset
from wizard.answers.secret_values import secret_paths
from wizard.answers.secrets import KubernetesSecret, SecretKey
from wizard.checks.base import Check, Outcome, Subject
from wizard.ports import Kind, Ref, Right, World

SECRET = Kind("v1", "Secret")


async def references(world: World, subject: Subject) -> Outcome:
    """Whether each of them exists and has the named entry."""
    preset = subject.preset
    given = subject.secrets  # an environment variable may stand for a reference
    found = {path: key for path, key in _references(preset).items() if path not in given}
    missing = []
    for path, key in found.items():
        place = key.namespace or preset.target.namespace
        secret = await world.objects.get(Ref(SECRET, place, key.name))
        if secret is None:
            missing.append(f"{path}: there is no Secret {place}/{key.name}")
        elif not (secret.get("data") or {}).get(key.key):
            missing.append(f"{path}: the Secret {place}/{key.name} has no entry {key.key}")
    if missing:
        return Outcome(
            "fail",
            f"Secrets cannot be had: {'; '.join(missing)}.",
            "Harbor would start without them, or not at all.",
            "Create the Secret with that entry, or correct the reference in the preset.",
        )
    return Outcome("ok", f"{len(found)} entries of Secrets that the preset names are there.")


def _references(preset: Preset) -> dict[str, SecretKey]:
    """Path and address of every reference to a Secret of the cluster."""
    return {
        answer.path: answer.reference.secret
        for answer in secret_paths(preset)
        if isinstance(answer.reference, KubernetesSecret)
    }


def _any(preset: Preset) -> bool:
    return bool(_references(preset))


def _rights(preset: Preset) -> list[Right]:
    return [
        Right("get", "", "secrets", key.namespace or preset.target.namespace, key.name)
        for key in _references(preset).values()
    ]


CHECKS = (
    Check(
        "references.secrets",
        "Secrets that the preset names",
        ("target.namespace", "harbor", "storage.blobs", "delivery.pullSecret", "pki"),
        references,
        applies=_any,
        rights=_rights,
    ),
)
