"""Volumes: classes and claims that exist, can be shared where needed, and can grow."""

from collections.abc import Sequence

from wizard.answers.preset import Preset
from wizard.answers.storage import ExistingProvisioner
from wizard.checks.base import Check, Outcome, Subject, listing
from wizard.checks.choices import CLAIM, StorageClass, claim_trouble, storage_classes
from wizard.checks.workloads import Claim, claims, existing_claims
from wizard.ports import Object, Ref, Right, World

NO_PROVISIONER = "kubernetes.io/no-provisioner"


async def classes(world: World, subject: Subject) -> Outcome:
    """Whether the named classes exist."""
    named = sorted({claim.class_name for claim in claims(subject.manifest) if claim.class_name})
    if not named:
        return Outcome("ok", "No volume names a storage class.")
    found = {one.name: one for one in await storage_classes(world)}
    made = _made_here(subject.preset)
    missing = [name for name in named if name not in found and name != made]
    if missing:
        return Outcome(
            "fail",
            f"There is no storage class {', '.join(missing)}; there is: "
            f"{', '.join(sorted(found)) or 'none'}.",
            "Claims of a class that does not exist stay Pending, and so do Harbor's pods.",
            "Name an existing class in storage.provisioner.className or "
            "storage.volumes.*.className, or create that class.",
        )
    named = [name for name in named if name != made]
    static = [name for name in named if found[name].provisioner == NO_PROVISIONER]
    if static:
        return Outcome(
            "warn",
            f"Nothing makes volumes for the class {', '.join(static)}.",
            "Its volumes are made by hand, one for every claim.",
            "Make sure that fitting PersistentVolumes exist, or choose a class with a provisioner.",
        )
    told = [f"{name} ({found[name].provisioner})" for name in named]
    told += [f"{made} (the wizard makes it)"] if made else []
    return Outcome("ok", f"The storage class exists: {', '.join(told)}.")


def _made_here(preset: Preset) -> str:
    """The class that the wizard makes; empty where it makes none."""
    provisioner = preset.storage.provisioner
    return "" if isinstance(provisioner, ExistingProvisioner) else provisioner.class_name


async def default_class(world: World, subject: Subject) -> Outcome:
    """Whether claims that name no class get one."""
    needing = [claim.name for claim in claims(subject.manifest) if claim.class_name is None]
    if not needing:
        return Outcome("ok", "No volume needs a default storage class.")
    found = await storage_classes(world)
    defaults = [one for one in found if one.default]
    if not defaults:
        there = ", ".join(one.name for one in found)
        return Outcome(
            "fail",
            f"There is no default storage class, and {len(needing)} volumes name none.",
            "Their claims would stay Pending for ever.",
            f"Set storage.provisioner.className to one of: {there}."
            if there
            else "The cluster has no storage class at all: install a storage provisioner first.",
        )
    if len(defaults) > 1:
        newest = max(defaults, key=lambda one: one.created)
        return Outcome(
            "warn",
            f"Several storage classes are default: {', '.join(one.name for one in defaults)}.",
            f"Kubernetes 1.26 and newer take the newest ({newest.name}), older ones refuse.",
            "Name the one you want in storage.provisioner.className.",
        )
    return Outcome(
        "ok", f"The default storage class is {defaults[0].name} ({defaults[0].provisioner})."
    )


async def access_modes(world: World, subject: Subject) -> Outcome:
    """Whether volumes that several nodes write to come from a provisioner that can do so."""
    shared = [claim for claim in claims(subject.manifest) if "ReadWriteMany" in claim.modes]
    if not shared:
        return Outcome("ok", "No volume is written to by several nodes.")
    found = await storage_classes(world)
    pairs = [(claim, _class_of(claim, found)) for claim in shared]
    unable = sorted(
        {f"{claim.name} (class {one.name})" for claim, one in pairs if one and one.shared == "no"}
    )
    if unable:
        return Outcome(
            "fail",
            f"These volumes ask for ReadWriteMany, which their class does not give: "
            f"{', '.join(unable)}.",
            "Its provisioner makes volumes that one node at a time can use.",
            "Choose a class on shared storage such as NFS or CephFS for them, or set their "
            "accessMode to ReadWriteOnce and the component's replicas to 1.",
        )
    unknown = sorted({one.provisioner for _, one in pairs if one and one.shared == "unknown"})
    note = f" Whether {', '.join(unknown)} gives it is not known here." if unknown else ""
    return Outcome("ok", f"{len(shared)} volumes ask for ReadWriteMany.{note}")


def _class_of(claim: Claim, found: Sequence[StorageClass]) -> StorageClass | None:
    if claim.class_name is None:
        defaults = [one for one in found if one.default]
        return max(defaults, key=lambda one: one.created, default=None)
    return next((one for one in found if one.name == claim.class_name), None)


async def expansion(world: World, subject: Subject) -> Outcome:
    """Whether volumes can be made larger later."""
    found = await storage_classes(world)
    pairs = [(claim, _class_of(claim, found)) for claim in claims(subject.manifest)]
    rigid = sorted({one.name for _, one in pairs if one and not one.expandable})
    if not rigid:
        return Outcome("ok", "All volumes can be made larger later.")
    fact = f"Volumes of the class {', '.join(rigid)} cannot be made larger later."
    why = "A registry grows; a full volume stops every push."
    if subject.preset.harbor.profile == "lab":
        return Outcome("ok", fact, why)
    return Outcome(
        "warn",
        fact,
        why,
        "Choose sizes that last, a class with allowVolumeExpansion, or storage.blobs in object "
        "storage.",
    )


async def existing(world: World, subject: Subject) -> Outcome:
    """Whether claims that the answers name exist and are good for use."""
    namespace = subject.preset.target.namespace
    names = sorted(existing_claims(subject.manifest))
    troubles = {
        name: _trouble(await world.objects.get(Ref(CLAIM, namespace, name))) for name in names
    }
    bad = [f"{name} ({trouble})" for name, trouble in troubles.items() if trouble]
    if bad:
        return Outcome(
            "fail",
            f"Claims that the preset names cannot be used in {namespace}: {', '.join(bad)}.",
            "The pods that mount them would never start.",
            "Create them, or remove storage.volumes.*.existingClaim so that new ones are made.",
        )
    return Outcome("ok", f"The named claims exist: {', '.join(names)}.")


def _trouble(claim: Object | None) -> str:
    """Why a claim cannot be mounted; empty where it can."""
    return "missing" if claim is None else claim_trouble(claim)


def _names_claims(preset: Preset) -> bool:
    volumes = preset.storage.volumes
    return any(getattr(volumes, name).existing_claim for name in type(volumes).model_fields)


def _get_claims(preset: Preset) -> list[Right]:
    return [Right("get", "", "persistentvolumeclaims", preset.target.namespace)]


_READS = ("target.context", "storage", "harbor.replicas", "harbor.profile", "harbor.values")
_CLASSES = listing("storage.k8s.io", "storageclasses")

CHECKS = (
    Check("storage.classes", "Storage classes", _READS, classes, rights=_CLASSES, rendered=True),
    Check(
        "storage.default",
        "Default storage class",
        _READS,
        default_class,
        rights=_CLASSES,
        rendered=True,
    ),
    Check(
        "storage.access-modes",
        "Shared volumes",
        _READS,
        access_modes,
        rights=_CLASSES,
        rendered=True,
    ),
    Check(
        "storage.expansion",
        "Volumes can grow",
        _READS,
        expansion,
        rights=_CLASSES,
        rendered=True,
    ),
    Check(
        "storage.existing",
        "Existing claims",
        ("target", "storage.volumes"),
        existing,
        applies=_names_claims,
        rights=_get_claims,
        rendered=True,
    ),
)
