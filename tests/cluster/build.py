"""The programs of the test cluster, built from their Go modules once into a cache.

`python -m tests.cluster.build` builds by hand what is missing. Where KUBEBUILDER_ASSETS names a
folder of programs, those are used and nothing is built.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

MODULES = Path(__file__).parent / "programs"
CERT_MANAGER = Path(__file__).parent / "cert_manager_controllers"
KEPT_COMMIT = "0" * 40  # a module zip does not know its commit


class NoPrograms(Exception):
    """This machine can neither build the programs nor was it given any."""


class MissingPrograms(Exception):
    """The folder in KUBEBUILDER_ASSETS lacks programs."""


@dataclass(frozen=True)
class Program:
    """One executable: the Go package it is built from and what a person is told meanwhile."""

    name: str
    module: str
    package: str
    what: str
    usual: str
    stamps: tuple[str, ...] = ()


def module_version(module: str, requirement: str) -> str:
    """The version of a requirement in one of our go.mod files."""
    text = (MODULES / module / "go.mod").read_text()
    found = re.search(rf"^(?:require|\t)\s*{re.escape(requirement)} (v\S+)", text, re.MULTILINE)
    if found is None:
        raise ValueError(f"{requirement} is not required in programs/{module}/go.mod")
    return found.group(1)


def _kubernetes_stamps() -> tuple[str, ...]:
    """Without these the server reports v0.0.0 and charts with a kubeVersion refuse it."""
    version = module_version("kubernetes", "k8s.io/kubernetes")
    major, minor = version.lstrip("v").split(".")[:2]
    values = {
        "gitVersion": version,
        "gitMajor": major,
        "gitMinor": minor,
        "gitCommit": KEPT_COMMIT,
        "gitTreeState": "clean",
        "buildDate": "2026-01-01T00:00:00Z",
    }
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    return tuple(
        f"{package}.{key}={value}" for package in packages for key, value in values.items()
    )


def catalogue() -> tuple[Program, ...]:
    """Every program of the test cluster, quick and most wanted ones first."""
    helm = module_version("helm", "helm.sh/helm/v4")
    kwok = module_version("kwok", "sigs.k8s.io/kwok")
    kubernetes = _kubernetes_stamps()
    return (
        Program(
            "helm",
            "helm",
            "helm.sh/helm/v4/cmd/helm",
            "installs the charts",
            "3 min",
            (f"helm.sh/helm/v4/internal/version.version={helm}",),
        ),
        Program(
            "etcd", "kubernetes", "go.etcd.io/etcd/server/v3", "keeps the API's objects", "0.5 min"
        ),
        Program(
            "kwok",
            "kwok",
            "sigs.k8s.io/kwok/cmd/kwok",
            "stands in for the kubelets",
            "1.5 min",
            (f"sigs.k8s.io/kwok/pkg/consts.Version={kwok}",),
        ),
        *(
            Program(name, "kubernetes", f"k8s.io/kubernetes/cmd/{name}", what, usual, kubernetes)
            for name, what, usual in (
                ("kube-apiserver", "is the API under test", "5 min"),
                ("kube-controller-manager", "makes pods of workloads, binds volumes", "5 min"),
                ("kube-scheduler", "puts pods on nodes", "1 min"),
            )
        ),
    )


CONTROLLERS = Program(
    "cert-manager-controllers", str(CERT_MANAGER), ".", "issues and renews certificates", "4 min"
)
"""Of cert-manager; apart from the catalogue, as only the tests of certificates want it."""


@dataclass(frozen=True)
class Programs:
    """A folder that holds every program of the catalogue."""

    folder: Path

    def path(self, name: str) -> str:
        """The executable's path."""
        return str(self.folder / name)


def platform_name() -> str:
    """GOOS-GOARCH of this machine, known without asking Go."""
    machines = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
    machine = platform.machine().lower()
    return f"{platform.system().lower()}-{machines.get(machine, machine)}"


def cache_folder() -> Path:
    """Where built programs rest; another version or platform is another folder."""
    key = hashlib.sha256(platform_name().encode())
    for name in sorted(MODULES.glob("*/go.*")):
        key.update(name.read_bytes())
    for program in catalogue():
        key.update(repr((program.name, program.package, program.stamps)).encode())
    return _cache(f"programs-{key.hexdigest()[:16]}")


def controllers_folder() -> Path:
    """Where the built controllers of cert-manager rest."""
    key = hashlib.sha256(platform_name().encode())
    for name in sorted([*CERT_MANAGER.glob("go.*"), *CERT_MANAGER.glob("*.go")]):
        key.update(name.read_bytes())
    return _cache(f"cert-manager-{key.hexdigest()[:16]}")


def _cache(name: str) -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "harbor-wizard" / name


def missing(folder: Path, wanted: tuple[Program, ...] | None = None) -> list[Program]:
    """What of the catalogue (or of other programs) the folder does not hold yet."""
    wanted = catalogue() if wanted is None else wanted
    return [one for one in wanted if not os.access(folder / one.name, os.X_OK)]


@contextlib.contextmanager
def _only_one_builder(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(program: Program, folder: Path, go: str) -> None:
    """Build beside the final name, then rename: a killed build leaves no half program."""
    partial = folder / f".{program.name}.partial"
    flags = " ".join(["-s -w", *(f"-X {stamp}" for stamp in program.stamps)])
    command = [go, "build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", flags]
    polite = ["nice", "-n", "15"] if shutil.which("nice") else []
    done = subprocess.run(
        [*polite, *command, "-o", str(partial), program.package],
        cwd=MODULES / program.module,
        env={**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "", "GOWORK": "off"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"building {program.name} failed:\n{done.stdout[-4000:]}")
    partial.replace(folder / program.name)


def _given(folder: Path) -> Programs:
    lacking = [one.name for one in missing(folder)]
    if lacking:
        raise MissingPrograms(
            f"KUBEBUILDER_ASSETS={folder} lacks {', '.join(lacking)}; put them there, or unset it "
            "to build every program with Go"
        )
    return Programs(folder)


def _to_stderr(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def ensure_programs(tell: Callable[[str], None] = _to_stderr) -> Programs:
    """Every program, built if need be, one after another (each takes 1-2 GB of memory)."""
    if given := os.environ.get("KUBEBUILDER_ASSETS"):
        return _given(Path(given))
    return _built(cache_folder(), catalogue(), tell)


def ensure_controllers(tell: Callable[[str], None] = _to_stderr) -> Path:
    """The controllers of cert-manager; taken from KUBEBUILDER_ASSETS only where they lie there."""
    given = Path(os.environ.get("KUBEBUILDER_ASSETS") or ".") / CONTROLLERS.name
    if os.environ.get("KUBEBUILDER_ASSETS") and os.access(given, os.X_OK):
        return given
    return _built(controllers_folder(), (CONTROLLERS,), tell).folder / CONTROLLERS.name


def ensure_single(program: Program, tell: Callable[[str], None] = _to_stderr) -> Path:
    """A program apart from the cluster's, in a cache folder of its own; `module` is its path."""
    key = hashlib.sha256(f"{platform_name()}{program.package}".encode())
    for name in sorted(Path(program.module).glob("go.*")):
        key.update(name.read_bytes())
    folder = _cache(f"{program.name}-{key.hexdigest()[:16]}")
    return _built(folder, (program,), tell).folder / program.name


def _built(folder: Path, wanted: tuple[Program, ...], tell: Callable[[str], None]) -> Programs:
    """The folder with all that is wanted; what it lacks is built, one after another."""
    if not missing(folder, wanted):
        return Programs(folder)
    go = shutil.which("go")
    if go is None:
        raise NoPrograms("no `go` to build the test cluster with, and KUBEBUILDER_ASSETS is unset")
    with _only_one_builder(folder):
        for program in missing(folder, wanted):
            tell(f"building {program.name}, which {program.what} (usually {program.usual}) ...")
            start = time.monotonic()
            _build(program, folder, go)
            tell(f"built {program.name} in {time.monotonic() - start:.0f} s")
    return Programs(folder)


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{ensure_programs().folder}\n{ensure_controllers()}\n")
    except (NoPrograms, MissingPrograms, RuntimeError) as problem:
        sys.exit(str(problem))
