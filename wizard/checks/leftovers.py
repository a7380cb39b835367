"""What an earlier installation left: a release, Secrets, claims with data."""

import asyncio
from collections.abc import Collection, Sequence

from wizard.answers.preset import Preset
from wizard.answers.secrets import GeneratedSecret
from wizard.charts.catalogue import harbor_chart
from wizard.charts.names import Names
from wizard.checks.base import Check, Outcome, State, Subject, listing_in_target
from wizard.checks.choices import CLAIM
from wizard.checks.workloads import claims
from wizard.diagnose.kinds import PRESET_LABEL, STATEFUL_SET
from wizard.ports import Object, Ref, Release, Right, World

MOST_MINORS = 2
"""Harbor upgrades from the two minors before, not from older ones (its RELEASES.md)."""


async def release(world: World, subject: Subject) -> Outcome:
    """Whether a Helm release of that name is ours to go on with."""
    target = subject.preset.target
    found = await world.charts.release(target.release, target.namespace)
    if found is None:
        return Outcome(
            "ok", f"There is no Helm release {target.release} in {target.namespace} yet."
        )
    fact = (
        f"The Helm release {found.name} in {found.namespace} is {found.chart} "
        f"{found.chart_version}, revision {found.revision}, {found.status}."
    )
    if found.chart != "harbor":
        return Outcome(
            "fail",
            fact,
            "It belongs to something else, which would be overwritten.",
            "Choose another target.release or target.namespace.",
        )
    if subject.owned and not await _has_secrets(world, subject):
        return Outcome(
            "fail",
            f"{fact} This wizard did not install it.",
            "Its passwords and keys are not where the wizard keeps them; new ones would lock "
            "Harbor out of its own data.",
            "Choose another target.release or target.namespace for a new Harbor.",
        )
    return _movable(found, subject.preset, fact)


def _movable(found: Release, preset: Preset, fact: str) -> Outcome:
    """Whether the installed version can become the wanted one."""
    wanted = harbor_chart(preset.versions.harbor).version
    old, new = _numbers(found.chart_version), _numbers(wanted)
    if old > new:
        return Outcome(
            "fail",
            f"{fact} The preset asks for the older chart {wanted}.",
            "Harbor's database never goes back to an older version.",
            f"Set versions.harbor to {found.app_version.removeprefix('v')} or newer.",
        )
    if new[:1] == old[:1] and new[1] - old[1] > MOST_MINORS:
        return Outcome(
            "fail",
            f"{fact} The preset asks for chart {wanted}, {new[1] - old[1]} minor versions later.",
            "Harbor migrates its data from the two minor versions before only; a larger step can "
            "leave an empty database (goharbor/harbor-helm#1806).",
            "Upgrade in steps of at most two minor versions.",
        )
    if found.status.startswith("pending-"):
        return Outcome(
            "ok",
            fact,
            "An earlier run was stopped half way; Helm refuses to touch such a release.",
            "Nothing to do: the plan repairs it first.",
        )
    return Outcome("ok", fact)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.partition("-")[0].split("."))


async def secrets(world: World, subject: Subject) -> Outcome:
    """Whether Secrets with the wizard's names are the wizard's."""
    name = subject.preset.name
    labels = await _labels(world, subject)
    foreign = [secret for secret, label in labels.items() if label is None]
    if foreign:
        return Outcome(
            "fail",
            f"Secrets with the wizard's names are not labelled as its own: {', '.join(foreign)}.",
            "The wizard would use what they hold, or overwrite it.",
            "Choose another target.release. If they are meant for this Harbor: "
            f"`kubectl label secret -n {subject.preset.target.namespace} {' '.join(foreign)} "
            f"{PRESET_LABEL}={name}`.",
        )
    if lost := await _lost(world, subject, labels):
        return Outcome(
            "fail",
            f"Harbor is installed, but has lost: {', '.join(lost)}.",
            "New Secrets would not fit what Harbor stored: it could not decrypt it, or not log in "
            "at its database.",
            "Put them back from a backup.",
        )
    others = sorted({label for label in labels.values() if label not in (None, name)})
    if others:
        return Outcome(
            "warn",
            f"Secrets here were made for the preset {', '.join(others)}, and this is {name}.",
            "Two presets for one release undo each other's changes.",
            f"Go on if {name} is the new name of that preset; else choose another target.",
        )
    return Outcome("ok", f"{len(labels)} of {len(subject.owned)} Secrets are kept from before.")


async def _lost(world: World, subject: Subject, there: Collection[str]) -> list[str]:
    """The Secrets without which a Harbor that has run is worth nothing, where they are gone."""
    target = subject.preset.target
    names = Names(target.release)
    needed = {names.encryption, names.database} & {ref.name for ref in subject.owned}
    lost = needed - set(there)
    if not lost or not await world.charts.release(target.release, target.namespace):
        return []
    database = Ref(STATEFUL_SET, target.namespace, names.component("database"))
    if names.database in lost and await world.objects.get(database) is None:
        lost.discard(names.database)  # the database was outside until now
    return sorted(lost)


async def _labels(world: World, subject: Subject) -> dict[str, str | None]:
    """The wizard's Secrets that exist, with the preset each is labelled for; None: not labelled."""
    found = await asyncio.gather(*map(world.objects.get, subject.owned))
    return {
        obj["metadata"]["name"]: (obj["metadata"].get("labels") or {}).get(PRESET_LABEL)
        for obj in found
        if obj is not None
    }


async def _has_secrets(world: World, subject: Subject) -> bool:
    """Whether the Secrets of an earlier installation were kept."""
    return any(label is not None for label in (await _labels(world, subject)).values())


async def volumes(world: World, subject: Subject) -> Outcome:
    """Whether claims of an earlier installation hold data that this one could not read."""
    target = subject.preset.target
    found = (await world.objects.list(CLAIM, target.namespace)).items
    wanted = {claim.name for claim in claims(subject.manifest)}
    old = sorted(obj["metadata"]["name"] for obj in found if _left(obj, wanted, target.release))
    if not old:
        return Outcome("ok", f"No claims of an earlier Harbor are left in {target.namespace}.")
    if await world.charts.release(target.release, target.namespace):
        return Outcome("ok", f"The release uses its claims: {', '.join(old)}.")
    there = await _labels(world, subject)
    if not any(name.startswith("database-data-") for name in old):
        if any(label is not None for label in there.values()):
            return _used_again(old)
        return _left_over(
            "warn",
            old,
            "Harbor would find old images, logs or caches that its new database knows nothing of.",
            subject,
        )
    names = Names(target.release)
    secrets = {names.database, names.encryption} & {ref.name for ref in subject.owned}
    lost = sorted(secrets - set(there) - _given_again(subject.preset))
    if lost:
        return _left_over(
            "fail",
            old,
            "The database keeps its old password, and what Harbor encrypted in it; new Secrets do "
            f"not fit (goharbor/harbor-helm#31), and these are gone: {', '.join(lost)}.",
            subject,
        )
    return _used_again(old)


def _given_again(preset: Preset) -> set[str]:
    """The Secrets whose value the answers give: it has to be the former one."""
    names, harbor = Names(preset.target.release), preset.harbor
    given = {names.database: getattr(harbor.database, "password", None)}
    given |= {names.encryption: harbor.secret_key}
    return {
        name
        for name, answer in given.items()
        if answer is not None and not isinstance(answer, GeneratedSecret)
    }


def _used_again(old: Sequence[str]) -> Outcome:
    return Outcome(
        "ok",
        f"Harbor uses its claims and the Secrets made with them: {', '.join(old)}.",
        "Users, projects and images of the earlier installation are there again.",
    )


def _left_over(state: State, old: Sequence[str], why: str, subject: Subject) -> Outcome:
    """Data that nothing here fits: the wizard neither uses nor deletes it."""
    namespace = subject.preset.target.namespace
    return Outcome(
        state,
        f"Claims of an earlier Harbor are left: {', '.join(old)}.",
        why,
        "Restore the Secrets of that installation, choose another target.release, or, if the data "
        f"may go, delete the claims: `kubectl delete pvc -n {namespace} {' '.join(old)}`.",
    )


def _left(claim: Object, wanted: set[str], release_name: str) -> bool:
    metadata = claim["metadata"]
    labels = metadata.get("labels") or {}
    labelled = labels.get("release") == release_name and labels.get("app") == "harbor"
    return labelled or metadata["name"] in wanted


def _get_secrets(preset: Preset) -> list[Right]:
    return [Right("get", "", "secrets", preset.target.namespace)]


def _release_rights(preset: Preset) -> list[Right]:
    """Helm keeps releases in Secrets."""
    return [Right("list", "", "secrets", preset.target.namespace), *_get_secrets(preset)]


def _volume_rights(preset: Preset) -> list[Right]:
    return [*listing_in_target("", "persistentvolumeclaims")(preset), *_release_rights(preset)]


CHECKS = (
    Check(
        "leftovers.release",
        "Helm release",
        ("target", "versions.harbor"),
        release,
        rights=_release_rights,
    ),
    Check("leftovers.secrets", "Secrets left", ("target", "name"), secrets, rights=_release_rights),
    Check(
        "leftovers.volumes",
        "Volumes left",
        ("target",),
        volumes,
        rights=_volume_rights,
        rendered=True,
    ),
)
