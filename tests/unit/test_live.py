"""A live look: pictures come by themselves, and say when they are not of now."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

from backends.simulated.world import simulated_world
from tests.unit.diagnose.world import deployment
from wizard.answers.target import Target
from wizard.errors import Forbidden, Unreachable
from wizard.live import Picture, pictures
from wizard.ports import Access, Change, Kind, LogLine, Object, Objects, Ref, Right

NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "harbor"}}
WANTED = Target(namespace="harbor", release="harbor")


class Fading:
    """Objects behind an API server that can fall silent."""

    def __init__(self, objects: Objects) -> None:
        self.watch = objects.watch
        self._get = objects.get
        self.trouble: Exception | None = None

    async def get(self, ref: Ref) -> Object | None:
        if self.trouble is not None:
            raise self.trouble
        return await self._get(ref)


def parts(picture: Picture) -> set[str]:
    return {state.id for state in picture.states}


async def test_a_change_in_the_cluster_makes_another_picture() -> None:
    lines: list[LogLine] = []
    async with (
        simulated_world() as world,
        aclosing(pictures(world, WANTED, lines.append)) as seen,
    ):
        assert "core" not in parts(await anext(seen))
        world.stage.store.put(NAMESPACE)
        world.stage.store.put(deployment("core"))
        async for picture in seen:
            if "core" in parts(picture):
                break
    assert picture.behind_since is None


async def test_a_silent_api_server_is_told_until_it_answers_again() -> None:
    async with simulated_world() as world:
        objects = Fading(world.objects)
        fading = replace(world, objects=cast("Objects", objects))
        async with aclosing(pictures(fading, WANTED, lambda _: None, look_again=0.01)) as seen:
            assert (await anext(seen)).behind_since is None
            objects.trouble = Unreachable("Nobody answers")
            since = None
            async for picture in seen:
                if picture.behind_since and since:
                    assert picture.behind_since == since, "since the first time"
                    break
                since = picture.behind_since
            objects.trouble = Forbidden("You may not look at the namespace")
            async for picture in seen:
                if picture.behind_since is None:
                    break


class Narrow:
    """Access of an identity that may look at its namespace alone."""

    def __init__(self, access: Access) -> None:
        self.server = access.server

    async def allowed(self, rights: Sequence[Right]) -> Mapping[Right, bool]:
        return {right: bool(right.namespace) for right in rights}


async def test_what_may_not_be_looked_at_is_told_with_the_right_and_not_asked_for() -> None:
    async with simulated_world() as world:
        asked: list[str] = []
        watch = world.objects.watch

        def noting(kind: Kind, *place: str, brief: bool) -> AsyncIterator[Change]:
            asked.append(f"{kind.name}{brief or ''}")
            return watch(kind, *place, brief=brief)

        objects = SimpleNamespace(watch=noting, get=world.objects.get)
        narrow = replace(world, access=Narrow(world.access), objects=cast("Objects", objects))
        async with aclosing(pictures(narrow, WANTED, lambda _: None)) as seen:
            picture = await anext(seen)
    told = {one.rule: one.reason for one in picture.diagnosis.not_checked}
    unasked = {rule: why for rule, why in told.items() if "URL" not in why}
    assert unasked == {
        "HW-019": "No right to watch ingressclasses.networking.k8s.io",
        "HW-004": "No right to watch storageclasses.storage.k8s.io",
        "HW-047": "No right to watch namespaces",
        "HW-207": "No right to watch nodes",
        "HW-232": "No right to get nodes/proxy",
    }, "and nothing of cert-manager, which is not there"
    assert {"Pod", "SecretTrue", "ConfigMapTrue"} <= {*asked}
    assert not {"Node", "Namespace", "StorageClass", "Certificate"} & {*asked}
