"""The root certificate on nodes, by a DaemonSet that writes one file, and how that is taken back.

containerd reads `certs.d/HOST/*.crt` for every pull where its `config_path` names that folder; no
restart is needed (https://github.com/containerd/containerd/blob/main/docs/hosts.md). A file alone
does for containerd 1 and 2, which a `hosts.toml` does not (containerd/containerd#10027, #13212).
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from wizard.answers.preset import Preset
from wizard.charts.manifest import plural
from wizard.charts.tls import has_authority
from wizard.diagnose.kinds import DAEMON_SET, POD, PRESET_LABEL
from wizard.diagnose.readiness import readiness
from wizard.errors import CheckFailed, Forbidden
from wizard.ports import Charts, NeededRight, Object, Ref, Right, World
from wizard.steps.base import FieldChange, ObjectChange, Reporter, Step
from wizard.steps.changes import change_to, make, remove
from wizard.steps.difference import digest
from wizard.steps.gate import Wait, gate_rights, wait_until_ready
from wizard.steps.inputs import Inputs
from wizard.steps.volume_probe import probe_image
from wizard.trust import registry_of

FOLDER = "/etc/containerd/certs.d"
"""Where containerd looks on most nodes."""
WRITER_LABEL = "harbor-wizard/node-trust"
_ROOT_NOTE = "harbor-wizard/root"
_REMOVE = {"name": "MODE", "value": "remove"}
_KEEP = {"name": "MODE", "value": "keep"}

SCRIPT = """
file=/node/ca.crt
mark='# Kept by harbor-wizard'
once() {
  root=$(cat /authority/ca.crt 2>/dev/null)
  found=$(cat "$file" 2>/dev/null)
  case "$found" in
    '' | "$mark"*) ;;
    *)
      [ "$MODE" = remove ] && { echo "left alone: others wrote it"; return 0; }
      [ "$found" = "$root" ] && { echo "there already: others wrote it"; return 0; }
      echo "another ca.crt is there, which others wrote: it is left alone"; return 1 ;;
  esac
  if [ "$MODE" = remove ]; then
    rm -f "$file" || return 1
    echo "removed"; return 0
  fi
  [ -n "$root" ] || { echo "there is no root certificate to write"; return 1; }
  wanted="$mark
$root"
  [ "$found" = "$wanted" ] && return 0
  printf '%s\\n' "$wanted" >/node/.ca.new && mv /node/.ca.new "$file" || return 1
  echo "written"
}
once || exit 1
[ "$1" = once ] && exit 0
trap 'exit 0' TERM
while :; do sleep 60 & wait $!; once || exit 1; done
"""
"""Uses nothing but a shell, cat, mv, rm and sleep. A file that others wrote is never touched; ours
begins with a line that certificates' readers pass over. A temporary file must not end in `.crt`.
"""


class NodeTrust(Step):
    """On every node the root certificate lies where containerd looks for it."""

    id = "trust.nodes"
    title = "Root certificate on nodes"

    def __init__(self, inputs: Inputs, needs: Sequence[str]) -> None:
        self.needs = tuple(needs)
        self._inputs = inputs

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step."""
        reason = "a DaemonSet writes the root certificate on every node"
        writer = writer_of(self._inputs, "")
        verbs = ("get", "create", "patch", "delete")
        return [
            *self._inputs.rights_in_namespace("daemonsets", reason, *verbs, group="apps"),
            *self._inputs.rights_in_namespace("pods", "to tell the state of every node", "list"),
            *gate_rights(self._inputs, [writer]),
        ]

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step. The root may be made in the same run: then the content is not known yet."""
        writer = writer_of(self._inputs, await self._root(world))
        change = await change_to(world.objects, writer)
        return [change] if change else []

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step."""
        writer = writer_of(self._inputs, await self._root(world))
        for change in changes:
            await make(world.objects, writer, change)

    async def verify(self, world: World, report: Reporter) -> None:
        """See Step. Raises StepFailed where a node's pod says that it cannot."""
        ref = Ref.of(writer_of(self._inputs, ""))
        await wait_for_writer(world, self._inputs, ref, report)
        for line in await node_states(world, self._inputs, ref):
            report.log(line)

    async def _root(self, world: World) -> str:
        name = self._inputs.names.authority
        return (await self._inputs.entries(world, name)).get("ca.crt", b"").decode()


class NodeTrustTakenBack(Step):
    """What DaemonSets of earlier answers wrote on nodes is removed, and then they are."""

    id = "trust.nodes.removed"
    title = "Root certificate off the nodes"
    silent = True

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        wanted = preset_writes(inputs.preset)
        self._kept = Ref.of(writer_of(inputs, "")).name if wanted else ""

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step. What removing takes is asked for where there is something to remove."""
        right = Right("list", "apps", "daemonsets", self._inputs.namespace)
        reason = "to see whether earlier answers had certificates written on nodes"
        return [NeededRight(right, reason, optional=True)]

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step. Raises CheckFailed where a right to remove it is missing."""
        found = await self._left(world)
        if found:
            await self._require_rights(world)
        return [_removal(writer) for writer in found]

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step. The pods remove the file first: nobody else reaches the nodes."""
        planned = {change.ref for change in changes}
        for writer in await self._left(world):
            ref = Ref.of(writer)
            if ref in planned:
                await world.objects.apply(_removing(writer), force=True)
                await wait_for_writer(world, self._inputs, ref, report)
                for line in await node_states(world, self._inputs, ref):
                    report.log(line)
                await remove(world.objects, ref)

    async def _left(self, world: World) -> list[Object]:
        labels = f"{WRITER_LABEL}={self._inputs.names.fullname}"
        found: Sequence[Object] = ()
        with suppress(Forbidden):
            found = (await world.objects.list(DAEMON_SET, self._inputs.namespace, labels)).items
        return [
            {**DAEMON_SET.head, **one} for one in found if one["metadata"]["name"] != self._kept
        ]

    async def _require_rights(self, world: World) -> None:
        place = self._inputs.namespace
        needed = [
            Right(verb, "apps", plural(DAEMON_SET), place) for verb in ("get", "patch", "delete")
        ]
        allowed = await world.access.allowed(needed)
        if missing := [str(right) for right in needed if not allowed.get(right)]:
            raise CheckFailed(
                f"Rights are missing to take back what was written on nodes: {', '.join(missing)}",
                why="earlier answers had trust.nodes: daemonset, and these have not",
                where=f"namespace {place}",
                fix="grant them for this run: `wizard rbac --preset FILE` with the former answers "
                "prints the role that has them",
            )


def node_trust_steps(inputs: Inputs, needs: Sequence[str]) -> Iterator[Step]:
    """What writes on nodes, if the answers want that; what takes back what earlier ones wanted."""
    if preset_writes(inputs.preset):
        yield NodeTrust(inputs, needs)
    yield NodeTrustTakenBack(inputs)


def preset_writes(preset: Preset) -> bool:
    """Whether a DaemonSet is to write the root certificate on nodes."""
    return preset.trust.nodes == "daemonset" and has_authority(preset)


def writer_image(preset: Preset) -> str:
    """The image of the DaemonSet's pods."""
    return preset.trust.nodes_image or probe_image(preset)


def writer_of(inputs: Inputs, root: str) -> Object:
    """The DaemonSet for Harbor's host. Another host gets another one, so that the file of the
    former is removed by those who wrote it. Another root makes new pods, so that ready ones tell
    that it is on their nodes.
    """
    names, preset = inputs.names, inputs.preset
    host = registry_of(preset.harbor.url)
    mark = digest({"metadata": {"name": host}})[:8]
    name = f"{names.fullname[:40].rstrip('-')}-node-trust-{mark}"
    labels = {PRESET_LABEL: preset.name, WRITER_LABEL: names.fullname}
    known = {_ROOT_NOTE: digest({"metadata": {}, "root": root})[:16]} if root else {}
    pod = {"labels": {"app": name, **labels}, "annotations": known}
    return {
        **DAEMON_SET.head,
        "metadata": {"name": name, "namespace": inputs.namespace, "labels": labels},
        "spec": {
            "selector": {"matchLabels": {"app": name}},
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "50%"}},
            "template": {"metadata": pod, "spec": _pod(inputs, host)},
        },
    }


def _pod(inputs: Inputs, host: str) -> Object:
    pull = [{"name": inputs.names.pull}] if inputs.preset.delivery.pull_secret else []
    authority = {"secretName": inputs.names.authority, "optional": True}
    authority |= {"items": [{"key": "ca.crt", "path": "ca.crt"}]}
    folder = {"path": f"{FOLDER}/{host}", "type": "DirectoryOrCreate"}
    return {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": 5,
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "tolerations": [{"operator": "Exists"}],
        "imagePullSecrets": pull,
        "initContainers": [_container(inputs, "first", "once")],
        "containers": [_container(inputs, "keep", "always")],
        "volumes": [
            {"name": "authority", "secret": authority},
            {"name": "node", "hostPath": folder},
        ],
    }


def _container(inputs: Inputs, name: str, how: str) -> Object:
    """As root, whose folder it is, but with nothing else that root could do."""
    return {
        "name": name,
        "image": writer_image(inputs.preset),
        "command": ["/bin/sh", "-c", SCRIPT, "sh", how],
        "env": [_KEEP],
        "resources": {
            "requests": {"cpu": "1m", "memory": "8Mi"},
            "limits": {"memory": "32Mi"},
        },
        "securityContext": {
            "runAsUser": 0,
            "privileged": False,
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "volumeMounts": [
            {"name": "authority", "mountPath": "/authority", "readOnly": True},
            {"name": "node", "mountPath": "/node"},
        ],
    }


def file_of(writer: Object) -> str:
    """The file that a DaemonSet keeps on nodes."""
    volumes = writer["spec"]["template"]["spec"]["volumes"]
    (path,) = (one["hostPath"]["path"] for one in volumes if "hostPath" in one)
    return f"{path}/ca.crt"


def _removal(writer: Object) -> ObjectChange:
    field = FieldChange(file_of(writer), "on every node", "removed")
    return ObjectChange("delete", Ref.of(writer), (field,))


def _removing(writer: Object) -> Object:
    """The same DaemonSet, whose pods remove the file."""
    template = writer["spec"]["template"]
    pod = dict(template["spec"])
    for kind in ("initContainers", "containers"):
        pod[kind] = [{**one, "env": [_REMOVE]} for one in pod[kind]]
    metadata = writer["metadata"]
    return {
        **DAEMON_SET.head,
        "metadata": {key: metadata[key] for key in ("name", "namespace", "labels")},
        "spec": {**writer["spec"], "template": {**template, "spec": pod}},
    }


async def wait_for_writer(world: World, inputs: Inputs, ref: Ref, report: Reporter) -> None:
    """Wait until a DaemonSet's pods are ready on all nodes: then each has done its work once."""
    live = await world.objects.get(ref)
    if live is not None and readiness(live).ready:
        return
    wait = Wait(inputs, title="The root certificate on nodes", selector={"app": ref.name})
    await wait_until_ready(world, inputs, [ref], report, wait)


async def node_states(world: World, inputs: Inputs, ref: Ref) -> list[str]:
    """How it is with each node, a line for each."""
    pods = (await world.objects.list(POD, inputs.namespace, f"app={ref.name}")).items
    states = [
        (
            pod["spec"].get("nodeName", "no node yet"),
            "done" if (found := readiness({**pod, **_POD})).ready else found.reason,
        )
        for pod in pods
    ]
    return [f"node {node}: {state}" for node, state in sorted(states)]


_POD = POD.head
