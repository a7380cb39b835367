"""The installed command, run as a person or a CI job runs it, against the real API."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.cluster.command import Ended, Running, schema
from tests.cluster.control_plane import ControlPlane
from tests.cluster.identities import Identity
from tests.cluster.kube import CORE, Kube, KubeError, Object
from tests.cluster.pod_logs import forward_ports, stop_forwarding
from tests.cluster.process import poll
from tests.cluster.snapshot import Snapshot, snapshot
from tests.cluster.standin import HarborStandIn

COMMAND = Path(sys.executable).with_name("wizard")
LEASES = "coordination.k8s.io/v1"
SAYS = "harbor-wizard.test"

HARBOR: Object = {
    "url": "https://harbor.test",
    "resolve": "127.0.0.1",
    "expose": {"kind": "clusterIP"},
    "profile": "lab",
    "scanner": {"trivy": {"enabled": False}},
}
"""The smallest Harbor that needs nothing of the cluster but its default StorageClass."""


def annotated(part: str, **notes: str) -> Object:
    """Chart values that give a component's pods annotations of the harness."""
    said = {f"{SAYS}/{name.replace('_', '-')}": text for name, text in notes.items()}
    return {part: {"podAnnotations": said}}


def deep(base: Object, over: Mapping[str, Any]) -> Object:
    """`over` laid on `base`, maps deep."""
    both = {key for key in over if isinstance(base.get(key), dict) and isinstance(over[key], dict)}
    return {**base, **over, **{key: deep(base[key], over[key]) for key in both}}


@dataclass
class Wizard:
    """Runs the command as one identity, with folders of its own, for one namespace."""

    control_plane: ControlPlane
    identity: Identity
    folder: Path
    helm: str
    charts: Path
    namespace: str
    standin: HarborStandIn
    environment: dict[str, str] = field(default_factory=dict)
    attended: bool = False
    """Whether a person sits at the terminal in which the command is started."""

    @property
    def admin(self) -> Kube:
        """Who looks and meddles beside the wizard."""
        return self.control_plane.admin

    @property
    def state(self) -> Path:
        """Where the command keeps its journals."""
        return self.folder / "state"

    def preset(self, harbor: Mapping[str, Any] | None = None, **sections: Any) -> Path:
        """Write the preset: the smallest Harbor with these answers laid on it."""
        answers: Object = {
            "schemaVersion": 1,
            "name": "tested",
            "target": {"namespace": self.namespace},
            "delivery": {"charts": {"kind": "directory", "path": str(self.charts)}},
            "pki": {"kind": "self-signed"},
            "harbor": HARBOR,
        }
        path = self.folder / "preset.yaml"
        path.write_text(yaml.safe_dump(deep(answers, {**sections, "harbor": harbor or {}})))
        return path

    def start(self, *arguments: str, **environment: str) -> Running:
        """Start the command."""
        argv, surroundings = [str(COMMAND), *arguments], {**self.surroundings(), **environment}
        return Running(argv, surroundings, attended=self.attended)

    def surroundings(self) -> dict[str, str]:
        """The environment of the command: this identity, and folders of its own."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        return {
            "HOME": str(home),
            "KUBECONFIG": str(self.identity.kubeconfig),
            "PATH": os.environ["PATH"],
            "WIZARD_HELM": self.helm,
            "XDG_STATE_HOME": str(self.state),
            **self.environment,
        }

    def run(self, *arguments: str, **environment: str) -> Ended:
        """Run the command to its end."""
        with self.start(*arguments, **environment) as running:
            return running.wait()

    def install(self, *arguments: str, **environment: str) -> Ended:
        """`wizard --preset … --output jsonl`."""
        return self.run(*self.unattended, *arguments, **environment)

    def begin(self, *arguments: str, **environment: str) -> Running:
        """Start what `install` runs."""
        return self.start(*self.unattended, *arguments, **environment)

    @property
    def unattended(self) -> list[str]:
        """The arguments of an unattended installation that tells its events."""
        return ["--preset", str(self.folder / "preset.yaml"), "--output", "jsonl"]

    def plan(self, *arguments: str, code: int = 10, **environment: str) -> Object:
        """The plan as `--plan --output json` prints it, valid by its published schema."""
        preset = str(self.folder / "preset.yaml")
        ended = self.run(
            "--preset", preset, "--plan", "--output", "json", *arguments, **environment
        )
        document = ended.require(code).document
        schema("plan.json").validate(document)
        return document

    def nothing_to_do(self, *arguments: str) -> None:
        """Run once more: it ends well and writes nothing, as the audit log counts it."""
        mark = self.control_plane.audit.mark()
        self.install(*arguments).require(0)
        written = self.control_plane.audit.writes(self.identity.user, mark)
        assert written == [], [str(one) for one in written]

    def make_namespace(self, **labels: str) -> None:
        """Make the target namespace, as an administrator would beforehand."""
        body = {"metadata": {"name": self.namespace, "labels": labels}}
        self.admin.create(f"{CORE}/namespaces", body)
        self.admin.wait(self.path("", "serviceaccounts", "default"), bool)

    def helm_that_waits(self) -> None:
        """From now on Helm stays in an upgrade until all pods are ready (`--wait`)."""
        program = self.folder / "helm-that-waits"
        program.write_text(
            f'#!/bin/sh\n[ "$1" = upgrade ] && set -- "$@" --wait\nexec "{self.helm}" "$@"\n'
        )
        program.chmod(0o700)
        self.helm = str(program)

    def wait_release(self, revision: int, status: str) -> None:
        """Wait until Helm has noted that status in a revision of the release."""
        name = f"sh.helm.release.v1.harbor.v{revision}"
        self.admin.wait(
            self.path("", "secrets", name),
            lambda secret: bool(secret["metadata"]["labels"]["status"] == status),
            60,
        )

    def journals(self) -> list[Path]:
        """The folders of all runs, oldest first."""
        return sorted((self.state / "harbor-wizard" / "runs").glob("*"))

    def journal(self) -> list[Object]:
        """The newest run's journal."""
        lines = (self.journals()[-1] / "journal.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def path(self, group: str, resource: str, name: str = "") -> str:
        """The path of objects in the target namespace; group `""` or like `apps/v1`."""
        root = f"/apis/{group}" if group else CORE
        return f"{root}/namespaces/{self.namespace}/{resource}" + (f"/{name}" if name else "")

    def names(self, group: str, resource: str) -> set[str]:
        """The names of all such objects in the target namespace."""
        items = self.admin.items(self.path(group, resource))
        return {one["metadata"]["name"] for one in items}

    def lease(self) -> Object | None:
        """The lock of the target."""
        try:
            return self.admin.get(self.path(LEASES, "leases", "harbor-wizard-harbor"))
        except KubeError as refused:
            if refused.status == 404:
                return None
            raise

    def objects(self) -> Snapshot:
        """What the namespace holds now."""
        return snapshot(self.admin, self.namespace)


def let_be_ready(wizard: Wizard, part: str) -> None:
    """Let the one pod of a component be ready once it is there, whatever it was told before."""
    path, selector = wizard.path("", "pods"), f"component={part}"

    def pods() -> list[Object]:
        return wizard.admin.items(path, labelSelector=selector)

    poll(f"a pod of {part}", lambda: bool(pods()), 60)
    (pod,) = pods()
    notes = {"metadata": {"annotations": {f"{SAYS}/ready-after": "0s"}}}
    wizard.admin.merge(f"{path}/{pod['metadata']['name']}", notes)


@contextlib.contextmanager
def site(
    control_plane: ControlPlane, charts: Path, folder: Path, namespace: str | None = None
) -> Iterator[Wizard]:
    """A wizard with a fresh namespace (not made yet) that a Harbor stand-in answers for."""
    name = namespace or control_plane.fresh_name("site")
    standin = HarborStandIn()
    forward_ports(control_plane.admin, name, {8080: standin.port})
    helm = control_plane.programs.path("helm")
    try:
        identity = control_plane.identity()
        yield Wizard(control_plane, identity, folder, helm, charts, name, standin)
    finally:
        stop_forwarding(control_plane.admin, name)
        standin.stop()
        control_plane.admin.delete(f"{CORE}/namespaces/{name}")
