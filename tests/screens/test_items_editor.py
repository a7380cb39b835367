"""The editor of lists and maps, as a person uses it."""

from pathlib import Path
from typing import Any

import pytest

from screens.dialogs.items import ItemList, ItemsEditor
from tests.screens.editing_app import EditingApp, gone, running, sees, type_in, until

MIRRORS = {"delivery": {"imageMirrors": {"docker.io": "registry.corp/hub"}}}
PROXY = {"network": {"noProxy": ["a.corp", "b.corp"]}}
GATEWAY = {"harbor": {"expose": {"kind": "gateway", "parentRefs": [{"name": "public"}]}}}
SECRETS = {"pki": {"kind": "acme", "solver": {"kind": "dns01", "secrets": {"token": "hunter2"}}}}


def proxy(tmp_path: Path) -> EditingApp:
    return EditingApp(tmp_path, PROXY, "network.noProxy")


def value(app: EditingApp, path: str) -> Any:
    return app.desk.draft.get(path)


async def test_an_item_is_added_to_a_list(tmp_path: Path) -> None:
    app = proxy(tmp_path)
    async with running(app) as pilot:
        await sees(pilot, "a.corp, b.corp")
        await pilot.press("enter")
        await sees(pilot, "No proxy for", "Hosts, domains", "a.corp", "b.corp")
        await pilot.press("a")
        await sees(pilot, "Value", "needed")
        await type_in(pilot, "c.corp")
        await sees(pilot, "✓ c.corp")
        await pilot.press("enter", "ctrl+s")
        await gone(pilot)
        await sees(pilot, "a.corp, b.corp, c.corp")
    assert value(app, "network.noProxy") == ["a.corp", "b.corp", "c.corp"]
    assert app.changed == ["network.noProxy"]


async def test_escape_leaves_without_a_change(tmp_path: Path) -> None:
    app = proxy(tmp_path)
    async with running(app) as pilot:
        await pilot.press("enter")
        await sees(pilot, "Hosts, domains")
        await pilot.press("d", "escape")
        await gone(pilot)
    assert value(app, "network.noProxy") == ["a.corp", "b.corp"]
    assert app.changed == []


async def test_items_are_copied_moved_deleted_and_all_of_it_is_undone(tmp_path: Path) -> None:
    app = proxy(tmp_path)
    async with running(app) as pilot:
        await pilot.press("f4")
        await sees(pilot, "Hosts, domains")
        editor = app.screen
        assert isinstance(editor, ItemsEditor)

        async def shows(*items: str) -> None:
            def so() -> bool:
                seen = [line.split()[2] for line in app.seen.splitlines() if "✓ " in line]
                return seen == [value for _, value in editor.edits.items] == list(items)

            await until(pilot, so)

        await pilot.press("c")
        await shows("a.corp", "a.corp", "b.corp")
        await pilot.press("+")
        await shows("a.corp", "b.corp", "a.corp")
        await pilot.press("-", "-")
        await shows("a.corp", "a.corp", "b.corp")
        await pilot.press("d", "delete")
        await shows("b.corp")
        for _ in range(6):
            await pilot.press("ctrl+z")
        await shows("a.corp", "b.corp")
        await pilot.press("ctrl+y")
        await shows("a.corp", "a.corp", "b.corp")


async def test_a_map_asks_for_the_key_first_and_keeps_its_item_while_it_is_renamed(
    tmp_path: Path,
) -> None:
    app = EditingApp(tmp_path, MIRRORS, "delivery.imageMirrors")
    async with running(app) as pilot:
        await pilot.press("enter")
        await sees(pilot, "docker.io: registry.corp/hub", "Copy")
        assert "Up" not in app.seen
        await pilot.press("a")
        await sees(pilot, "Key")
        await type_in(pilot, "quay.io")
        await pilot.press("enter")
        await type_in(pilot, "registry.corp/quay")
        await pilot.press("enter")
        await sees(pilot, "✓ quay.io: registry.corp/quay")
        await pilot.press("up", "enter")
        await sees(pilot, "Key")
        await pilot.press("end", *["backspace"] * 2)
        await type_in(pilot, "com")
        await pilot.press("tab")
        await type_in(pilot, "2")
        await sees(pilot, "✓ docker.com: registry.corp/hub2")
        await pilot.press("ctrl+s")
        await gone(pilot)
    assert value(app, "delivery.imageMirrors") == {
        "docker.com": "registry.corp/hub2",
        "quay.io": "registry.corp/quay",
    }


async def test_a_key_that_cannot_be_is_told_beside_the_key(tmp_path: Path) -> None:
    app = EditingApp(tmp_path, MIRRORS, "delivery.imageMirrors")
    async with running(app) as pilot:
        await pilot.press("enter")
        await sees(pilot, "docker.io: registry")
        await pilot.press("a")
        await sees(pilot, "Key")
        await type_in(pilot, "docker.io")
        await pilot.press("enter")
        await sees(pilot, "✗ docker.io is here already")
        await pilot.press("ctrl+s")
        await sees(pilot, "✗ docker.io is here already")
        await type_in(pilot, " x")
        await pilot.press("enter")
        await sees(pilot, "✗ is no key here: it must be a registry's host")


async def test_an_item_that_was_added_and_left_empty_goes_again(tmp_path: Path) -> None:
    app = proxy(tmp_path)
    async with running(app) as pilot:
        await pilot.press("enter")
        await sees(pilot, "Hosts, domains")
        await pilot.press("a")
        await sees(pilot, "needed")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.focused, ItemList))
        assert "(empty)" not in app.seen
        await pilot.press("ctrl+s")
        await gone(pilot)
    assert app.changed == []


async def test_what_is_wrong_is_told_once_before_it_is_taken_over(tmp_path: Path) -> None:
    data = {"harbor": {"expose": {"kind": "loadBalancer"}}}
    app = EditingApp(tmp_path, data, "harbor.expose.sourceRanges")
    async with running(app) as pilot:
        await pilot.press("enter")
        await sees(pilot, "Nothing yet")
        await pilot.press("a")
        await sees(pilot, "Value")
        await type_in(pilot, "10.0.0.5/8")
        await pilot.press("enter")
        await sees(pilot, "✗ 10.0.0.5/8  must be a range of addresses")
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert len(app.screen_stack) == 2
        await pilot.press("ctrl+s")
        await gone(pilot)
        await sees(pilot, "✗ must be a range of addresses")
    assert value(app, "harbor.expose.sourceRanges") == ["10.0.0.5/8"]


async def test_items_that_are_sections_are_asked_for_by_their_questions(tmp_path: Path) -> None:
    app = EditingApp(tmp_path, GATEWAY, "harbor.expose.parentRefs")
    async with running(app) as pilot:
        await pilot.press("enter")
        await sees(pilot, "✓ Gateway public")
        await pilot.press("a")
        await sees(pilot, "Gateway", "Namespace", "Listener", "needed")
        await type_in(pilot, "inner")
        await pilot.press("enter")
        await type_in(pilot, "gateways")
        await sees(pilot, "✓ Gateway inner, Namespace gateways")
        await pilot.press("enter", "enter", "ctrl+s")
        await gone(pilot)
    assert value(app, "harbor.expose.parentRefs") == [
        {"name": "public"},
        {"name": "inner", "namespace": "gateways"},
    ]


async def test_f4_offers_what_the_cluster_has_within_an_item(tmp_path: Path) -> None:
    app = EditingApp(tmp_path, GATEWAY, "harbor.expose.parentRefs")
    async with running(app) as pilot:
        await pilot.press("enter")
        await sees(pilot, "✓ Gateway public")
        await pilot.press("enter")
        await sees(pilot, "Namespace")
        await pilot.press("enter")
        await sees(pilot, "F4: choose")
        await pilot.press("f4")
        await sees(pilot, "gateways  Gateway public")
        await pilot.press("enter")
        await sees(pilot, "✓ Gateway public, Namespace gateways")


async def test_secrets_as_items_use_the_editor_of_secrets_and_are_never_shown(
    tmp_path: Path,
) -> None:
    app = EditingApp(tmp_path, SECRETS, "pki.solver.secrets")
    async with running(app) as pilot:
        await sees(pilot, "token: not a reference")
        await pilot.press("enter")
        await sees(pilot, "✗ token: not a reference")
        assert "hunter2" not in app.seen
        await pilot.press("enter")
        await sees(pilot, "Value")
        await pilot.press("tab", "enter")
        await sees(pilot, "An environment variable", "is not shown")
        assert "hunter2" not in app.seen
        await pilot.press("down", "down", "down", "down", "enter")
        await sees(pilot, "(*) Typed by a person")
        await type_in(pilot, "geheim")
        await pilot.press("enter")
        await sees(pilot, "✓ token: asked at every run")
        assert app.desk.typed == {}
        await pilot.press("ctrl+s")
        await gone(pilot)
    assert value(app, "pki.solver.secrets") == {"token": {"prompt": True}}
    assert app.desk.typed == {"pki.solver.secrets.token": "geheim"}


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_all_of_it_is_in_view(tmp_path: Path, size: tuple[int, int]) -> None:
    app = EditingApp(
        tmp_path, {"network": {"noProxy": [f"h{i}" for i in range(40)]}}, "network.noProxy"
    )
    async with running(app, size) as pilot:
        await pilot.press("enter")
        await sees(pilot, "No proxy for", "✓ h0", "Done", "Add", "Leave", "Copy")
        await pilot.press("end", "enter")
        await sees(pilot, "✓ h39", "Value", "To the list", "Done")
