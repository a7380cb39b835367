"""Whether nodes trust Harbor with the file that was written on them: each pulls once from it.

That containerd's `config_path` names the folder stands in a file of the node that nobody reads from
outside (https://github.com/containerd/containerd/blob/main/docs/hosts.md). A pull shows it.
"""

from collections.abc import Sequence
from contextlib import suppress

from wizard.diagnose.fields import uid
from wizard.diagnose.finding import Finding
from wizard.diagnose.kinds import DAEMON_SET, POD, PRESET_LABEL
from wizard.diagnose.view import View
from wizard.errors import OutOfTime, StepFailed
from wizard.ports import Charts, NeededRight, Object, Ref, World
from wizard.steps.base import ObjectChange, Reporter, Step
from wizard.steps.changes import creation_of, remove
from wizard.steps.errand import PROBE_LABEL
from wizard.steps.gate import Wait, gate_rights, wait_until_ready
from wizard.steps.healthy import HarborHealthy
from wizard.steps.inputs import Inputs
from wizard.steps.node_trust import FOLDER, NodeTrust, file_of, writer_of
from wizard.steps.pull_answers import UNKNOWN_AUTHORITY, Answer, named, pull_answers
from wizard.steps.volume_probe import RESTRICTED
from wizard.trust import registry_of

IMAGE = "harbor-wizard/no-such-image:probe"
"""What is pulled: that the registry says there is none is answer enough."""
PROVEN = "harbor-wizard/proven"
"""The note at the DaemonSet that writes: its pods on whose nodes a pull worked. Another root, and
another node, have another pod there.
"""
_MANAGER = "harbor-wizard-pulls"
_SECONDS = 90.0
"""How long nodes may take: a connection that nobody answers takes 30 s, and is tried again."""


class NodePulls(Step):
    """Every node that has the root certificate has pulled from Harbor, or is told.

    No probe: it needs an installed Harbor, and `--check --probe` is to need none.
    """

    id = "trust.nodes.pull"
    title = "Nodes trust Harbor, tried by a pull"

    def __init__(self, inputs: Inputs, writer: NodeTrust) -> None:
        self.needs = (writer.id, HarborHealthy.id)
        self._inputs, self._writer = inputs, writer
        self._host = registry_of(inputs.preset.harbor.url)
        self._written = writer_of(inputs, "")

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step."""
        reason = "every node pulls once from Harbor, by a DaemonSet that is removed again"
        verbs = ("get", "create", "patch", "delete")
        return [
            *self._inputs.rights_in_namespace("daemonsets", reason, *verbs, group="apps"),
            *self._inputs.rights_in_namespace("pods", "to tell the state of every node", "list"),
            *gate_rights(self._inputs, [self._written]),
        ]

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step. What a killed run left makes it run again, which removes it first."""
        puller = puller_of(self._inputs)
        if await world.objects.get(Ref.of(puller)):
            return [ObjectChange("create", Ref.of(puller))]
        if not await self._writer.check(world):
            writer = await world.objects.get(Ref.of(self._written)) or {}
            notes = writer.get("metadata", {}).get("annotations") or {}
            if {uid(pod) for pod in await self._writers(world)} <= {*notes.get(PROVEN, "").split()}:
                return []
        return [await creation_of(world.objects, puller)]

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step. Raises StepFailed where a node refuses Harbor's certificate."""
        puller = puller_of(self._inputs, await world.objects.get(Ref.of(self._written)))
        ref = Ref.of(puller)
        writers = {pod["spec"]["nodeName"]: uid(pod) for pod in await self._writers(world)}
        await remove(world.objects, ref)
        try:
            await world.objects.create(puller)
            answers = await self._answers(world, ref, [*writers], report)
        finally:
            await remove(world.objects, ref)
        for answer in answers:
            report.log(answer.line(self._host))
        await self._note(world, [writers[one.node] for one in answers if one.verdict == "trusts"])
        self._judge(answers, report)

    async def _writers(self, world: World) -> list[Object]:
        """The pods that keep the root certificate, on the nodes that they have reached."""
        labels = f"app={self._written['metadata']['name']}"
        pods = (await world.objects.list(POD, self._inputs.namespace, labels)).items
        return [pod for pod in pods if pod["spec"].get("nodeName")]

    async def _answers(
        self, world: World, ref: Ref, nodes: Sequence[str], report: Reporter
    ) -> list[Answer]:
        """What every node says, as far as it does in time."""
        answers = [Answer(node, "unheard", "nothing was told in time") for node in sorted(nodes)]

        def judge(view: View) -> None:
            answers[:] = pull_answers(view, ref, image_of(self._inputs), nodes)

        async def missing() -> str:
            left = [one for one in answers if not one.final]
            report.progress(len(answers) - len(left), len(answers))
            if not left:
                return ""
            first = f"{left[0].node} ({left[0].told})"
            return f"{len(left)} of {len(answers)} nodes are yet to pull from {self._host}: {first}"

        wait = Wait(self._inputs, missing, title="The pull of every node", selector=_labels(ref))
        wait.at_most(_SECONDS)
        wait.judge = judge
        with suppress(OutOfTime):  # then what is known by now counts
            await wait_until_ready(world, self._inputs, [], report, wait)
        return answers

    async def _note(self, world: World, proven: Sequence[str]) -> None:
        """Note for later runs what was proven, beside the fields that the writer's step keeps."""
        metadata = {key: self._written["metadata"][key] for key in ("name", "namespace")}
        note = {**metadata, "annotations": {PROVEN: " ".join(sorted(proven))}}
        await world.objects.apply(
            {**DAEMON_SET.head, "metadata": note}, manager=_MANAGER, force=True
        )

    def _judge(self, answers: Sequence[Answer], report: Reporter) -> None:
        """Raise StepFailed where nodes refuse; where it could not be tried, that is a finding."""
        refusing = [one for one in answers if one.verdict == "refuses" and one.final]
        unproven = [one for one in answers if one.verdict != "trusts" and one not in refusing]
        if unproven:
            report.finding(self._untried(unproven, len(answers)))
        if refusing:
            raise self._refused(refusing, len(answers))

    def _untried(self, unproven: Sequence[Answer], of: int) -> Finding:
        return Finding(
            "HW-243",
            "warn",
            f"Nodes {named(unproven)}",
            "It is not known whether these nodes trust Harbor",
            f"{len(unproven)} of {of} nodes could not pull from {self._host}, for other reasons "
            "than its certificate.",
            f"See that these nodes resolve {self._host} by their own DNS and reach it; the next "
            "run tries again.",
            tuple(one.line(self._host) for one in unproven),
        )

    def _refused(self, refusing: Sequence[Answer], of: int) -> StepFailed:
        strange = [one for one in refusing if UNKNOWN_AUTHORITY not in one.told]
        told = "; ".join(dict.fromkeys(one.told for one in refusing))
        what = f"{len(refusing)} of {of} nodes do not trust {self._host}: {named(refusing)}"
        where = f"containerd on {named(refusing)}"
        if strange:
            return StepFailed(
                what,
                why=f"a pull ended with: {told}",
                where=where,
                fix=f"see which certificate these nodes are shown (`openssl s_client -connect` to "
                f"{self._host} there) and their clocks, then run the same command again",
            )
        return StepFailed(
            what,
            why=f"a pull ended with “{told}” although {file_of(self._written)} is there: their "
            "containerd does not read that folder, or another server answers them",
            where=where,
            fix=f'set config_path = "{FOLDER}" in /etc/containerd/config.toml, in the table '
            '[plugins."io.containerd.cri.v1.images".registry], before containerd 2 '
            '[plugins."io.containerd.grpc.v1.cri".registry], take out registry.mirrors and '
            "the tls of registry.configs, which exclude it, restart containerd and run the same "
            "command again; or give the root to the node pool, and set trust.nodes to instructions",
        )


def image_of(inputs: Inputs) -> str:
    """What every node pulls."""
    return f"{registry_of(inputs.preset.harbor.url)}/{IMAGE}"


def puller_of(inputs: Inputs, writer: Object | None = None) -> Object:
    """The DaemonSet whose pods pull, wherever those of the writer run. It goes with the writer,
    where a killed run left it.
    """
    written = writer_of(inputs, "")
    name = "-node-pull-".join(written["metadata"]["name"].rsplit("-node-trust-", 1))
    ref = Ref(DAEMON_SET, inputs.namespace, name)
    labels = {PRESET_LABEL: inputs.preset.name, **_labels(ref)}
    metadata: Object = {"name": name, "namespace": inputs.namespace, "labels": labels}
    if writer:
        owner = {**DAEMON_SET.head, "name": writer["metadata"]["name"], "uid": uid(writer)}
        metadata["ownerReferences"] = [owner]
    return {
        **DAEMON_SET.head,
        "metadata": metadata,
        "spec": {
            "selector": {"matchLabels": _labels(ref)},
            "template": {"metadata": {"labels": labels}, "spec": _pod(inputs, written)},
        },
    }


def _labels(puller: Ref) -> dict[str, str]:
    return {PROBE_LABEL: puller.name}


def _pod(inputs: Inputs, writer: Object) -> Object:
    """A pod that never starts, as the Pod Security Standard `restricted` allows it."""
    like = writer["spec"]["template"]["spec"]
    return {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": 0,
        "nodeSelector": like["nodeSelector"],
        "tolerations": like["tolerations"],
        "containers": [
            {
                "name": "pull",
                "image": image_of(inputs),
                "imagePullPolicy": "Always",
                "resources": like["containers"][0]["resources"],
                "securityContext": {
                    **RESTRICTED,
                    "runAsNonRoot": True,
                    "runAsUser": 65534,
                    "seccompProfile": {"type": "RuntimeDefault"},
                },
            }
        ],
    }
