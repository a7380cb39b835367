"""Secrets that were changed while pods go on with what stood in them before.

Of a Secret only the metadata is known: who wrote its data last, and when.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from wizard.diagnose.components import component_of
from wizard.diagnose.fields import containers, created, labels, moment, running_since, spec, status
from wizard.diagnose.kinds import POD, SECRET
from wizard.diagnose.rules.base import Layer, Match, Rule
from wizard.diagnose.view import View
from wizard.ports import Object, Ref

_ALL_OF_IT = frozenset({"core", "exporter"})
"""Containers to which the chart gives all of a Secret in which the database's password stands."""
_KEPT_KEY, _KEPT_VARIABLES = "secretKey", frozenset({"POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD"})
_NEVER_AGAIN = frozenset({"nginx"})
"""Containers that read the files of a mounted Secret only when they start, too."""


@dataclass(frozen=True, slots=True)
class _Write:
    time: datetime
    manager: str

    def __str__(self) -> str:
        return f"{self.time:%Y-%m-%d %H:%M:%S} by {self.manager or 'somebody'}"


@dataclass(frozen=True, slots=True)
class _Use:
    """A container that started before a Secret was changed which it read then; `bound`: what it
    took from there belongs to data that is stored.
    """

    pod: Object
    container: str
    secret: Ref
    write: _Write
    began: datetime
    bound: bool

    @property
    def evidence(self) -> str:
        """When what happened."""
        return (
            f"{self.secret} changed {self.write}; {self.container} of "
            f"{self.pod['metadata']['name']} runs since {self.began:%Y-%m-%d %H:%M:%S}"
        )


def _writes(view: View) -> Mapping[Ref, _Write]:
    """Who wrote the data of each Secret last; those of Helm's revisions are read by no pod."""
    found: dict[Ref, _Write] = {}
    for secret in view.all(SECRET):
        if labels(secret).get("owner") == "helm":
            continue
        for one in secret["metadata"].get("managedFields") or ():
            time = moment(one.get("time"))
            if time and "f:data" in (one.get("fieldsV1") or {}):
                found[Ref.of(secret)] = _Write(time, str(one.get("manager", "")))
    return found


def _uses(view: View) -> Iterator[_Use]:
    writes = _writes(view)
    newest = max((write.time for write in writes.values()), default=None)
    for pod in view.all(POD) if newest else ():
        if not labels(pod).get("component") or not _counts(view, pod):
            continue
        made = created(pod)
        if made is None or newest is None or made > newest:
            continue
        for declared, told in containers(pod):
            began = running_since(told)
            for name, bound in _read(pod, declared).items() if began else ():
                ref = Ref(SECRET, pod["metadata"].get("namespace", ""), name)
                write = writes.get(ref)
                if began and write and write.time > began:
                    yield _Use(pod, declared["name"], ref, write, began, bound)


def _counts(view: View, pod: Object) -> bool:
    gone = "deletionTimestamp" in pod["metadata"] or view.orphaned(pod)
    return status(pod).get("phase") == "Running" and not gone and bool(component_of(view, pod))


def _read(pod: Object, container: Object) -> Mapping[str, bool]:
    """The Secrets that a container reads only when it starts, each with whether what it takes
    from there belongs to data that is stored.
    """
    found: dict[str, bool] = {}

    def reads(name: str | None, *, bound: bool) -> None:
        if name:
            found[name] = found.get(name, False) or bound

    for source in container.get("envFrom") or ():
        named = (source.get("secretRef") or {}).get("name")
        reads(named, bound=container["name"] in _ALL_OF_IT)
    for variable in container.get("env") or ():
        key = (variable.get("valueFrom") or {}).get("secretKeyRef") or {}
        reads(key.get("name"), bound=variable["name"] in _KEPT_VARIABLES)
    volumes = {one["name"]: one.get("secret") or {} for one in spec(pod).get("volumes") or ()}
    for mount in container.get("volumeMounts") or ():
        volume = volumes.get(mount["name"], {})
        if mount.get("subPath") or container["name"] in _NEVER_AGAIN:
            keys = {item.get("key") for item in volume.get("items") or ()}
            reads(volume.get("secretName"), bound=_KEPT_KEY in keys)
    return found


def _former(view: View) -> Iterable[Match]:
    """Pods that a restart would bring to the present content."""
    uses = [*_uses(view)]
    bound = {use.secret for use in uses if use.bound}
    pods = {use.pod["metadata"]["name"]: use.pod for use in uses if use.secret not in bound}
    for name, pod in pods.items():
        own = [use for use in uses if use.pod["metadata"]["name"] == name]
        own = [use for use in own if use.secret not in bound]
        names = ", ".join(sorted({use.secret.name for use in own}))
        yield Match(
            obj=pod,
            cause=f"It started before the content of a Secret was changed that it reads only when "
            f"it starts: {names}. So it goes on with the former content, and others may not.",
            fix="Restart what reads it, core before the others; or put the former content back, "
            "where the change was not meant.",
            evidence=tuple(sorted({use.evidence for use in own})),
            since=max(use.write.time for use in own),
        )


def _bound(view: View) -> Iterable[Match]:
    """Secrets whose present content no pod should start with."""
    uses = [use for use in _uses(view) if use.bound]
    for ref in sorted({use.secret for use in uses}):
        own, secret = [use for use in uses if use.secret == ref], view.get(ref)
        if secret is not None:
            yield Match(
                obj=secret,
                cause=f"It was changed {own[0].write} while pods run that started with its former "
                "content. Data in Harbor's database was stored with it; after a restart they can "
                "read that no more, or are not let in.",
                fix="Put the former content back before anything restarts: from where it was kept, "
                "or by `helm rollback` where the chart made it. If only other entries of it "
                "changed, restart what reads it.",
                evidence=tuple(sorted({use.evidence for use in own})),
                since=own[0].write.time,
            )


_QUIET = timedelta(minutes=5)
"""An update that changes a Secret replaces the pods as well."""

RULES = (
    Rule(
        "HW-241", "Pods use the former content of a Secret", Layer.SECRETS, (POD, SECRET), _former,
        quiet=_QUIET, aside=True, offers="restart",
    ),
    Rule(
        "HW-242", "A Secret that stored data depends on was changed", Layer.SECRETS, (POD, SECRET),
        _bound, quiet=_QUIET, aside=True,
    ),
)  # fmt: skip
