"""What containers say before they end: the log of the last run, where a container is not ready."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from wizard.diagnose.components import needs_ready_since
from wizard.diagnose.fields import containers, running_since
from wizard.diagnose.kinds import LOG, POD
from wizard.diagnose.rules.base import Layer, Match, Rule
from wizard.diagnose.view import View
from wizard.ports import LogLine, Object


@dataclass(frozen=True, slots=True)
class _Sign:
    """A text in the log of a container. Of each line only what the pattern matches is quoted:
    the rest may hold secrets (core 2.x logs the CSRF key that it refuses).
    """

    containers: Sequence[str]
    pattern: re.Pattern[str]
    cause: str
    fix: str
    terminal: bool = False
    when_ready: bool = False
    """Look also where the container is ready: it goes on in spite of the fault."""
    after_needs: bool = False
    """Usual until all that the pod needs is ready; only lines from then on count."""

    def find(self, view: View) -> Iterable[Match]:
        """Pods whose logs show the sign."""
        for name in self.containers:
            for pod in view.logged(name):
                told = next((told for one, told in containers(pod) if one["name"] == name), {})
                if self.when_ready or not told.get("ready"):
                    yield from self._in(view, pod, _recent(view, pod, name, told))

    def _in(self, view: View, pod: Object, lines: Sequence[LogLine]) -> Iterable[Match]:
        found = [(line, hit) for line in lines if (hit := self.pattern.search(line.text))]
        if found and self.after_needs:
            since = needs_ready_since(view, pod)
            found = [(line, hit) for line, hit in found if since and line.time >= since]
        if found:
            yield Match(
                obj=pod,
                cause=self.cause.format(*found[-1][1].groups()),
                fix=self.fix,
                evidence=tuple(f"{line.time:%H:%M:%S} {hit[0]}" for line, hit in found[-4:]),
                since=found[0][0].time,
                seen=found[-1][0].time,
                terminal=self.terminal,
            )


def _recent(view: View, pod: Object, container: str, told: Mapping[str, Any]) -> Sequence[LogLine]:
    """What the container wrote, of its last two runs; only of the present one once that goes on
    for a while.
    """
    lines, begun = view.log(pod, container), running_since(told)
    if begun is None or view.now - begun < _NEW_RUN:
        return lines
    return [line for line in lines if line.time >= begun]


_NEW_RUN = timedelta(minutes=2)

_DATABASE = _Sign(
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
_HALF_MADE = _Sign(
    ("database",),
    re.compile(r'could not open file "global/pg_control": .*'),
    "The volume holds a database that was only half made or half restored.",
    "Restore the volume from a backup. Only where it never held a Harbor: delete the claim "
    "database-data-…-database-0 and its pod, so that both are made anew (all data in it is lost).",
    terminal=True,
)
_PASSWORD = _Sign(
    ("core", "exporter"),
    re.compile(r'password authentication failed for user "?[^"\s]*"?'),
    "The database refuses Harbor's password. Mostly the volume of an earlier installation was "
    "kept: PostgreSQL still has the password it was made with.",
    "Give Harbor the database's own password again (chart value database.internal.password), or "
    "delete the kept claim of the database if its data may be lost.",
    terminal=True,
)
_UNREACHABLE = _Sign(
    ("core",),
    re.compile(r"failed to connect to tcp:\S+ after \d+ seconds"),
    "Core cannot reach its database.",
    "Check the database's host and port, that its name resolves inside the cluster, and that no "
    "NetworkPolicy or firewall stands between.",
    after_needs=True,
)
_CACHE = _Sign(
    ("core",),
    re.compile(r"failed to (?:initialize cache|ping redis)[^,;]{0,120}"),
    "Core cannot use Redis: it does not answer or refuses the password.",
    "Check Redis's address and password (an external one: chart value redis.external), and that "
    "no NetworkPolicy stands between.",
    after_needs=True,
)
_DIRTY = _Sign(
    ("core",),
    re.compile(r"Dirty database version (\d+)"),
    "A migration of the database was interrupted at version {0}, so core refuses to go on.",
    "Restore the database from the backup made before the upgrade and start it again without "
    "stopping core while it migrates. An external PostgreSQL older than Harbor asks for ends "
    "like this, too: check its version first.",
    terminal=True,
)
_CSRF = _Sign(
    ("core",),
    re.compile(r"invalid CSRF key(?: length)?", re.I),
    "Core's CSRF key is not 32 characters long: it makes up another one at every start, or "
    "refuses every request of the portal.",
    "Put exactly 32 characters into CSRF_KEY of the Secret that core.existingXsrfSecret names, "
    "and restart core.",
    when_ready=True,
)

RULES = (
    Rule("HW-008", "Database may not write its volume", Layer.STORAGE, (POD, LOG), _DATABASE.find),
    Rule("HW-010", "Database is half made", Layer.STORAGE, (POD, LOG), _HALF_MADE.find),
    Rule("HW-011", "Database refuses the password", Layer.SECRETS, (POD, LOG), _PASSWORD.find),
    Rule(
        "HW-012", "Database cannot be reached", Layer.DEPENDENCY, (POD, LOG), _UNREACHABLE.find,
        grace=timedelta(minutes=3), symptom=True,
    ),
    Rule(
        "HW-013", "Redis cannot be used", Layer.DEPENDENCY, (POD, LOG), _CACHE.find,
        grace=timedelta(minutes=3), symptom=True,
    ),
    Rule("HW-014", "Database migration was interrupted", Layer.DEPENDENCY, (POD, LOG), _DIRTY.find),
    Rule("HW-016", "CSRF key has the wrong length", Layer.SECRETS, (POD, LOG), _CSRF.find),
)  # fmt: skip
