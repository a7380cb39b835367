"""Fixtures: one Kubernetes for the session, a namespace and an identity for each test."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from tests.cluster.build import (
    MissingPrograms,
    NoPrograms,
    Programs,
    ensure_controllers,
    ensure_programs,
)
from tests.cluster.cert_manager import CHART, CertManager
from tests.cluster.control_plane import ControlPlane
from tests.cluster.fault_proxy import FaultProxy
from tests.cluster.identities import Identity
from tests.cluster.kube import CORE
from tests.cluster.pod_logs import PodLogs, forward_ports, stop_forwarding
from tests.cluster.standin import HarborStandIn
from tests.cluster.wizard import Wizard, site

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
BUILT = pytest.StashKey[Programs | Exception]()
CONTROLLERS = pytest.StashKey[Path | Exception]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All that lies here needs the cluster."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.cluster)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Build before the first test: within a test its time limit would end the build."""
    wanted = any(item.get_closest_marker("cluster") for item in session.items)
    if not wanted or session.config.option.collectonly:
        return
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    tell = terminal.write_line if terminal else print
    try:
        session.config.stash[BUILT] = ensure_programs(tell)
    except (NoPrograms, MissingPrograms, RuntimeError) as problem:
        session.config.stash[BUILT] = problem
    if not any("cert_manager" in getattr(item, "fixturenames", ()) for item in session.items):
        return
    try:
        session.config.stash[CONTROLLERS] = ensure_controllers(tell)
    except (NoPrograms, RuntimeError) as problem:
        session.config.stash[CONTROLLERS] = problem


_Built = TypeVar("_Built", Programs, Path)


def _require(built: _Built | Exception) -> _Built:
    if isinstance(built, NoPrograms):
        pytest.skip(str(built))
    if isinstance(built, Exception):
        pytest.fail(str(built), pytrace=False)
    return built


@pytest.fixture(scope="session")
def programs(pytestconfig: pytest.Config) -> Programs:
    """The programs of the test cluster."""
    return _require(pytestconfig.stash[BUILT])


@pytest.fixture(scope="session")
def control_plane(programs: Programs) -> Iterator[ControlPlane]:
    """A running Kubernetes with three nodes; shared, so leave it as it was."""
    with ControlPlane(programs) as running:
        yield running


@pytest.fixture(autouse=True)
def _api_server_stays(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that fails between stopping and starting the API server spoils no other."""
    yield
    if "control_plane" in request.fixturenames:
        running: ControlPlane = request.getfixturevalue("control_plane")
        if "kube-apiserver" not in running.processes:
            running.start_api()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test shows what the control plane said last."""
    report = yield
    running = getattr(item, "funcargs", {}).get("control_plane")
    if report.failed and isinstance(running, ControlPlane):
        report.sections += [(f"end of {name}'s output", end) for name, end in running.logs()]
    return report


GIVES_UP_CONNECTIONS = [
    pytest.mark.usefixtures("collected"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
"""For tests that end while watches and logs are read. A connection that is given up waits for the
end of TLS longer than its test's loop lives, and says so when it is collected: in that test, and
not in whatever comes next.
"""


@pytest.fixture
def collected() -> Iterator[None]:
    """What a test leaves to the garbage collector is collected in it."""
    yield
    gc.unfreeze()
    gc.collect()


@pytest.fixture
def pod_logs(control_plane: ControlPlane) -> Iterator[PodLogs]:
    """What the containers of this test's namespace say."""
    logs = PodLogs(control_plane.admin, control_plane.fresh_name(), control_plane.folder / "logs")
    yield logs
    logs.remove()


@pytest.fixture
def namespace(control_plane: ControlPlane, pod_logs: PodLogs) -> Iterator[str]:
    """A namespace's name, fresh: not made yet; deleted in the background at the end."""
    yield pod_logs.namespace
    control_plane.admin.delete(f"{CORE}/namespaces/{pod_logs.namespace}")


@pytest.fixture
def wizard_identity(control_plane: ControlPlane) -> Identity:
    """A cluster-admin of this test's own; `.kubeconfig` is its file, `.user` its audit name."""
    return control_plane.identity()


@pytest.fixture
def helm(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> str:
    """The path of Helm, which WIZARD_HELM names too."""
    path = programs.path("helm")
    monkeypatch.setenv("WIZARD_HELM", path)
    return path


@pytest.fixture(scope="session")
def charts() -> Path:
    """The folder of chart archives."""
    given = os.environ.get("HARBOR_WIZARD_CHARTS")
    folder = Path(given) if given else REPOSITORY / ".." / "shared" / "charts"
    if not folder.is_dir():
        pytest.skip("no folder of charts: set HARBOR_WIZARD_CHARTS")
    return folder.resolve()


@pytest.fixture(scope="module")
def cert_manager(
    control_plane: ControlPlane, charts: Path, pytestconfig: pytest.Config
) -> Iterator[CertManager]:
    """cert-manager, installed for a module's tests by somebody else than the wizard.

    `services` leads names of Services to ports of this machine, for issuers that need a server:
    `cert_manager.services["openbao.vault.svc"] = port`.
    """
    program = _require(pytestconfig.stash[CONTROLLERS])
    with CertManager(control_plane, program, charts / CHART) as running:
        running.install()
        yield running
        running.uninstall()


@pytest.fixture
def harbor_standin(control_plane: ControlPlane, namespace: str) -> Iterator[HarborStandIn]:
    """A Harbor of this test's own behind port 8080 of every pod in its namespace."""
    standin = HarborStandIn()
    forward_ports(control_plane.admin, namespace, {8080: standin.port})
    yield standin
    stop_forwarding(control_plane.admin, namespace)
    standin.stop()


@pytest.fixture
def fault_proxy(control_plane: ControlPlane) -> Iterator[FaultProxy]:
    """A way to the API that fails as told; `identity.through(fault_proxy.url)` goes through it."""
    file = control_plane.certificates.path
    proxy = FaultProxy(
        control_plane.server, (file("server.crt"), file("server.key")), file("ca.crt")
    )
    yield proxy
    proxy.stop()


@pytest.fixture
def wizard(control_plane: ControlPlane, charts: Path, tmp_path: Path) -> Iterator[Wizard]:
    """The installed command with a fresh identity, for a namespace that is not made yet."""
    with site(control_plane, charts, tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def installed(
    control_plane: ControlPlane, charts: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Wizard]:
    """The smallest Harbor, installed once for a module; leave it as it was."""
    with site(control_plane, charts, tmp_path_factory.mktemp("installed")) as opened:
        opened.preset()
        opened.install().require(0)
        yield opened
