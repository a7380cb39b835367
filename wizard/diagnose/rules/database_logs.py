"""What PostgreSQL and the entrypoint of Harbor's database image say (make/photon/db)."""

import re
from collections.abc import Iterable
from datetime import timedelta

from wizard.diagnose.fields import claim_names, created, labels, spec
from wizard.diagnose.kinds import CLAIM, LOG, POD, REPLICA_SET
from wizard.diagnose.rules.base import Layer, Match, Rule
from wizard.diagnose.rules.signs import LATELY, Sign
from wizard.diagnose.view import View
from wizard.ports import Object, Ref

_DATABASE = ("database",)

_PERMISSIONS = Sign(
    ("database", "data-permissions-ensurer"),
    re.compile(
        r"initdb: .*[Pp]ermission denied|could not create directory .*Permission denied"
        r"|could not change permissions of directory.*|data directory .* has wrong ownership"
        r"|data directory .* has group or world access"
    ),
    "PostgreSQL does not own its data directory: the volume changes owners or refuses user 999 "
    "(NFS with root_squash or all_squash, or a driver that ignores fsGroup).",
    "Export the share with no_root_squash and without all_squash, set the driver's mount "
    "permissions, or put the database on block storage (chart value "
    "persistence.persistentVolumeClaim.database.storageClass).",
    terminal=True,
)
_HALF_MADE = Sign(
    _DATABASE,
    re.compile(r'could not open file "global/pg_control": .*'),
    "The volume holds a database that was only half made or half restored.",
    "Restore the volume from a backup. Only where it never held a Harbor: delete the claim "
    "database-data-…-database-0 and its pod, so that both are made anew (all data in it is lost).",
    terminal=True,
)
_UNRELIABLE = Sign(
    _DATABASE,
    re.compile(
        r'could not fsync file "[^"]*": .*|could not flush dirty data: .*'
        r"|could not \w+(?: \w+)? file .*: (?:Stale file handle|Input/output error)"
    ),
    "PostgreSQL cannot write its files reliably: the volume lost a write, or its server is away. "
    "Network file systems are a usual reason.",
    "See to the storage first (server, network, disk). Then move the database to block storage or "
    "use an external one; on NFS mount it with nfsvers=4.1 and hard.",
    when_ready=True,
    within=LATELY,
)
_SHARED_MEMORY = Sign(
    _DATABASE,
    re.compile(r"could not resize shared memory segment .*"),
    "PostgreSQL's shared memory (/dev/shm) is too small for a query of Harbor.",
    "Raise the chart value database.internal.shmSizeLimit, for instance to 1Gi (harbor#15034).",
    when_ready=True,
    within=LATELY,
)
_MIGRATES = Sign(
    _DATABASE,
    re.compile(r"upgrade DB from (\d+) to (\d+)"),
    "The database is being converted from PostgreSQL {0} to {1}, which a new database image does "
    "by itself. It copies all data.",
    "Let it finish and do not stop the pod. For a large database raise the chart value "
    "database.internal.livenessProbe.initialDelaySeconds before, so that nothing kills it.",
)
_NOT_MIGRATED = Sign(
    _DATABASE,
    re.compile(r"fail to upgrade\.|remove the \S+ after fail to upgrade"),
    "The database could not be converted to the PostgreSQL of the new image. The old data is "
    "still there.",
    "Its log names the reason: mostly the volume has no room for a copy (it needs twice the "
    "database's size), or the old server did not end cleanly. Mend that and start the pod again, "
    "or go back to the former chart version.",
    terminal=True,
)
_MADE = re.compile(r"init DB, DB version:\d+")
_LATER = timedelta(minutes=10)


def _conversion(view: View) -> Iterable[Match]:
    yield from _NOT_MIGRATED.find(view)
    failed = {Ref.of(match.obj) for match in _NOT_MIGRATED.find(view)}
    yield from (match for match in _MIGRATES.find(view) if Ref.of(match.obj) not in failed)


def _emptied(view: View) -> Iterable[Match]:
    """A database made anew in an old volume, after core's image was changed. The image converts
    only from the PostgreSQL just before its own; where it finds neither, it makes an empty
    database beside the old one (goharbor/harbor-helm#1806).
    """
    for pod in view.logged("database"):
        made = [line for line in view.log(pod, "database") if _MADE.search(line.text)]
        claims = [_claim(view, pod, name) for name in claim_names(pod)]
        ages = [made[-1].time - age for one in claims if made and one and (age := created(one))]
        if ages and max(ages) > _LATER and len(_images(view, pod)) > 1:
            yield Match(
                obj=pod,
                cause="The database was made anew in a volume that existed before, after Harbor's "
                "version was changed: Harbor may look empty. Upgrades that skip a PostgreSQL "
                "version of the database image end like this; the old data is still beside it.",
                fix="Stop Harbor before anybody writes to it, go back to the former chart version, "
                "and upgrade over each version between (see wizard explain HW-101). Where this "
                "Harbor never held anything, all is well.",
                evidence=tuple(f"{line.time:%H:%M:%S} {line.text}" for line in made[-1:]),
                since=made[-1].time,
            )


def _claim(view: View, pod: Object, name: str) -> Object | None:
    return view.get(Ref(CLAIM, pod["metadata"].get("namespace", ""), name))


def _images(view: View, pod: Object) -> set[str]:
    """The images that core's replica sets of the pod's release have or had."""
    place, release = pod["metadata"].get("namespace", ""), labels(pod).get("release", "")
    return {
        container["image"]
        for one in view.of_component(REPLICA_SET, place, release, "core")
        for container in spec(one).get("template", {}).get("spec", {}).get("containers") or ()
    }


RULES = (
    Rule(
        "HW-008", "Database may not write its volume", Layer.STORAGE, (POD, LOG),
        _PERMISSIONS.find,
    ),
    Rule(
        "HW-009", "Database cannot rely on its volume", Layer.STORAGE, (POD, LOG),
        _UNRELIABLE.find,
    ),
    Rule("HW-010", "Database is half made", Layer.STORAGE, (POD, LOG), _HALF_MADE.find),
    Rule(
        "HW-101", "Database was made anew by an upgrade", Layer.DEPENDENCY,
        (POD, LOG, CLAIM, REPLICA_SET), _emptied, aside=True,
    ),
    Rule(
        "HW-102", "Database is converted to a new PostgreSQL", Layer.DEPENDENCY, (POD, LOG),
        _conversion, quiet=timedelta(minutes=2),
    ),
    Rule(
        "HW-126", "Database has too little shared memory", Layer.DEPENDENCY, (POD, LOG),
        _SHARED_MEMORY.find, aside=True,
    ),
)  # fmt: skip
