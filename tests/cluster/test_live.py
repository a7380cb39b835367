"""The live view through whatever may happen to the API server and the way to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager, closing
from pathlib import Path

import pytest

from tests.cluster.conftest import GIVES_UP_CONNECTIONS
from tests.cluster.control_plane import ControlPlane
from tests.cluster.fault_proxy import FaultProxy
from tests.cluster.identities import Identity
from tests.cluster.kube import CORE, RBAC, KubeError, Object
from tests.cluster.process import poll
from tests.cluster.test_harness_pods import make_namespace
from wizard.answers.network import Network
from wizard.answers.target import Target
from wizard.diagnose import kinds, observer
from wizard.live import Picture, pictures
from wizard.wiring import Site, open_world

LOOK_AGAIN = 1.0
WATCHES = r"[?&]watch=true"


pytestmark = GIVES_UP_CONNECTIONS


@pytest.fixture
def home(control_plane: ControlPlane, namespace: str) -> Iterator[str]:
    """A namespace that exists."""
    make_namespace(control_plane, namespace)
    return namespace


class Looking:
    """Pictures of a namespace, one after another, and claims that come and go in it meanwhile."""

    def __init__(self, plane: ControlPlane, home: str, seen: AsyncIterator[Picture]) -> None:
        self._services = f"{CORE}/namespaces/{home}/services"
        self._plane, self._seen = plane, seen

    async def until(self, true_of: Callable[[Picture], object]) -> Picture:
        """The first picture of which it is true."""
        async for picture in self._seen:
            if true_of(picture):
                return picture
        raise AssertionError("no more pictures")

    def make(self, name: str) -> None:
        """Make a Service."""
        spec: Object = {"ports": [{"port": 80}]}
        self._plane.admin.create(self._services, {"metadata": {"name": name}, "spec": spec})

    def delete(self, name: str) -> None:
        """Delete one."""
        self._plane.admin.delete(f"{self._services}/{name}")


def services(picture: Picture) -> set[str]:
    """The names of the Services in a picture."""
    return {one["metadata"]["name"] for one in picture.view.all(kinds.SERVICE)}


@asynccontextmanager
async def looking(plane: ControlPlane, kubeconfig: Path, home: str) -> AsyncIterator[Looking]:
    """Look at a namespace."""
    site, wanted = Site(kubeconfig=kubeconfig), Target(namespace=home)
    async with (
        asyncio.timeout(60),
        open_world(site, Network()) as world,
        aclosing(pictures(world, wanted, lambda _: None, look_again=LOOK_AGAIN)) as seen,
    ):
        look = Looking(plane, home, seen)
        await look.until(bool)
        yield look


async def test_an_api_server_that_is_killed_is_told_and_what_happened_meanwhile_is_seen(
    control_plane: ControlPlane, wizard_identity: Identity, home: str
) -> None:
    """After its restart the watches have expired (410): what was deleted has to be found out."""
    async with looking(control_plane, wizard_identity.kubeconfig, home) as look:
        look.make("before")
        look.make("gone")
        await look.until(lambda picture: services(picture) == {"before", "gone"})
        control_plane.stop_api()
        behind = await look.until(lambda picture: picture.behind_since)
        assert services(behind) == {"before", "gone"}, "what was known is still shown"
        await asyncio.to_thread(control_plane.start_api)
        look.delete("gone")
        look.make("after")
        seen = await look.until(lambda picture: services(picture) == {"before", "after"})
        if seen.behind_since:
            await look.until(lambda picture: picture.behind_since is None)


async def test_watches_that_expire_break_off_or_are_refused_miss_nothing(
    control_plane: ControlPlane, wizard_identity: Identity, fault_proxy: FaultProxy, home: str
) -> None:
    kubeconfig = wizard_identity.through(fault_proxy.url)
    watches = rf"/{home}/services.*{WATCHES}"
    async with looking(control_plane, kubeconfig, home) as look:
        for number, fault in enumerate(
            (
                lambda: fault_proxy.fail(410, path=watches, times=1),
                lambda: fault_proxy.fail(429, path=watches, times=2, retry_after=1),
                lambda: fault_proxy.truncate(100, path=watches, times=2),
                lambda: fault_proxy.delay(0.5, path=watches, times=2),
            )
        ):
            look.make(f"kept-{number}")
            look.make(f"gone-{number}")
            await look.until(lambda picture, n=number: f"gone-{n}" in services(picture))
            met = fault()
            assert fault_proxy.cut(watches), "a watch was open"
            look.delete(f"gone-{number}")
            expected = {f"kept-{one}" for one in range(number + 1)}
            seen = await look.until(lambda picture, all_=expected: services(picture) == all_)
            assert seen.behind_since is None
            assert met.hits
            fault_proxy.clear()


async def test_a_server_that_is_too_slow_to_answer_is_told(
    control_plane: ControlPlane, wizard_identity: Identity, fault_proxy: FaultProxy, home: str
) -> None:
    async with looking(control_plane, wizard_identity.through(fault_proxy.url), home) as look:
        fault_proxy.delay(30, path=f"/namespaces/{home}$")
        await look.until(lambda picture: picture.behind_since)
        fault_proxy.clear()
        await look.until(lambda picture: picture.behind_since is None)


def may_look(identity: Identity, home: str) -> bool:
    """Whether an identity may list Services: the API server learns of roles when it may."""
    with closing(identity.kube()) as kube:
        try:
            kube.items(f"{CORE}/namespaces/{home}/services")
        except KubeError:
            return False
        return True


async def test_rights_that_are_taken_away_are_told_and_used_again_when_given_back(
    control_plane: ControlPlane,
    fault_proxy: FaultProxy,
    home: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An open watch goes on without them: the API server asks when it begins."""
    monkeypatch.setattr(observer, "_ASK_AGAIN", 0.5)
    reading = {"verbs": ["get", "list", "watch"], "resources": ["*"]}
    groups = ["", "apps", "batch", "networking.k8s.io"]
    identity = control_plane.identity(rules=[{**reading, "apiGroups": groups}])
    binding = f"{RBAC}/clusterrolebindings/test-{identity.name}"
    async with looking(control_plane, identity.through(fault_proxy.url), home) as look:
        look.make("before")
        await look.until(lambda picture: services(picture) == {"before"})
        bound = control_plane.admin.get(binding)
        control_plane.admin.delete(binding)
        await asyncio.to_thread(poll, "it is refused", lambda: not may_look(identity, home), 20)
        fault_proxy.cut(WATCHES)
        lost = await look.until(lambda picture: picture.view.unknown(kinds.SERVICE))
        assert not services(lost), "what may not be seen is not shown as if it were of now"
        del bound["metadata"]["resourceVersion"], bound["metadata"]["uid"]
        control_plane.admin.create(f"{RBAC}/clusterrolebindings", bound)
        look.make("after")
        await look.until(lambda picture: services(picture) == {"before", "after"})
