"""F4: what the cluster, the kubeconfig and the files of this machine offer for an answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.widgets import Input, Select

from screens.application import WizardApp
from screens.dialogs.items import ItemsEditor
from screens.dialogs.pick import Pick
from screens.dialogs.secret_editor import SecretEditor
from screens.models.desk import Desk
from screens.models.session import Session
from screens.page_screen import PageScreen
from screens.ways import Ways
from screens.widgets.certificate_view import CertificateView
from screens.widgets.form import Form
from tests.screens.certificate_files import HOST, write_files
from tests.screens.editing_app import (
    EditingApp,
    OpenWorld,
    gone,
    running,
    sees,
    simulated,
    type_in,
    until,
)
from tests.screens.screen_text import screen_lines
from wizard.answers.draft import Draft
from wizard.answers.network import Network
from wizard.answers.paths import parse_path
from wizard.contexts import Context
from wizard.errors import UsageError
from wizard.ports import World

CONTEXTS = (
    Context("prod", "https://prod:6443", "jo", "team", True),
    Context("lab", "https://lab:6443", "", "", False),
)


async def test_what_the_cluster_offers_is_chosen(tmp_path: Path) -> None:
    app = EditingApp(tmp_path, {}, "target.namespace")
    async with running(app) as pilot:
        await pilot.press("f4")
        await sees(pilot, "Namespace", "default   exists", "gateways  exists")
        await type_in_list(pilot, "gate")
        await pilot.press("enter", "enter")
        await gone(pilot)
        await sees(pilot, "gateways")
    assert app.desk.draft.get("target.namespace") == "gateways"
    assert app.changed[-1] == "target.namespace"


async def type_in_list(pilot: object, text: str) -> None:
    """Narrow a list: the line for that is one step before it."""
    await pilot.press("shift+tab")  # type: ignore[attr-defined]
    await type_in(pilot, text)  # type: ignore[arg-type]


async def test_typing_is_completed_to_what_there_is(tmp_path: Path) -> None:
    app = EditingApp(tmp_path, {}, "target.namespace")
    async with running(app) as pilot:
        await app.editing.suggest(app.form.rows[0])
        await type_in(pilot, "gat")
        await sees(pilot, "gateways")
        await pilot.press("right")
        await until(pilot, lambda: app.desk.draft.get("target.namespace") == "gateways")


async def test_contexts_come_from_the_kubeconfig(tmp_path: Path) -> None:
    app = EditingApp(tmp_path, {}, "target.context", contexts=CONTEXTS)
    async with running(app) as pilot:
        await pilot.press("f4")
        await sees(pilot, "prod  current, https://prod:6443, jo, namespace team", "lab   https")
        await pilot.press("down", "enter")
        await gone(pilot)
    assert app.desk.draft.get("target.context") == "lab"


@asynccontextmanager
async def refused(context: str | None, network: Network) -> AsyncIterator[World]:
    raise UsageError("The kubeconfig cannot be used", why="it is empty", fix="name another")
    yield


async def test_what_keeps_the_cluster_from_answering_is_told(tmp_path: Path) -> None:
    app = EditingApp(tmp_path, {}, "target.namespace", open_world=refused)
    async with running(app) as pilot:
        await pilot.press("f4")
        await sees(pilot, "✗ The kubeconfig cannot be used: it is empty", "Fix: name another")
        await pilot.press("escape")
        await gone(pilot)
        await app.editing.suggest(app.form.rows[0])
    assert app.changed == []


async def test_a_cluster_that_is_slow_is_waited_for_only_as_long_as_one_likes(
    tmp_path: Path,
) -> None:
    cancelled = asyncio.Event()

    async def never() -> list[object]:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        return []

    app = EditingApp(tmp_path, {}, "target.namespace")
    async with running(app) as pilot:
        app.push_screen(Pick("Which?", (), "", never))  # type: ignore[arg-type]
        await sees(pilot, "… asking what there is, 0 s. Escape ends it.")
        await pilot.press("escape")
        await gone(pilot)
        await asyncio.wait_for(cancelled.wait(), 5)


async def test_nothing_to_choose_from_is_told(tmp_path: Path) -> None:
    data = {"storage": {"volumes": {"registry": {}}}}
    app = EditingApp(tmp_path, data, "storage.volumes.registry.existingClaim")
    async with running(app) as pilot:
        await pilot.press("f4")
        await sees(pilot, "Nothing is there to choose from: type it.")


async def test_a_choice_opens_its_list(tmp_path: Path) -> None:
    app = EditingApp(tmp_path, {}, "harbor.profile")
    async with running(app) as pilot:
        await pilot.press("f4")
        await until(pilot, lambda: app.form.query_one(Select).expanded)


async def test_a_file_is_browsed_with_a_preview(tmp_path: Path) -> None:
    write_files(tmp_path)
    data = {
        "pki": {"kind": "commercial", "key": {"file": "harbor.key"}, "caBundle": "root.pem"},
        "harbor": {"url": f"https://{HOST}"},
    }
    app = EditingApp(tmp_path, data, "pki.certificate")
    async with running(app) as pilot:
        await pilot.press("f4")
        await sees(pilot, "harbor.pem", "leaf.pem", "notes.txt")
        await pilot.press("down", "down")
        await sees(pilot, f"✓ covers {HOST}", "✓ belongs to the certificate", "47 days left")
        await pilot.press("down")
        await sees(pilot, "✗ the issuer is missing")
        await pilot.press("down")
        await sees(pilot, "✗ it is neither PEM nor")
        await pilot.press("up", "up", "enter")
        await gone(pilot)
    assert app.desk.draft.get("pki.certificate") == str(tmp_path / "harbor.pem")


async def test_a_path_is_typed_a_folder_is_entered_and_another_is_taken(tmp_path: Path) -> None:
    (tmp_path / "charts").mkdir()
    (tmp_path / "charts" / "harbor.tgz").write_text("x")
    data = {"delivery": {"charts": {"kind": "directory"}}}
    app = EditingApp(tmp_path, data, "delivery.charts")
    async with running(app) as pilot:
        await pilot.press("tab", "f4")
        await sees(pilot, "charts", "Take this")
        await pilot.press("shift+tab")
        await type_in(pilot, "gone")
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press(*["backspace"] * 4)
        await type_in(pilot, "charts")
        await pilot.press("enter")
        await sees(pilot, "harbor.tgz")
        await pilot.press("ctrl+s")
        await gone(pilot)
    assert app.desk.draft.get("delivery.charts.path") == str(tmp_path / "charts")


@asynccontextmanager
async def guided(
    folder: Path,
    data: dict[str, object],
    page: str,
    focus: str,
    open_world: OpenWorld = simulated,
) -> AsyncIterator:
    """The application itself, on a page, with one of its questions in front."""
    base = {"schemaVersion": 1, "name": "test", "harbor": {}}
    draft = Draft({**base, **data}, folder=folder)
    ways = Ways(open_world, lambda: CONTEXTS, folder / "state", draft=draft, ask=page)
    app = WizardApp(ways)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, PageScreen) and app.screen.is_mounted)
        await until(pilot, lambda: bool(app.screen.query(Form)))
        await app.screen.query_one(Form).reveal(parse_path(focus))
        try:
            yield pilot
        finally:
            await app.session.close()


async def test_on_a_page_f4_opens_the_editor_and_the_row_shows_what_came_of_it(
    tmp_path: Path,
) -> None:
    async with guided(tmp_path, {}, "delivery", "network.noProxy") as pilot:
        await sees(pilot, "No proxy for", "F4: edit")
        await pilot.press("f4")
        await until(pilot, lambda: isinstance(pilot.app.screen, ItemsEditor))
        await pilot.press("a")
        await sees(pilot, "needed")
        await type_in(pilot, "registry.corp")
        await pilot.press("enter", "ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, PageScreen))
        await sees(pilot, "registry.corp")
        assert pilot.app.session.desk.draft.get("network.noProxy") == ["registry.corp"]
        focused = pilot.app.focused
        assert focused is not None
        assert "registry.corp" in str(focused.render())


async def test_a_topic_does_not_keep_the_help_of_the_question_before(tmp_path: Path) -> None:
    async with guided(tmp_path, {}, "target", "target.namespace") as pilot:
        await sees(pilot, "The namespace that Harbor is installed in.")
        await pilot.press("tab")
        await sees(pilot, "Enter shows or hides these answers.")
        assert not any("that Harbor is installed in" in line for line in screen_lines(pilot.app))
        await pilot.press("shift+tab")
        await sees(pilot, "The namespace that Harbor is installed in.")


async def test_on_a_page_a_secret_is_edited_by_enter(tmp_path: Path) -> None:
    async with guided(tmp_path, {}, "harbor", "harbor.adminPassword") as pilot:
        await sees(pilot, "made in the cluster (default)")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, SecretEditor))
        await pilot.press("home", "down", "down", "down", "down", "enter")
        await sees(pilot, "(*) Typed by a person")
        await type_in(pilot, "Hunter2hunter2")
        await pilot.press("enter")
        await sees(pilot, "asked at every run, typed for this session")
        assert "Hunter2" not in "\n".join(screen_lines(pilot.app))
        session = pilot.app.session
        await session.keeper.settled()
        kept = "".join(f.read_text() for f in session.ways.drafts.rglob("*") if f.is_file())
        assert "Hunter2" not in kept


async def test_on_a_page_contexts_are_offered(tmp_path: Path) -> None:
    async with guided(tmp_path, {}, "target", "target.context") as pilot:
        await sees(pilot, "F4: choose")
        await pilot.press("f4")
        await sees(pilot, "prod  current")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, PageScreen))


COMMERCIAL = {
    "pki": {
        "kind": "commercial",
        "certificate": "harbor.pem",
        "key": {"file": "harbor.key"},
        "caBundle": "root.pem",
    },
    "harbor": {"url": f"https://{HOST}"},
}


async def test_the_certificate_stands_under_its_questions_and_follows_the_answers(
    tmp_path: Path,
) -> None:
    write_files(tmp_path)
    async with guided(tmp_path, COMMERCIAL, "pki", "pki.certificate") as pilot:
        await sees(pilot, f"✓ covers {HOST}", "✓ complete, in order", "✓ belongs to the")
        await sees(pilot, f"✓ CN={HOST} is valid for {HOST}")
        field = pilot.app.focused
        assert isinstance(field, Input)
        await pilot.press("ctrl+u")
        await type_in(pilot, "leaf.pem")
        await sees(pilot, "✗ the issuer is missing", "leaf.pem")
        pilot.app.session.desk.choose(("pki",), "self-signed")
        view = pilot.app.screen.query_one(CertificateView)
        view.answers_changed()
        assert not view.display


@pytest.mark.parametrize("page", ["target", "storage", "harbor"])
async def test_other_pages_have_no_certificate(tmp_path: Path, page: str) -> None:
    async with guided(tmp_path, COMMERCIAL, page, "name") as pilot:
        assert not pilot.app.screen.query(CertificateView)


async def test_what_a_newer_change_cut_off_is_asked_with_it(tmp_path: Path) -> None:
    reachable = asyncio.Event()

    @asynccontextmanager
    async def slow(context: str | None, network: Network) -> AsyncIterator[World]:
        async with simulated(context, network) as world:
            await reachable.wait()
            yield world

    async with guided(tmp_path, {}, "target", "name", slow) as pilot:
        await sees(pilot, "asking the cluster")
        await type_in(pilot, "-of-mine")
        await until(pilot, lambda: pilot.app.session.desk.name == "test-of-mine")
        reachable.set()
        await sees(pilot, "answers at")


async def test_one_comes_back_to_a_page_where_it_was_left(tmp_path: Path) -> None:
    async with guided(tmp_path, {}, "target", "target.namespace") as pilot:
        await sees(pilot, "answers at")
        form = pilot.app.screen.query_one(Form)
        pilot.app.go("review")
        await sees(pilot, "Not ready yet")
        pilot.app.session.desk.answer(("name",), "renamed-elsewhere")
        pilot.app.go("target")
        await sees(pilot, "renamed-elsewhere", "answers at")
        assert pilot.app.screen.query_one(Form) is form
        assert form.row_in_front.question.path == ("target", "namespace")


async def test_the_pages_of_another_session_are_others(tmp_path: Path) -> None:
    async with guided(tmp_path, {"name": "first"}, "target", "name") as pilot:
        await sees(pilot, "first")
        pilot.app.go_to_start()
        pilot.app.begin(
            Session(pilot.app.ways, Desk(Draft({"schemaVersion": 1, "name": "second"})))
        )
        pilot.app.go("target")
        await sees(pilot, "second", "answers at")


async def test_the_start_offers_nothing_while_the_page_that_was_asked_for_opens(
    tmp_path: Path,
) -> None:
    draft = Draft({"schemaVersion": 1, "name": "test", "harbor": {}}, folder=tmp_path)
    ways = Ways(simulated, lambda: CONTEXTS, tmp_path / "state", draft=draft, ask="target")
    app = WizardApp(ways)
    async with app.run_test(size=(80, 24)) as pilot:
        first = "\n".join(screen_lines(app))
        assert "reading the answers" in first
        assert "New installation" not in first
        await until(pilot, lambda: isinstance(app.screen, PageScreen))
        await until(pilot, lambda: bool(app.screen.query(Form)))
        await pilot.press("escape")
        await sees(pilot, "New installation")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "start")
        await app.session.close()
