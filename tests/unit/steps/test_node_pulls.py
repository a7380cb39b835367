"""Whether nodes trust Harbor, tried by a pull: what kubelets say, and the step in a simulated
cluster whose nodes say it.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from backends.simulated.daemon_sets import PULL_ERROR
from backends.simulated.world import SimulatedWorld
from tests.unit.diagnose import world as seen
from tests.unit.steps.conftest import Heard, inputs_for
from tests.unit.steps.test_node_trust import WRITTEN, carried_out, names, with_root
from wizard.diagnose.kinds import DAEMON_SET, NODE, POD
from wizard.errors import StepFailed
from wizard.plan.graph import build_graph
from wizard.ports import Object, Ref
from wizard.steps.base import Step
from wizard.steps.inputs import Inputs
from wizard.steps.node_pulls import IMAGE, PROVEN, NodePulls, puller_of
from wizard.steps.node_trust import NodeTrust, writer_of
from wizard.steps.pull_answers import Answer, Verdict, pull_answers

HOST = "harbor.example.com"
PULLED = f"{HOST}/{IMAGE}"
RESOLVE = f'failed to pull and unpack image "{PULLED}": failed to resolve reference "{PULLED}": '
URL = f"https://{HOST}/v2/harbor-wizard/no-such-image/manifests/probe"
ASKED = f'{RESOLVE}failed to do request: Head "{URL}": '
UNKNOWN = "tls: failed to verify certificate: x509: certificate signed by unknown authority"
OTHER = "tls: failed to verify certificate: x509: certificate is valid for ingress.local, not x"
NOWHERE = f"dial tcp: lookup {HOST} on 10.0.0.2:53: no such host"


def answered(told: Object | None, message: str = "", times: int = 2) -> Answer:
    """The answer of the node `a`, whose pod is as told; the message is one of its events."""
    owner = seen.made(DAEMON_SET, "pull", spec={}, status={})
    shown = {"name": "pull", "image": PULLED}
    pod = seen.owned(seen.pod("pull", told, container=shown), owner)
    pod["spec"]["nodeName"] = "a"
    said = f'Failed to pull image "{PULLED}": {message}'
    events = [seen.event(pod, "Failed", said, times=times)] if message else []
    (answer,) = pull_answers(seen.view(owner, pod, *events), Ref.of(owner), PULLED, ["a"])
    return answer


@pytest.mark.parametrize(
    ("message", "verdict"),
    [
        (ASKED + UNKNOWN, "refuses"),
        (ASKED + "x509: certificate signed by unknown authority", "refuses"),
        (RESOLVE + "failed to authorize: failed to fetch anonymous token: Get "
         f'"https://{HOST}/service/token?scope=x&service=harbor-registry": {UNKNOWN}', "refuses"),
        (ASKED + OTHER, "refuses"),
        (ASKED + "x509: certificate has expired or is not yet valid", "refuses"),
        (RESOLVE + "pull access denied, repository does not exist or may require authorization: "
         "authorization failed: no basic auth credentials", "trusts"),
        (RESOLVE + "pull access denied, repository does not exist or may require authorization: "
         "server message: insufficient_scope: authorization failed", "trusts"),
        (f"rpc error: code = NotFound desc = {RESOLVE}{PULLED}: not found", "trusts"),
        (RESOLVE + "unexpected status from HEAD request: 401 Unauthorized", "trusts"),
        (RESOLVE + "pulling from host h failed with status code [manifests probe]: 403 Forbidden",
         "trusts"),
        ("Error response from daemon: unauthorized: project harbor-wizard not found", "trusts"),
        (ASKED + NOWHERE, "unreached"),
        (ASKED + "dial tcp 10.0.0.7:443: i/o timeout", "unreached"),
        (ASKED + "dial tcp 10.0.0.7:443: connect: connection refused", "unreached"),
        (ASKED + "dial tcp 10.0.0.7:443: connect: no route to host", "unreached"),
        (ASKED + "net/http: TLS handshake timeout", "unreached"),
        (ASKED + "Proxy Authentication Required", "unreached"),
        (ASKED + "http: server gave HTTP response to HTTPS client", "unclear"),
        (ASKED + "Forbidden", "unclear"),
        (RESOLVE + "unexpected status from HEAD request: 503 Service Unavailable", "unclear"),
    ],
)  # fmt: skip
def test_what_a_kubelet_says_of_a_pull(message: str, verdict: Verdict) -> None:
    """Old kubelets tell it by events, newer ones also by the container's status."""
    backing_off = f'Back-off pulling image "{PULLED}"'
    by_event = answered(seen.waits("ImagePullBackOff", backing_off), message)
    assert (by_event.verdict, by_event.final) == (verdict, True)
    by_status = answered(seen.waits("ErrImagePull", message))
    assert (by_status.verdict, by_status.final) == (verdict, verdict == "trusts")
    assert "manifests/probe" not in by_status.line(HOST)


def test_a_bad_answer_counts_when_the_kubelet_tried_again() -> None:
    """An entry that was just made may serve another certificate for a moment."""
    assert not answered(seen.waits("ErrImagePull", ASKED + UNKNOWN), ASKED + UNKNOWN, 1).final
    both = answered(
        seen.waits("ErrImagePull", RESOLVE + "not found: not found"), ASKED + UNKNOWN, 1
    )
    assert (both.verdict, both.final) == ("trusts", True)


def test_what_is_no_answer() -> None:
    creating = answered(seen.waits("ContainerCreating"))
    assert (creating.verdict, creating.final) == ("unheard", False)
    invalid = answered(seen.waits("InvalidImageName", "couldn't parse image name"))
    assert invalid.verdict == "unclear"
    assert answered(seen.runs(5)).verdict == "trusts", "an image is there, and was pulled"


def test_containers_that_others_put_in_say_nothing() -> None:
    """A mesh adds its own, a mirroring webhook changes the image."""
    owner = seen.made(DAEMON_SET, "pull", spec={}, status={})
    for image, verdict in ((PULLED, "unheard"), (f"mirror.corp/{IMAGE}", "unclear")):
        told = seen.waits("PodInitializing")
        pod = seen.owned(seen.pod("pull", told, container={"name": "pull", "image": image}), owner)
        pod["spec"]["nodeName"] = "a"
        pod["spec"]["containers"].append({"name": "proxy", "image": "mesh.test/proxy:1"})
        pod["status"]["containerStatuses"].append({"name": "proxy", **seen.runs(5)})
        (answer,) = pull_answers(seen.view(owner, pod), Ref.of(owner), PULLED, ["a"])
        assert answer.verdict == verdict


def test_a_node_without_a_pod_is_told_with_the_reason() -> None:
    owner = seen.made(DAEMON_SET, "pull", spec={}, status={})
    waiting = seen.owned(seen.unplaced("pull", "0/2 nodes: Too many pods", 20), owner)
    (full,) = pull_answers(seen.view(owner, waiting), Ref.of(owner), PULLED, ["a"])
    assert (full.verdict, full.final) == ("unheard", False)
    assert "Too many pods" in full.line(HOST)
    refused = seen.event(owner, "FailedCreate", "admission webhook denied the request")
    (denied,) = pull_answers(seen.view(owner, refused), Ref.of(owner), PULLED, ["a"])
    assert "admission webhook denied" in denied.line(HOST)


def pulls(inputs: Inputs) -> NodePulls:
    (step,) = [one for one in build_graph(inputs).steps if isinstance(one, NodePulls)]
    return step


def writing(inputs: Inputs) -> Step:
    (step,) = [one for one in build_graph(inputs).steps if isinstance(one, NodeTrust)]
    return step


async def proven(world: SimulatedWorld, folder: Path) -> tuple[Inputs, NodePulls]:
    """The inputs and the step, once it has tried all nodes with the root and all trust it."""
    inputs = await with_root(world, folder)
    step = pulls(inputs)
    await carried_out(writing(inputs), world)
    await carried_out(step, world)
    return inputs, step


def nodes_say(world: SimulatedWorld, said: Mapping[str, str]) -> None:
    """From now on these nodes' pulls fail with these words."""
    store = world.stage.store
    for node, message in said.items():
        found = store.get(Ref(NODE, "", node))
        assert found
        store.put(found | {"metadata": {**found["metadata"], "annotations": {PULL_ERROR: message}}})


async def note(world: SimulatedWorld, inputs: Inputs) -> list[str]:
    """The nodes that are noted as proven."""
    writer = await world.objects.get(Ref.of(writer_of(inputs, "")))
    assert writer
    noted = writer["metadata"]["annotations"][PROVEN].split()
    pods = (await world.objects.list(POD, "harbor")).items
    return sorted(one["spec"]["nodeName"] for one in pods if one["metadata"]["uid"] in noted)


async def left(world: SimulatedWorld) -> list[str]:
    both = [*await names(world, DAEMON_SET), *await names(world, POD)]
    return [one for one in both if "-node-pull-" in one]


async def test_nodes_that_trust_are_told_and_not_tried_again(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    inputs = await with_root(world, tmp_path)
    step = pulls(inputs)
    (planned,) = await step.check(world)
    assert str(planned.ref).startswith("DaemonSet harbor/harbor-node-pull-")
    await carried_out(writing(inputs), world)
    _, heard = await carried_out(step, world)
    nodes = ["worker-a", "worker-b", "worker-c"]
    told = [one for one in heard.texts if one.startswith("node ")]
    assert told == [f"node {one}: trusts {HOST}, as a pull showed" for one in nodes]
    assert (await note(world, inputs), await left(world)) == (nodes, [])
    assert await step.check(world) == []
    assert await writing(inputs).check(world) == []


async def test_a_node_that_refuses_fails_the_step_by_its_name(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    inputs = await with_root(world, tmp_path)
    await carried_out(writing(inputs), world)
    nodes_say(world, {"worker-b": ASKED + UNKNOWN})
    step, heard = pulls(inputs), Heard()
    with pytest.raises(StepFailed) as failed:
        await step.apply(world, await step.check(world), heard)
    assert failed.value.what == f"1 of 3 nodes do not trust {HOST}: worker-b"
    assert UNKNOWN in failed.value.why
    assert f"/etc/containerd/certs.d/{HOST}/ca.crt" in failed.value.why
    assert 'config_path = "/etc/containerd/certs.d"' in failed.value.fix
    assert f"node worker-b: refuses the certificate of {HOST}: {UNKNOWN}" in heard.texts
    assert (await note(world, inputs), await left(world)) == (["worker-a", "worker-c"], [])
    assert await step.check(world), "the next run tries again"


async def test_another_fault_of_the_certificate_is_not_blamed_on_config_path(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    inputs = await with_root(world, tmp_path)
    await carried_out(writing(inputs), world)
    nodes_say(world, {"worker-b": ASKED + OTHER})
    step = pulls(inputs)
    with pytest.raises(StepFailed) as failed:
        await step.apply(world, await step.check(world), Heard())
    assert "valid for ingress.local" in failed.value.why
    assert "config_path" not in failed.value.fix


async def test_a_node_that_does_not_reach_harbor_is_a_finding(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    inputs = await with_root(world, tmp_path)
    await carried_out(writing(inputs), world)
    nodes_say(world, {"worker-c": ASKED + NOWHERE})
    step = pulls(inputs)
    _, heard = await carried_out(step, world)
    (finding,) = heard.findings
    assert (finding.id, finding.severity, finding.object) == ("HW-243", "warn", "Nodes worker-c")
    assert finding.evidence == (f"node worker-c: does not reach {HOST}: {NOWHERE}",)
    assert (await note(world, inputs), await left(world)) == (["worker-a", "worker-b"], [])
    assert await step.check(world), "the next run tries again"


async def test_a_node_that_came_later_is_tried(world: SimulatedWorld, tmp_path: Path) -> None:
    inputs, step = await proven(world, tmp_path)
    writer = writer_of(inputs, "")
    late = {**POD.head, "metadata": {**writer["metadata"], "name": "late"}}
    late["metadata"]["labels"] = {"app": writer["metadata"]["name"]}
    world.stage.store.put(late | {"spec": {"nodeName": "worker-d", "containers": []}})
    assert len(await step.check(world)) == 1


async def test_another_root_is_tried(world: SimulatedWorld, tmp_path: Path) -> None:
    inputs, step = await proven(world, tmp_path)
    await world.objects.apply(inputs.secret_object("harbor-ca", {"ca.crt": b"another"}), force=True)
    assert len(await step.check(world)) == 1, "as the writer's pods are to be made anew"
    await carried_out(writing(inputs), world)
    assert len(await step.check(world)) == 1


async def test_what_a_killed_run_left_is_removed(world: SimulatedWorld, tmp_path: Path) -> None:
    inputs, step = await proven(world, tmp_path)
    await world.objects.create(puller_of(inputs))
    await carried_out(step, world)
    assert (await left(world), await step.check(world)) == ([], [])


async def test_interrupted_it_leaves_nothing(world: SimulatedWorld, tmp_path: Path) -> None:
    inputs = await with_root(world, tmp_path)
    step = pulls(inputs)
    await carried_out(writing(inputs), world)
    nodes_say(world, dict.fromkeys(["worker-a"], "nothing that is known"))
    heard = _Interrupts()
    running = asyncio.ensure_future(step.apply(world, await step.check(world), heard))
    heard.ends = running
    with pytest.raises(asyncio.CancelledError):
        await running
    assert heard.there, "its DaemonSet was there when it was interrupted"
    assert await left(world) == []


class _Interrupts(Heard):
    """A reporter that interrupts the step as soon as it waits."""

    ends: "asyncio.Future[None]"
    there = False

    def waiting(self, text: str) -> None:
        self.there = True
        self.ends.cancel()


async def test_its_pods_are_what_restricted_allows_and_go_with_the_writer(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    inputs = await with_root(world, tmp_path, target={"release": "r" * 53})
    await carried_out(writing(inputs), world)
    writer = await world.objects.get(Ref.of(writer_of(inputs, "")))
    assert writer
    puller = puller_of(inputs, writer)
    (owner,) = puller["metadata"]["ownerReferences"]
    assert owner["uid"] == writer["metadata"]["uid"]
    assert len(puller["metadata"]["name"]) <= 63, "it is also a label"
    pod = puller["spec"]["template"]["spec"]
    assert not {"hostNetwork", "hostPID", "hostIPC", "volumes"} & set(pod)
    assert pod["tolerations"] == writer["spec"]["template"]["spec"]["tolerations"]
    context = pod["containers"][0]["securityContext"]
    assert (context["runAsNonRoot"], context["allowPrivilegeEscalation"]) == (True, False)
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}


def test_nothing_is_tried_where_nothing_is_written(world: SimulatedWorld, tmp_path: Path) -> None:
    steps = {one.id: one for one in build_graph(inputs_for(world, tmp_path, **WRITTEN)).steps}
    assert steps["trust.nodes.pull"].needs == ("trust.nodes", "harbor.healthy")
    without = build_graph(inputs_for(world, tmp_path)).steps
    assert "trust.nodes.pull" not in {one.id for one in without}
