"""Secrets of the cluster that the answers refer to, and passwords that everybody knows."""

from base64 import b64decode

from wizard.answers.preset import Preset
from wizard.answers.rules_values import CHART_DEFAULTS
from wizard.answers.secret_values import of_others, secret_paths
from wizard.answers.secrets import KubernetesSecret, SecretKey
from wizard.checks.base import Check, Outcome, Subject
from wizard.ports import Kind, Ref, Right, World

SECRET = Kind("v1", "Secret")


async def references(world: World, subject: Subject) -> Outcome:
    """Whether each of them exists with the named entry, and none is known to everybody."""
    preset = subject.preset
    values = dict(subject.secrets)  # an environment variable may stand for a reference
    found = {path: key for path, key in _references(preset).items() if path not in values}
    missing = []
    for path, key in found.items():
        place = key.namespace or preset.target.namespace
        secret = await world.objects.get(Ref(SECRET, place, key.name))
        if secret is None:
            missing.append(f"{path}: there is no Secret {place}/{key.name}")
        elif value := (secret.get("data") or {}).get(key.key):
            values[path] = _text(value)
        else:
            missing.append(f"{path}: the Secret {place}/{key.name} has no entry {key.key}")
    if missing:
        return Outcome(
            "fail",
            f"Secrets cannot be had: {'; '.join(missing)}.",
            "Harbor would start without them, or not at all.",
            "Create the Secret with that entry, or correct the reference in the preset.",
        )
    trivial = [path for path, value in values.items() if value in CHART_DEFAULTS]
    if trivial:
        return _known_to_all(trivial, preset)
    if not found:
        return Outcome("ok", "No password of a server of others is one that everybody knows.")
    return Outcome("ok", f"{len(found)} entries of Secrets that the preset names are there.")


def _known_to_all(paths: list[str], preset: Preset) -> Outcome:
    """The outcome for passwords that stand in the chart; the values themselves are never told."""
    fact = f"Everybody knows the value of {', '.join(paths)}: it stands in Harbor's chart."
    why = "Whoever can reach it can log in."
    if set(paths) <= of_others(preset):
        return Outcome("warn", fact, why, "Change the password at that server, then in the answer.")
    return Outcome(
        "fail", fact, why, "Choose another one, in the Secret or wherever it comes from."
    )


def _text(encoded: str) -> str:
    """An entry of a Secret as far as it is text, without the line end at its end."""
    try:
        return b64decode(encoded).decode(errors="replace").rstrip("\r\n")
    except ValueError:
        return ""


def _references(preset: Preset) -> dict[str, SecretKey]:
    """Path and address of every reference to a Secret of the cluster."""
    return {
        answer.path: answer.reference.secret
        for answer in secret_paths(preset)
        if isinstance(answer.reference, KubernetesSecret)
    }


def _any(preset: Preset) -> bool:
    given = {answer.path for answer in secret_paths(preset)}
    return bool(_references(preset) or given & of_others(preset))


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
