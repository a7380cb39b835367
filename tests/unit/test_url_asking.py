"""Harbor's URL is asked when it should be, and no more often; what was answered is in the view."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from backends.simulated.world import SimulatedWorld, simulated_world
from tests.unit.diagnose import world as made
from wizard import url_asking
from wizard.answers.loading import load
from wizard.answers.preset import Preset
from wizard.answers.target import Target
from wizard.diagnose.components import components
from wizard.diagnose.kinds import INGRESS, URL
from wizard.diagnose.view import View
from wizard.errors import Forbidden
from wizard.live import Picture, pictures
from wizard.plan.plan import Target as Planned
from wizard.ports import Endpoint, Harbor, Object, Ref, RegistryAnswer, World
from wizard.url_asking import UrlAsker

PRESET = Path(__file__).parents[2] / "presets" / "demo.yaml"
HOST = "harbor.example.com"
TARGET = Planned("uid", "simulated", "harbor", "harbor")


class Noting:
    """Harbor, which notes whom it was asked as; it may be silent."""

    def __init__(self, harbor: Harbor) -> None:
        self._harbor = harbor
        self.asked: list[Endpoint] = []
        self.silent = False

    async def registry(self, endpoint: Endpoint, seconds: float) -> RegistryAnswer:
        self.asked.append(endpoint)
        if self.silent:
            await asyncio.Event().wait()
        return await self._harbor.registry(endpoint, seconds)


@asynccontextmanager
async def harbor() -> AsyncIterator[tuple[SimulatedWorld, World, Noting]]:
    """A Harbor that answers, and is behind an Ingress."""
    async with simulated_world() as world:
        world.stage.harbor.listening = True
        world.stage.store.put(made.made(made.Kind("v1", "Namespace"), "harbor"))
        world.stage.store.put(ingress())
        noting = Noting(world.harbor)
        yield world, replace(world, harbor=cast("Harbor", noting)), noting


def ingress(host: str = HOST) -> Object:
    spec = {"rules": [{"host": host}], "tls": [{"hosts": [host]}]}
    return made.made(INGRESS, "harbor-ingress", spec=spec)


def states(view: View) -> dict[str, str]:
    return {one.id: one.state for one in components(view, "harbor", "harbor")}


async def once(world: World, view: View, preset: Preset | None = None) -> dict[str, str]:
    """The states after one question."""
    asker = UrlAsker(world, TARGET, preset)
    await asker.ask(view, 30)
    return states(asker.beside(view))


async def test_without_a_preset_the_objects_say_where_to_ask() -> None:
    async with harbor() as (_, world, noting):
        told = await once(world, made.view(ingress()))
    assert (told["url"], told["realm"]) == ("ok", "ok")
    assert noting.asked == [Endpoint(f"https://{HOST}")]


async def test_where_nobody_says_where_nothing_is_asked() -> None:
    async with harbor() as (_, world, noting):
        view = made.view()
        asker = UrlAsker(world, TARGET, None)
        await asker.ask(view, 30)
    assert "--preset" in asker.beside(view).not_checked[URL]
    assert noting.asked == []


async def test_a_preset_says_where_with_its_address_and_what_vouches_for_it(tmp_path: Path) -> None:
    (tmp_path / "given.pem").write_text("given")
    sets = ["harbor.resolve=10.0.0.9", f"network.caBundle={tmp_path / 'given.pem'}"]
    preset = load([PRESET], sets)
    async with harbor() as (behind, world, noting):
        secret = made.made(made.Kind("v1", "Secret"), "harbor-ca", data={"ca.crt": "cHVibGlzaGVk"})
        behind.stage.store.put(secret)
        await once(world, made.view(ingress("other.test")), preset)
        assert noting.asked == [Endpoint(f"https://{HOST}", b"given\npublished", "10.0.0.9")]

        async def refuse(ref: Ref) -> Object:
            raise Forbidden(f"You may not get {ref}")

        noting.asked.clear()
        objects = replace(world, objects=type("Refusing", (), {"get": staticmethod(refuse)})())
        await once(objects, made.view(), preset)
        assert noting.asked == [Endpoint(f"https://{HOST}", b"given\n", "10.0.0.9")]


Seen = AsyncGenerator[Picture]


@asynccontextmanager
async def watching(world: World, **more: float) -> AsyncIterator[Seen]:
    wanted = Target(namespace="harbor", release="harbor")
    async with aclosing(pictures(world, wanted, lambda _: None, **more)) as seen:  # type: ignore[arg-type]
        yield seen


async def until(seen: Seen, true_of: Callable[[dict[str, str]], object]) -> Picture:
    """The first picture of whose states it is true."""
    async for picture in seen:
        if true_of({one.id: one.state for one in picture.states}):
            return picture
    raise AssertionError("no more pictures")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked soon, and again only when something changed."""
    monkeypatch.setattr(url_asking, "_FIRST", 0.0)
    monkeypatch.setattr(url_asking, "_PAUSE", 0.05)


@pytest.mark.usefixtures("quick")
async def test_the_first_picture_waits_for_no_answer_and_the_next_has_it() -> None:
    async with harbor() as (_, world, noting), watching(world) as seen:
        first = await anext(seen)
        assert {one.id: one.state for one in first.states}["url"] == "unknown"
        assert noting.asked == []
        picture = await until(seen, lambda told: told["url"] == "ok")
        assert picture.diagnosis.findings == ()


@pytest.mark.usefixtures("quick")
async def test_it_is_asked_again_when_the_state_of_a_part_changes_and_not_in_between() -> None:
    async with harbor() as (behind, world, noting), watching(world, look_again=0.02) as seen:
        behind.stage.store.put(made.deployment("core", 0))
        await until(seen, lambda told: told["url"] == "ok" and told["core"] == "waiting")
        for _ in range(20):
            await anext(seen)
        assert len(noting.asked) <= 2
        behind.stage.harbor.external_url = "https://core.harbor.domain"
        behind.stage.store.put(made.deployment("core", 1))
        picture = await until(seen, lambda told: told["realm"] == "failed")
    assert [one.id for one in picture.diagnosis.findings] == ["HW-018"]


@pytest.mark.usefixtures("quick")
async def test_it_is_asked_elsewhere_when_the_ingress_is_for_another_host() -> None:
    async with harbor() as (behind, world, noting), watching(world) as seen:
        await until(seen, lambda told: told["url"] == "ok")
        behind.stage.store.put(ingress("other.test"))
        await until(seen, lambda told: told["realm"] == "failed")
    assert noting.asked[-1].url == "https://other.test"


@pytest.mark.parametrize(("name", "fails"), [("_AGAIN", False), ("_TROUBLED_AGAIN", True)])
async def test_it_is_asked_again_after_a_while_though_nothing_changed(
    name: str, fails: bool, monkeypatch: pytest.MonkeyPatch, quick: None
) -> None:
    monkeypatch.setattr(url_asking, name, 0.1)
    async with harbor() as (behind, world, _), watching(world) as seen:
        behind.stage.harbor.listening = not fails
        await until(seen, lambda told: told["url"] == ("unknown" if fails else "ok"))
        behind.stage.harbor.listening = fails
        await until(seen, lambda told: told["url"] == ("ok" if fails else "unknown"))


@pytest.mark.usefixtures("quick")
async def test_nothing_is_asked_once_nobody_watches() -> None:
    before = asyncio.all_tasks()
    async with harbor() as (_, world, noting):
        async with watching(world) as seen:
            noting.silent = True
            await anext(seen)
            await anext(seen)
        assert not [one for one in asyncio.all_tasks() - before if "_go_on" in str(one)]


@pytest.mark.usefixtures("quick")
async def test_a_bug_in_asking_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    async with harbor() as (_, world, noting), watching(world) as seen:
        monkeypatch.setattr(noting, "registry", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await until(seen, lambda _: False)
