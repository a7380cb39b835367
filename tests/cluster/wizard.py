"""The installed command, run as a person or a CI job runs it, against the real API."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tests.cluster.control_plane import ControlPlane
from tests.cluster.identities import Identity
from tests.cluster.kube import CORE, Kube, KubeError, Object
from tests.cluster.pod_logs import forward_ports, stop_forwarding
from tests.cluster.standin import HarborStandIn

REPOSITORY = Path(__file__).parents[2]
SCHEMAS = REPOSITORY / "docs" / "schemas"
COMMAND = Path(sys.executable).with_name("wizard")
MARK = "USER"
"""The variable by which /proc tells what a command started: one that it passes on to Helm."""

APPS = "apps/v1"
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


@cache
def schema(name: str) -> Draft202012Validator:
    """The published schema of a JSON output."""
    files = {path.name: json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")}
    registry: Registry[Any] = Registry().with_resources(
        (name, Resource.from_contents(content)) for name, content in files.items()
    )
    return Draft202012Validator(files[name], registry=registry)


def deep(base: Object, over: Mapping[str, Any]) -> Object:
    """`over` laid on `base`, maps deep."""
    both = {key for key in over if isinstance(base.get(key), dict) and isinstance(over[key], dict)}
    return {**base, **over, **{key: deep(base[key], over[key]) for key in both}}


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def events(self) -> list[Object]:
        """The lines of `--output jsonl`, each valid by its published schema."""
        events = [json.loads(line) for line in self.stdout.splitlines()]
        for event in events:
            schema("events.json").validate(event)
        return events

    @property
    def document(self) -> Object:
        """The document of `--output json`."""
        document: Object = json.loads(self.stdout)
        return document

    def require(self, code: int) -> Self:
        """Itself, if it ended with that exit code; without a traceback in any case."""
        assert "Traceback" not in self.stderr, self.stderr
        assert self.code == code, f"exit {self.code}\n{self.stdout[-4000:]}\n{self.stderr}"
        return self


class Running:
    """A started command. As a context it is ended, with all its children, at the latest."""

    def __init__(self, argv: list[str], environment: Mapping[str, str]) -> None:
        self._mark = uuid.uuid4().hex
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._stdout: list[str] = []
        self._stderr: list[str] = []
        self._process = subprocess.Popen(
            argv,
            env={**environment, MARK: self._mark},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._readers = [threading.Thread(target=read) for read in (self._read, self._read_errors)]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.kill()

    def _read(self) -> None:
        assert self._process.stdout
        with self._process.stdout as stdout:
            for line in stdout:
                self._stdout.append(line)
                self._lines.put(line)
        self._lines.put(None)

    def _read_errors(self) -> None:
        assert self._process.stderr
        with self._process.stderr as stderr:
            self._stderr.extend(stderr)

    @property
    def pid(self) -> int:
        """The process of the command itself."""
        return self._process.pid

    def until(self, wanted: Callable[[Object], bool], seconds: float = 90) -> Object:
        """The next event (`--output jsonl`) of which it is true."""
        while (line := self._lines.get(timeout=seconds)) is not None:
            event: Object = json.loads(line)
            if wanted(event):
                return event
        raise AssertionError(f"it ended before that event\n{self.wait()}")

    def until_event(self, name: str, step: str | None = None, seconds: float = 90) -> Object:
        """The next event of that name, of any step or of one."""
        return self.until(lambda e: e["event"] == name and step in (None, e["step"]), seconds)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the command itself, as `kill` does."""
        self._process.send_signal(number)

    def processes(self) -> list[int]:
        """The command and all that it started and that still runs (Linux)."""
        mark = f"{MARK}={self._mark}".encode()
        return [pid for pid in _numbers() if mark in _environment_of(pid)]

    def command_lines(self) -> set[str]:
        """What any user of the machine sees of these processes."""
        return {_command_line_of(pid) for pid in self.processes()}

    def kill(self) -> None:
        """SIGKILL to the command and to whatever it started, as when the machine loses power."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGSTOP)  # it shall start nothing in the meantime
        for pid in sorted(self.processes()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.wait()

    def wait(self, seconds: float = 120) -> Ended:
        """Wait for its end."""
        code = self._process.wait(seconds)
        for reader in self._readers:
            reader.join(20)
        return Ended(code, "".join(self._stdout), "".join(self._stderr))


def _numbers() -> Iterator[int]:
    return (int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit())


def _environment_of(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/environ").read_bytes()
    return b""


def _command_line_of(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


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
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        given = {
            "HOME": str(home),
            "KUBECONFIG": str(self.identity.kubeconfig),
            "PATH": os.environ["PATH"],
            "WIZARD_HELM": self.helm,
            "XDG_STATE_HOME": str(self.state),
            **self.environment,
            **environment,
        }
        return Running([str(COMMAND), *arguments], given)

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

    def objects(self) -> dict[str, tuple[str, str]]:
        """What the namespace holds: {"Deployment NAMESPACE/NAME": (UID, content)}.

        Left out: what controllers made, revisions of Helm, and all that is not desired state.
        """
        found = {}
        for group, resources in KINDS.items():
            for resource, kind in resources.items():
                for one in self.admin.items(self.path(group, resource)):
                    if _counts(one):
                        name = f"{kind} {self.namespace}/{one['metadata']['name']}"
                        found[name] = (one["metadata"]["uid"], _content(one))
        return found


KINDS = {
    "": {
        "configmaps": "ConfigMap",
        "persistentvolumeclaims": "PersistentVolumeClaim",
        "secrets": "Secret",
        "services": "Service",
    },
    APPS: {"deployments": "Deployment", "statefulsets": "StatefulSet"},
    "networking.k8s.io/v1": {"ingresses": "Ingress"},
}


def _counts(obj: Object) -> bool:
    labels = obj["metadata"].get("labels") or {}
    return obj.get("type") != "helm.sh/release.v1" and (
        "harbor-wizard/preset" in labels or labels.get("app.kubernetes.io/managed-by") == "Helm"
    )


def _content(obj: Object) -> str:
    kept = {key: value for key, value in obj.items() if key not in ("metadata", "status")}
    meta = obj["metadata"]
    notes = {
        key: text
        for key, text in (meta.get("annotations") or {}).items()
        if key != "deployment.kubernetes.io/revision"
    }
    return json.dumps([kept, notes, meta.get("labels")], sort_keys=True)


Snapshot = Mapping[str, tuple[str, str]]


def differences(before: Snapshot, after: Snapshot) -> set[tuple[str, str]]:
    """What became of objects, in a plan's words: {("update", "Deployment NAMESPACE/NAME")}."""
    gone = {("delete", name) for name in before if name not in after}
    new = {("create", name) for name in after if name not in before}
    kept = [name for name in after if name in before and after[name] != before[name]]
    replaced = {n: "update" if after[n][0] == before[n][0] else "replace" for n in kept}
    return gone | new | {(action, name) for name, action in replaced.items()}


def planned(plan: Object) -> set[tuple[str, str]]:
    """What a plan says becomes of objects; Helm's release is none of the API server's."""
    return {
        (change["action"], change["object"])
        for step in plan["steps"]
        for change in step["changes"]
        if not change["object"].startswith("Release ")
    }


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
