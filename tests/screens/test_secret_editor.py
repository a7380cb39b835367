"""The editor of a secret: where it comes from, and what is typed for this session."""

from pathlib import Path
from typing import Any

from textual.events import Paste

from screens.dialogs.secret_editor import SecretEditor
from screens.widgets.hidden_input import HiddenInput
from tests.screens.editing_app import EditingApp, gone, running, sees, type_in, until

ADMIN = "harbor.adminPassword"
ENV, FILE, IN_CLUSTER, VAULT, TYPED, MADE = range(6)


def admin(tmp_path: Path, given: Any = None, **more: Any) -> EditingApp:
    data = {"harbor": {"adminPassword": given}} if given is not None else {}
    return EditingApp(tmp_path, data, ADMIN, **more)


async def choose(pilot: Any, app: EditingApp, kind: int) -> None:
    """Open the editor, and choose a kind by its place."""
    await pilot.press("enter")
    await sees(pilot, "An environment variable")
    await pilot.press("home", *["down"] * kind, "enter")
    await until(pilot, lambda: not app.screen.query("#kinds:focus") or kind == MADE)


async def test_each_kind_is_told_in_words(tmp_path: Path) -> None:
    app = admin(tmp_path)
    async with running(app) as pilot:
        await pilot.press("enter")
        await sees(
            pilot,
            "Admin password",
            "( ) An environment variable",
            "( ) A file of this machine",
            "( ) A Secret in the cluster",
            "( ) Vault or OpenBao",
            "( ) Typed by a person",
            "(*) Made in the cluster",
        )
        await pilot.press("home", "down")
        await sees(pilot, "The file that holds the secret, relative to this preset.")


async def test_a_variable_is_named_and_whether_it_is_set_is_told(tmp_path: Path) -> None:
    app = admin(tmp_path, environ={"HARBOR_PW": "x"})
    async with running(app) as pilot:
        await choose(pilot, app, ENV)
        await sees(pilot, "Variable", "needed")
        await type_in(pilot, "NOWHERE")
        await sees(pilot, "! not set in this environment")
        await pilot.press(*["backspace"] * 7)
        await type_in(pilot, "HARBOR_PW")
        await sees(pilot, "✓ set in this environment")
        await pilot.press("ctrl+s")
        await gone(pilot)
        await sees(pilot, "from the variable HARBOR_PW")
    assert app.desk.draft.get(ADMIN) == {"env": "HARBOR_PW"}
    assert app.desk.typed == {}


async def test_what_is_incomplete_is_told_before_it_is_taken(tmp_path: Path) -> None:
    app = admin(tmp_path)
    async with running(app) as pilot:
        await choose(pilot, app, ENV)
        await pilot.press("ctrl+s")
        await sees(pilot, "✗ must be the name of an environment variable")
        assert isinstance(app.screen, SecretEditor)
        await pilot.press("escape")
        await gone(pilot)
    assert app.desk.draft.get(ADMIN) is None


async def test_a_file_tells_who_may_read_it_and_f4_browses(tmp_path: Path) -> None:
    (tmp_path / "password.txt").write_text("hunter2")
    (tmp_path / "password.txt").chmod(0o644)
    app = admin(tmp_path)
    async with running(app) as pilot:
        await choose(pilot, app, FILE)
        await type_in(pilot, "gone.txt")
        await sees(pilot, "✗ cannot be read: no such file")
        await pilot.press("f4")
        await sees(pilot, "password.txt", "Take this")
        await pilot.press("down", "down")
        await sees(pilot, "holds", "text (7 bytes)", "by others on this machine too")
        assert "hunter2" not in app.seen
        await pilot.press("enter")
        await sees(pilot, "! readable by others on this machine too: chmod")
        await pilot.press("ctrl+s")
        await gone(pilot)
    assert app.desk.draft.get(ADMIN) == {"file": str(tmp_path / "password.txt")}


async def test_a_secret_of_the_cluster_is_asked_for_by_its_parts(tmp_path: Path) -> None:
    app = admin(tmp_path)
    async with running(app) as pilot:
        await choose(pilot, app, IN_CLUSTER)
        await sees(pilot, "Namespace", "Secret", "Key")
        await pilot.press("enter")
        await type_in(pilot, "harbor-admin")
        await pilot.press("enter")
        await type_in(pilot, "password")
        await pilot.press("ctrl+s")
        await gone(pilot)
    assert app.desk.draft.get(ADMIN) == {"secret": {"name": "harbor-admin", "key": "password"}}


async def test_a_vault_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    kept = {"vault": {"path": "harbor/admin", "key": "password"}}
    data = {"pki": {"kind": "self-signed"}, "harbor": {"adminPassword": kept}}
    app = EditingApp(tmp_path, data, ADMIN)
    async with running(app) as pilot:
        await pilot.press("enter")
        await sees(pilot, "(*) Vault or OpenBao", "no Vault or OpenBao to read it from")


async def test_a_secret_is_typed_hidden_and_kept_for_this_session_alone(tmp_path: Path) -> None:
    app = admin(tmp_path)
    async with running(app) as pilot:
        await choose(pilot, app, TYPED)
        await sees(pilot, "for this session only; it is never saved")
        await type_in(pilot, "Hunter2hunter2")
        await sees(pilot, "strong, if it is random: 14 characters, lower")
        assert "Hunter2" not in app.seen
        await pilot.press("ctrl+t")
        await sees(pilot, "Hunter2hunter2")
        await pilot.press("ctrl+t", "enter")
        await gone(pilot)
        await sees(pilot, "asked at every run, typed for this session")
    assert app.desk.draft.get(ADMIN) == {"prompt": True}
    assert app.desk.typed == {ADMIN: "Hunter2hunter2"}
    assert app.session.redactor.redact("it is Hunter2hunter2") != "it is Hunter2hunter2"
    assert app.session.environ()["WIZARD_SECRET_HARBOR_ADMIN_PASSWORD"] == "Hunter2hunter2"
    assert "Hunter2" not in str(app.desk.draft) + repr(app.desk)


async def test_what_harbor_would_refuse_is_told_before_it_is_taken(tmp_path: Path) -> None:
    app = admin(tmp_path)
    async with running(app) as pilot:
        await choose(pilot, app, TYPED)
        await type_in(pilot, "harbor")
        await sees(pilot, "✗ Harbor wants upper case, digits in it too")
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, SecretEditor)
    assert app.desk.typed == {}


async def test_a_strong_one_is_made_by_the_rules_of_its_answer(tmp_path: Path) -> None:
    app = EditingApp(tmp_path, {}, "harbor.secretKey")
    async with running(app) as pilot:
        await choose(pilot, app, TYPED)
        await pilot.press("ctrl+r")
        await sees(pilot, "16 characters", "strong", "•" * 16)
        await pilot.press("ctrl+s")
        await gone(pilot)
    assert len(app.desk.typed["harbor.secretKey"]) == 16


async def test_what_was_typed_is_forgotten_with_a_reference_that_it_cannot_stand_for(
    tmp_path: Path,
) -> None:
    app = admin(tmp_path, {"prompt": True})
    app.desk.typed[ADMIN] = "Hunter2hunter2"
    async with running(app) as pilot:
        await sees(pilot, "asked at every run, typed for this session")
        await pilot.press("enter")
        await sees(pilot, "typed already for this session")
        await pilot.press("end", "enter")
        await sees(pilot, "(*) Made in the cluster")
        assert "Type it now" not in app.seen
        await pilot.press("enter")
        await gone(pilot)
    assert app.desk.typed == {}
    assert app.desk.draft.get(ADMIN) == {"generate": True}


async def test_a_typed_secret_stands_in_for_a_variable(tmp_path: Path) -> None:
    app = admin(tmp_path)
    async with running(app) as pilot:
        await choose(pilot, app, ENV)
        await type_in(pilot, "LATER")
        await pilot.press("enter")
        await type_in(pilot, "Hunter2hunter2")
        await pilot.press("enter")
        await gone(pilot)
    assert app.desk.draft.get(ADMIN) == {"env": "LATER"}
    assert app.desk.typed == {ADMIN: "Hunter2hunter2"}


async def test_clear_text_that_stands_there_is_never_shown(tmp_path: Path) -> None:
    app = admin(tmp_path, "hunter2")
    async with running(app) as pilot:
        await sees(pilot, "not a reference")
        await pilot.press("enter")
        await sees(pilot, "what stands there is no reference, and is not shown")
        assert "(*)" not in app.seen
        assert "hunter2" not in app.seen
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert isinstance(app.screen, SecretEditor)


async def test_what_is_not_needed_can_be_taken_back(tmp_path: Path) -> None:
    data = {"delivery": {"pullSecret": {"file": "config.json"}}}
    app = EditingApp(tmp_path, data, "delivery.pullSecret")
    async with running(app) as pilot:
        await pilot.press("enter")
        await sees(pilot, "( ) None", "(*) A file")
        assert "Made in the cluster" not in app.seen
        assert "Make a strong one" not in app.seen
        await pilot.press("end", "enter", "enter")
        await gone(pilot)
        await sees(pilot, "none")
    assert app.desk.draft.get("delivery.pullSecret") is None


async def test_several_pasted_lines_are_refused_rather_than_cut(tmp_path: Path) -> None:
    app = admin(tmp_path)
    async with running(app) as pilot:
        await choose(pilot, app, TYPED)
        line = app.screen.query_one(HiddenInput)
        line.post_message(Paste("-----BEGIN\nabc\n"))
        await pilot.pause()
        assert line.value == ""
        line.post_message(Paste("Hunter2hunter2\n"))
        await until(pilot, lambda: line.value == "Hunter2hunter2")


async def test_space_chooses_a_kind_and_stays_in_the_list(tmp_path: Path) -> None:
    app = admin(tmp_path)
    async with running(app) as pilot:
        await pilot.press("enter")
        await sees(pilot, "An environment variable")
        await pilot.press("home", "down", "space")
        await sees(pilot, "(*) A file of this machine", "File")
        assert app.screen.query("#kinds:focus")
        await pilot.press("up", "space")
        await sees(pilot, "(*) An environment variable", "Variable")
