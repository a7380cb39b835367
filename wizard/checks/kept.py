"""Data of an earlier time that the answers would leave behind: volumes and images."""

from collections.abc import Mapping
from typing import Any

import yaml

from wizard.answers.preset import Preset
from wizard.charts.names import Names
from wizard.checks.base import Check, Outcome, Subject, listing
from wizard.checks.workloads import claims, of_kind
from wizard.ports import Kind, Object, Ref, Right, World

VOLUME = Kind("v1", "PersistentVolume")
CONFIG_MAP = Kind("v1", "ConfigMap")

_PLACES = ("filesystem", "s3", "azure", "gcs", "swift", "oss")
_NAMING = ("bucket", "container", "regionendpoint", "accountname", "authurl", "endpoint")


async def retained(world: World, subject: Subject) -> Outcome:
    """Whether volumes of an earlier Harbor are kept whose claims are gone."""
    namespace = subject.preset.target.namespace
    wanted = {claim.name for claim in claims(subject.manifest)}
    found = {
        volume["metadata"]["name"]: claim["name"]
        for volume in (await world.objects.list(VOLUME)).items
        for claim in [volume["spec"].get("claimRef") or {}]
        if _is_left(volume) and claim.get("namespace") == namespace and claim["name"] in wanted
    }
    if not found:
        return Outcome("ok", "No volumes are kept whose claims are gone.")
    told = ", ".join(f"{name} (of {claim})" for name, claim in sorted(found.items()))
    return Outcome(
        "warn",
        f"Volumes of an earlier Harbor are kept, but their claims are gone: {told}.",
        "Harbor gets new, empty volumes; what is on the old ones stays there unused.",
        "To use one again, take spec.claimRef out of it, make a claim with its name in "
        "spec.volumeName, and name that claim in storage.volumes.*.existingClaim. The database "
        "needs the Secrets of that installation too. If the data may go, delete the volumes "
        "yourself: the wizard never does.",
    )


def _is_left(volume: Object) -> bool:
    phase: str = volume.get("status", {}).get("phase", "")
    return phase == "Released"


async def moved(world: World, subject: Subject) -> Outcome:
    """Whether images are to rest elsewhere than those that are there."""
    target = subject.preset.target
    name = Names(target.release).component("registry")
    live = await world.objects.get(Ref(CONFIG_MAP, target.namespace, name))
    wanted = next(
        (one for one in of_kind(subject.manifest, "ConfigMap") if one["metadata"]["name"] == name),
        None,
    )
    if live is None or wanted is None:
        return Outcome("ok", "No registry is there yet that holds images.")
    before, after = _place(live), _place(wanted)
    if before == after:
        return Outcome("ok", f"Images stay where they are: {after}.")
    return Outcome(
        "warn",
        f"Images rest in {before} now, and are to rest in {after}.",
        "They are not moved: Harbor would still list the old ones, and fail to serve them.",
        "Stop pushes and copy what is there first (rclone can copy between all of them); go on "
        "without only where no image is needed any more.",
    )


def _place(config: Object) -> str:
    """Where a registry's configuration puts images, for people: the kind, then what names it."""
    document = yaml.safe_load((config.get("data") or {}).get("config.yml", "")) or {}
    storage: Mapping[str, Any] = document.get("storage") or {}
    kind = next((one for one in _PLACES if one in storage), "an unknown place")
    settings = storage.get(kind) or {}
    named = [str(settings[key]) for key in _NAMING if settings.get(key)]
    folder = settings.get("rootdirectory")
    if kind != "filesystem" and folder:
        named.append(str(folder))
    return " ".join(["a volume" if kind == "filesystem" else kind, *named])


def _configured(preset: Preset) -> list[Right]:
    name = Names(preset.target.release).component("registry")
    return [Right("get", "", "configmaps", preset.target.namespace, name)]


CHECKS = (
    Check(
        "kept.volumes",
        "Volumes kept",
        ("target", "storage"),
        retained,
        rights=listing("", "persistentvolumes"),
        rendered=True,
    ),
    Check(
        "kept.images",
        "Where images rest",
        ("target", "storage.blobs"),
        moved,
        rights=_configured,
        rendered=True,
    ),
)
