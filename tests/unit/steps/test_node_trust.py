"""The root certificate on nodes: the script in a real shell, the steps in a simulated cluster."""

import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backends.simulated.world import SimulatedWorld
from tests.unit.steps.conftest import Heard, inputs_for
from wizard.answers.problems import PresetInvalid
from wizard.diagnose.kinds import DAEMON_SET, POD
from wizard.errors import CheckFailed
from wizard.plan.graph import build_graph
from wizard.plan.plan import Target
from wizard.plan.planning import make_plan
from wizard.ports import Ref, Right, World
from wizard.steps.base import ObjectChange, Step
from wizard.steps.inputs import Inputs
from wizard.steps.node_trust import SCRIPT, NodeTrust, NodeTrustTakenBack, writer_of
from wizard.steps.tls import certificate_steps
from wizard.steps.trust import trust_steps

WRITTEN = {"trust": {"nodes": "daemonset"}}
ROOT, OTHER = "-----BEGIN\nroot\n-----END", "-----BEGIN\nother\n-----END"


class Node:
    """A folder that stands for a node's, and the script run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.node = folder, folder / "node"
        self.node.mkdir()
        (folder / "authority").mkdir()
        self.root(ROOT)

    def root(self, text: str) -> None:
        (self.folder / "authority/ca.crt").write_text(f"{text}\n" if text else "")

    def run(self, mode: str = "keep") -> tuple[int, str]:
        inside = {"/authority/": f"{self.folder}/authority/", "/node/": f"{self.node}/"}
        script = SCRIPT
        for path, here in inside.items():
            script = script.replace(path, here)
        ended = subprocess.run(
            ["/bin/sh", "-c", script, "sh", "once"],
            check=False,
            env={"MODE": mode, "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
        )
        assert ended.stderr == ""
        return ended.returncode, ended.stdout.strip()

    @property
    def files(self) -> dict[str, str]:
        return {one.name: one.read_text() for one in self.node.iterdir()}


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path)


def test_the_script_writes_one_file_and_only_when_it_differs(node: Node) -> None:
    assert node.run() == (0, "written")
    assert node.files == {"ca.crt": f"# Kept by harbor-wizard\n{ROOT}\n"}
    assert node.run() == (0, "")
    node.root(OTHER)
    assert node.run() == (0, "written")
    assert OTHER in node.files["ca.crt"]
    assert ROOT not in node.files["ca.crt"]


def test_the_script_removes_what_it_wrote_and_nothing_else(node: Node) -> None:
    (node.node / "hosts.toml").write_text("server = 'x'")
    node.run()
    assert node.run("remove") == (0, "removed")
    assert node.files == {"hosts.toml": "server = 'x'"}
    assert node.run("remove") == (0, "removed")


def test_the_script_leaves_alone_what_others_wrote(node: Node) -> None:
    (node.node / "ca.crt").write_text(f"{OTHER}\n")
    code, told = node.run()
    assert code == 1
    assert "others wrote" in told
    assert node.run("remove") == (0, "left alone: others wrote it")
    assert node.files == {"ca.crt": f"{OTHER}\n"}
    (node.node / "ca.crt").write_text(f"{ROOT}\n")
    assert node.run() == (0, "there already: others wrote it")
    assert node.files == {"ca.crt": f"{ROOT}\n"}


def test_the_script_does_not_write_nothing(node: Node) -> None:
    node.root("")
    assert node.run()[0] == 1
    assert node.files == {}


def test_the_file_is_read_as_certificates_are(node: Node) -> None:
    """The line before the certificate is passed over, as Go and OpenSSL do."""
    from backends.certificates import X509
    from wizard.certificates import CertificateRequest

    made = X509().issue(CertificateRequest("Root", is_authority=True), None)
    node.root(made.certificate.decode().strip())
    node.run()
    assert X509().read((node.node / "ca.crt").read_bytes())[0].subject == "CN=Root"


def published(inputs: Inputs) -> Sequence[Step]:
    return [*trust_steps(inputs, ["pki.authority"])]


async def with_root(world: SimulatedWorld, folder: Path, **sections: Any) -> Inputs:
    inputs = inputs_for(world, folder, **{**WRITTEN, **sections})
    for one in certificate_steps(inputs):
        await one.apply(world, await one.check(world), Heard())
    return inputs


async def carried_out(step: Step, world: World) -> tuple[list[ObjectChange], Heard]:
    heard = Heard()
    if changes := list(await step.check(world)):
        await step.apply(world, changes, heard)
    await step.verify(world, heard)
    return changes, heard


async def names(world: World, kind: Any) -> list[str]:
    return [one["metadata"]["name"] for one in (await world.objects.list(kind, "harbor")).items]


async def test_every_node_gets_it_and_its_state_is_told(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    inputs = await with_root(world, tmp_path)
    write, _ = published(inputs)
    (change,), heard = await carried_out(write, world)
    assert change.action == "create"
    pods = (await world.objects.list(POD, "harbor")).items
    nodes = sorted(one["spec"]["nodeName"] for one in pods)
    assert nodes
    assert heard.texts[-len(nodes) :] == [f"node {one}: done" for one in nodes]
    assert (await carried_out(write, world))[0] == []


async def test_the_pods_may_do_no_more_than_they_have_to(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    inputs = inputs_for(world, tmp_path, harbor={"url": "https://harbor.example.com:8443"})
    pod = writer_of(inputs, ROOT)["spec"]["template"]["spec"]
    assert not {"hostNetwork", "hostPID", "hostIPC", "serviceAccountName"} & set(pod)
    assert pod["automountServiceAccountToken"] is False
    (path,) = [one["hostPath"]["path"] for one in pod["volumes"] if "hostPath" in one]
    assert path == "/etc/containerd/certs.d/harbor.example.com:8443"
    for container in (*pod["initContainers"], *pod["containers"]):
        context = container["securityContext"]
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert (context["privileged"], context["allowPrivilegeEscalation"]) == (False, False)
        assert context["readOnlyRootFilesystem"] is True


async def test_another_root_makes_new_pods(world: SimulatedWorld, tmp_path: Path) -> None:
    inputs = await with_root(world, tmp_path)
    write, _ = published(inputs)
    await carried_out(write, world)
    held = await world.objects.get(inputs.secret("harbor-ca"))
    assert held
    await world.objects.apply(inputs.secret_object("harbor-ca", {"ca.crt": b"another"}), force=True)
    (change,), _ = await carried_out(write, world)
    assert [field.path for field in change.fields] == [
        "spec.template.metadata.annotations[harbor-wizard/root]"
    ]


async def test_taken_back_it_is_removed_from_the_nodes_first(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    inputs = await with_root(world, tmp_path)
    write, nothing = published(inputs)
    await carried_out(write, world)
    assert await nothing.check(world) == []
    (taken_back,) = published(inputs_for(world, tmp_path))
    assert isinstance(taken_back, NodeTrustTakenBack)
    modes: list[str] = []
    spied = replace(world, objects=_Spy(world, modes))
    (change,), heard = await carried_out(taken_back, spied)
    assert change.action == "delete"
    assert change.fields[0].path == "/etc/containerd/certs.d/harbor.example.com/ca.crt"
    assert modes == ["remove", "deleted"]
    assert heard.texts[-1].endswith(": done")
    assert await names(world, DAEMON_SET) == []
    assert await taken_back.check(world) == []


class _Spy:
    """Objects that note what becomes of a DaemonSet."""

    def __init__(self, world: World, modes: list[str]) -> None:
        self._objects, self._modes = world.objects, modes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._objects, name)

    async def apply(self, obj: Any, **options: Any) -> Any:
        self._modes.append(obj["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"])
        return await self._objects.apply(obj, **options)

    async def delete(self, ref: Ref, **options: Any) -> None:
        self._modes.append("deleted")
        await self._objects.delete(ref, **options)


async def test_another_host_takes_the_former_file_with_it(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    inputs = await with_root(world, tmp_path)
    await carried_out(published(inputs)[0], world)
    moved = inputs_for(world, tmp_path, **WRITTEN, harbor={"url": "https://other.example.com"})
    write, taken_back = published(moved)
    await carried_out(write, world)
    (change,), _ = await carried_out(taken_back, world)
    assert "harbor.example.com" in change.fields[0].path
    (left,) = await names(world, DAEMON_SET)
    assert left == Ref.of(writer_of(moved, "")).name


async def test_a_missing_right_to_take_it_back_is_told(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    inputs = await with_root(world, tmp_path)
    await carried_out(published(inputs)[0], world)
    denied = Right("patch", "apps", "daemonsets", "harbor")
    (taken_back,) = published(inputs_for(world, tmp_path))
    with pytest.raises(CheckFailed, match=r"patch daemonsets\.apps in harbor"):
        await taken_back.check(replace(world, access=_Denying(world, denied)))


class _Denying:
    def __init__(self, world: World, denied: Right) -> None:
        self._access, self._denied = world.access, denied

    def __getattr__(self, name: str) -> Any:
        return getattr(self._access, name)

    async def allowed(self, rights: Sequence[Right]) -> dict[Right, bool]:
        return {right: right != self._denied for right in rights}


async def test_plans_without_anything_to_take_back_do_not_speak_of_it(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    graph = build_graph(inputs_for(world, tmp_path))
    target = Target("uid", "here", "harbor", "harbor")
    plan = await make_plan(world, graph.steps[-3:], "test", target)
    assert "trust.nodes.removed" in {step.id for step in graph.steps}
    assert [step.id for step in plan.steps if step.id.startswith("trust.")] == []


def test_without_a_root_of_its_own_there_is_nothing_to_write(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    commercial = {"kind": "commercial", "certificate": "harbor.pem"}
    with pytest.raises(PresetInvalid, match=r"trust\.nodes"):
        build_graph(inputs_for(world, tmp_path, pki=commercial, **WRITTEN))


def test_its_step_waits_for_the_root(world: SimulatedWorld, tmp_path: Path) -> None:
    steps = {step.id: step for step in build_graph(inputs_for(world, tmp_path, **WRITTEN)).steps}
    assert isinstance(steps["trust.nodes"], NodeTrust)
    assert "pki.authority" in steps["trust.nodes"].needs
