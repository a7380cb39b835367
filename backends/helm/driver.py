"""Helm as a program: what is told to it, and what its answers mean.

Secrets travel on stdin and in the kubeconfig file, never as arguments, which every user of the
machine can read. Answers as JSON are asked for only where they hold no values of the release.
"""

import asyncio
import json
import os
import re
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backends import tools
from backends.helm import failures, objects, process
from wizard.errors import HelmFailed
from wizard.ports import ChartSource, Object, Release, ReleaseRequest, Server

PASSED_ON = ("HOME", "LANG", "PATH", "TMPDIR", "USER")
LOGIN_HELPERS = ("AAD_", "AWS_", "AZURE_", "CLOUDSDK_", "GOOGLE_", "OCI_")
"""Variables, and beginnings of variables, that a kubeconfig's login helper may read."""

CHART = re.compile(r"(?P<name>.+?)-(?P<version>v?\d+\.\d+\.\d+.*)")
"""How a release's history names a chart: `harbor-1.19.2`. Helm accepts semantic versions only."""

REPEAT_SECONDS, REPEAT_PAUSE = 10.0, 0.5
"""Helm repeats nothing by itself; what only reads is begun again for so long, at this distance."""

ONCE_DEPLOYED = frozenset({"deployed", "superseded"})


@dataclass(slots=True)
class Helm:
    """Helm for one cluster.

    `kubeconfig`: a private file whose current context is the cluster; without it only `version`,
    `fetch` and `render` work. `proxies` (HTTPS_PROXY and the like) and `ca_bundle` are used to
    fetch charts and for nothing else: the way to the API server stands in the kubeconfig.
    `environ`: where WIZARD_HELM, PATH and what login helpers need is read from.
    `deadline`: seconds that one call may take altogether.
    """

    kubeconfig: Path | None = None
    proxies: Mapping[str, str] = field(default_factory=dict)
    ca_bundle: Path | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    deadline: float = 900.0
    _version: str = ""

    async def version(self) -> str:
        """Helm's version, such as "4.3.1". Raises CheckFailed: none works, or not Helm 4."""
        if not self._version:
            program = tools.find_helm(self.environ)
            try:
                printed = await self._helm(
                    "tell its version", ["version", "--template", "{{.Version}}"]
                )
            except HelmFailed as failed:
                raise tools.unusable(program, failed.why) from failed
            self._version = tools.helm_version(printed.decode(errors="replace"), program)
        return self._version

    async def fetch(self, source: ChartSource, folder: Path) -> Path:
        """Bring a chart package from its repository into a folder; returns the file."""
        await self.version()
        repository = source.repository.rstrip("/")
        if repository.startswith("oci://"):
            wanted = [f"{repository}/{source.name}"]
        else:
            wanted = [source.name, "--repo", repository]
        authority = ["--ca-file", str(self.ca_bundle)] if self.ca_bundle else []
        await self._helm(
            f"fetch the chart {source.name} {source.version} from {repository}",
            ["pull", *wanted, "--version", source.version, "-d", str(folder), *authority],
            extra=self.proxies,
        )
        return folder / f"{source.name}-{source.version}.tgz"

    async def render(
        self, request: ReleaseRequest, server: Server | None, *, lookups: bool = False
    ) -> list[Object]:
        """The objects of a chart in Helm's order; hooks, tests and CRDs of `crds/` left out.

        The objects are as the templates wrote them: many charts leave `metadata.namespace` out,
        and what Helm adds on its way to the cluster is missing (`wizard.charts.manifest.owned`).
        `lookup` finds nothing, as no cluster is asked; with `lookups` it is.
        """
        await self.version()
        where = "server" if lookups else "client"
        arguments = [*_chart(request), f"--dry-run={where}", "--no-hooks", "--skip-tests"]
        if server is not None and not lookups:
            arguments += ["--kube-version", server.version]
            arguments += [f"--api-versions={','.join(sorted(server.api_versions))}"]
        stdout = await self._read(
            f"render {request.chart.name}", ["template", *arguments], stdin=_values(request)
        )
        return objects.parse(stdout)

    async def release(self, name: str, namespace: str) -> Release | None:
        """The newest revision of a release, or None. A Helm that is none is told meanwhile."""
        version = asyncio.create_task(self.version())
        arguments = ["history", name, "-n", namespace, "-o", "json"]
        try:
            history = await self._read(f"look at release {namespace}/{name}", arguments)
            await version
        except HelmFailed as problem:
            await version
            if problem.kind == "not-found":
                return None
            raise
        finally:
            version.cancel()
            await asyncio.gather(version, return_exceptions=True)
        return _release(name, namespace, json.loads(history))

    async def manifest(self, name: str, namespace: str, revision: int) -> list[Object]:
        """The objects as a revision stored them, hooks left out."""
        await self.version()
        stdout = await self._read(
            f"read revision {revision} of release {namespace}/{name}",
            ["get", "manifest", name, "-n", namespace, "--revision", str(revision)],
        )
        return objects.parse(stdout)

    async def upgrade(
        self, request: ReleaseRequest, *, take_fields: bool, log: Callable[[str], None]
    ) -> Release:
        """Install or upgrade, without waiting for readiness; cancelling it stops Helm.

        Stopped that way, the release is left `failed` and can be upgraded again.
        """
        await self.version()
        arguments = [*_chart(request), "--install", "--server-side=true", "--hide-notes"]
        if request.labels:
            arguments += ["--labels", ",".join(f"{k}={v}" for k, v in request.labels.items())]
        if take_fields:
            arguments.append("--force-conflicts")
        place = f"{request.namespace}/{request.name}"
        await self._helm(
            f"install release {place}", ["upgrade", *arguments], stdin=_values(request), log=log
        )
        release = await self.release(request.name, request.namespace)
        if release is None:
            raise HelmFailed(
                f"Release {place} is gone right after Helm installed it",
                kind="not-found",
                why="someone else removed it",
            )
        return release

    async def rollback(
        self, name: str, namespace: str, revision: int, log: Callable[[str], None]
    ) -> None:
        """Make an older revision the newest one, also where a killed run left it `pending-*`."""
        await self.version()
        await self._helm(
            f"roll release {namespace}/{name} back to revision {revision}",
            ["rollback", name, str(revision), "-n", namespace],
            log=log,
        )

    async def uninstall(self, name: str, namespace: str, log: Callable[[str], None]) -> None:
        """Remove a release and its history; nothing happens where it does not exist."""
        await self.version()
        await self._helm(
            f"uninstall release {namespace}/{name}",
            ["uninstall", name, "-n", namespace, "--ignore-not-found"],
            log=log,
        )

    async def _read(self, doing: str, arguments: Sequence[str], *, stdin: bytes = b"") -> bytes:
        """Run Helm to read only: repeated for a while where the API server did not answer it."""
        given_up_at = time.monotonic() + REPEAT_SECONDS
        while True:
            try:
                return await self._helm(doing, arguments, stdin=stdin)
            except HelmFailed as error:
                if error.kind != "unreachable" or time.monotonic() > given_up_at:
                    raise
            await asyncio.sleep(REPEAT_PAUSE)

    async def _helm(
        self,
        doing: str,
        arguments: Sequence[str],
        *,
        stdin: bytes = b"",
        log: Callable[[str], None] = lambda line: None,
        extra: Mapping[str, str] | None = None,
    ) -> bytes:
        """Run Helm in a private home of its own; returns its stdout. Raises HelmFailed."""
        command = [str(tools.find_helm(self.environ)), *arguments]
        with tempfile.TemporaryDirectory(prefix="harbor-wizard-helm-") as home:
            environment = {**self._environment(Path(home)), **(extra or {})}
            try:
                result = await process.run(
                    command, environment=environment, stdin=stdin, log=log, deadline=self.deadline
                )
            except TimeoutError:
                raise failures.too_slow(doing, self.deadline) from None
            except OSError as problem:
                raise failures.failure(doing, [str(problem)]) from problem
        if result.code < 0:
            raise failures.killed(doing, -result.code)
        if result.code != 0:
            raise failures.failure(doing, result.errors, result.stdout.decode(errors="replace"))
        return result.stdout

    def _environment(self, home: Path) -> dict[str, str]:
        """Only what is needed: the person's Helm settings, plugins and proxies stay outside."""
        needed = {
            name: value
            for name, value in self.environ.items()
            if name in PASSED_ON or name.startswith(LOGIN_HELPERS)
        }
        return needed | {
            "HELM_CACHE_HOME": str(home / "cache"),
            "HELM_CONFIG_HOME": str(home / "config"),
            "HELM_DATA_HOME": str(home / "data"),
            "KUBECACHEDIR": str(home / "kube"),
            "KUBECONFIG": str(self.kubeconfig or home / "none"),
        }


def _chart(request: ReleaseRequest) -> list[str]:
    return [request.name, str(request.chart), "-n", request.namespace, "-f", "-"]


def _values(request: ReleaseRequest) -> bytes:
    """JSON is YAML without surprises: nothing is guessed from how a scalar looks."""
    return json.dumps(request.values).encode()


def _release(name: str, namespace: str, history: Sequence[Mapping[str, Any]]) -> Release:
    newest = max(history, key=lambda one: int(one["revision"]))
    deployed = [int(one["revision"]) for one in history if one["status"] in ONCE_DEPLOYED]
    chart = CHART.fullmatch(newest["chart"])
    return Release(
        name=name,
        namespace=namespace,
        revision=int(newest["revision"]),
        status=newest["status"],
        chart=chart["name"] if chart else newest["chart"],
        chart_version=chart["version"] if chart else "",
        app_version=newest["app_version"],
        deployed_revision=max(deployed, default=None),
    )
