"""Saving: the preset that the screens save is the one that a person would write by hand; a typed
secret is in no file, no draft and on no screen.
"""

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from screens.models.another_time import repeating
from screens.models.saving import Saving, needed_before
from screens.models.session import Session
from tests.screens.review_app import (
    DEMO,
    Reviewed,
    demo_ways,
    files_in,
    loaded,
    reviewing,
    session_of,
)
from wizard.answers.draft import Draft
from wizard.answers.loading import load, read
from wizard.answers.saving import dump
from wizard.answers.versions import HARBOR_VERSION
from wizard.errors import UsageError

CANARY = "Kanarie-4711-vogel"
UID = "5f6d7c1e-0c1b-4d4e-9a54-51a0d0c0ffee"
BY_HAND = f"""\
schemaVersion: 1
name: demo
target: {{clusterUid: {UID}}}
versions: {{harbor: {HARBOR_VERSION}}}
pki: {{kind: self-signed, authority: {{kind: local}}}}
harbor:
  url: https://harbor.example.com
  expose: {{kind: ingress, className: traefik}}
  profile: lab
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def asking(reference: object = None) -> dict[str, Any]:
    """Answers whose admin password has to be typed."""
    return {**DEMO, "harbor": {**DEMO["harbor"], "adminPassword": reference or {"prompt": True}}}


async def plan_hash(session: Session) -> str:
    told = await session.look(lambda _: None)
    assert told.planned is not None, told.ended_by
    await session.close()
    return told.planned.hash


async def save(shown: Reviewed, name: str = "") -> None:
    """Save from Review, under the suggested name or another one."""
    await shown.press("s")
    await shown.until("Save the answers as a preset")
    if name:
        shown.app.focused.value = name  # type: ignore[union-attr]
    await shown.press("enter")


async def test_what_the_screens_save_equals_what_is_written_by_hand(here: Path) -> None:
    session = session_of(demo_ways(), DEMO)
    async with reviewing(session) as shown:
        await shown.until("Enter begins")
        await save(shown)
        await shown.until("Saved", "demo.yaml", "wizard --demo --scenario healthy --preset demo")
        await shown.press("enter")
        await shown.until("Saved. The same again: wizard --demo --scenario healthy")
    file, by_hand = here / "demo.yaml", here / "by-hand.yaml"
    by_hand.write_text(BY_HAND)
    assert session.desk.saved == file
    assert load([file]) == load([by_hand])
    hashes = [
        await plan_hash(Session(demo_ways(), type(session.desk)(read([path]))))
        for path in (file, by_hand)
    ]
    assert hashes[0] == hashes[1]


async def test_a_file_is_never_overwritten_unasked_and_its_text_is_kept(here: Path) -> None:
    file = here / "demo.yaml"
    file.write_text("# made by hand\nname: other\n")
    async with reviewing(session_of(demo_ways(), DEMO)) as shown:
        await shown.until("Enter begins")
        await save(shown)
        await shown.until("exists", "Its comments are lost", "stays as demo.yaml.bak")
        await shown.press("enter")
        assert file.read_text() == "# made by hand\nname: other\n"
        await shown.until("Save the answers as a preset")
        await shown.press("enter")
        await shown.until("exists")
        await shown.press("tab", "enter")
        await shown.until("The same again")
    assert (here / "demo.yaml.bak").read_text() == "# made by hand\nname: other\n"
    assert loaded(file)["name"] == "demo"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("{here}", "it is a folder"),
        ("{here}/nowhere/demo.yaml", "there is no folder"),
        ("   ", "no file is named"),
    ],
)
async def test_a_place_that_cannot_be_used_is_told_and_nothing_is_lost(
    name: str, why: str, here: Path
) -> None:
    async with reviewing(session_of(demo_ways(), DEMO)) as shown:
        await shown.until("Enter begins")
        await save(shown, name.format(here=here))
        await shown.until(why, "name a file in a folder that exists")
        shown.app.screen.query_one("#file").value = "fine"
        shown.app.screen.query_one("#file").focus()
        await shown.press("enter")
        await shown.until("The same again")
    assert (here / "fine.yaml").is_file()


@pytest.mark.parametrize("number", [13, 28])
async def test_no_rights_and_a_full_disk_are_told_and_nothing_is_left(
    number: int, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    session = session_of(demo_ways(), asking())
    session.desk.typed["harbor.adminPassword"] = CANARY
    chosen: dict[str, Any] = {"harbor.adminPassword": ("file", "keys/admin")}
    saving = Saving(session)
    with monkeypatch.context() as patched:
        patched.setattr("wizard.answers.saving.write_atomically", fails)
        with pytest.raises(UsageError, match="could not be saved"):
            saving.write(here / "demo.yaml", chosen)
    assert files_in(here) == []
    assert session.desk.saved is None
    saving.write(here / "demo.yaml", chosen)
    assert (here / "keys" / "admin").read_text() == f"{CANARY}\n"


async def test_a_secret_is_asked_for_unseen_before_anything_is_asked(here: Path) -> None:
    session = session_of(demo_ways(), asking({"env": "NOT_SET"}))
    async with reviewing(session) as shown:
        await shown.until(
            "Admin password",
            "harbor.adminPassword: the environment variable NOT_SET is not set",
            "WIZARD_SECRET_HARBOR_ADMIN_PASSWORD",
        )
        await shown.press("enter")
        await shown.until("Nothing was typed")
        await shown.press("escape")
        text = await shown.until("a secret is missing", "NOT_SET is not set")
        assert "Not ready yet" in text
        await shown.press("i")
        assert shown.started == []
        await shown.press("p")
        await shown.until("harbor.adminPassword:")
        await shown.type(CANARY)
        await shown.until("Enter begins")
    assert session.desk.typed == {"harbor.adminPassword": CANARY}


async def test_a_value_that_cannot_be_used_is_asked_for_again() -> None:
    data = {**DEMO, "harbor": {**DEMO["harbor"], "secretKey": {"prompt": True}}}
    async with reviewing(session_of(demo_ways(), data)) as shown:
        await shown.until("harbor.secretKey")
        await shown.type("short")
        await shown.until("it has 5 characters instead of 16")
        await shown.type("0123456789abcdef")
        await shown.until("Enter begins")


async def test_several_lines_are_never_pasted_into_one(here: Path) -> None:
    from textual.events import Paste

    async with reviewing(session_of(demo_ways(), asking())) as shown:
        await shown.until("harbor.adminPassword:")
        shown.app.post_message(Paste("-----BEGIN\nsecond"))
        await shown.until("That has several lines")
        assert shown.app.focused.value == ""  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("kind", "target", "reference"),
    [
        ("prompt", "", {"prompt": True}),
        ("env", "ADMIN", {"env": "ADMIN"}),
        ("generate", "", {"generate": True}),
        ("file", "keys/admin", None),
    ],
)
async def test_the_person_chooses_where_a_typed_secret_comes_from(
    kind: str, target: str, reference: object, here: Path
) -> None:
    session = session_of(demo_ways(), asking())
    async with reviewing(session) as shown:
        await shown.until("harbor.adminPassword:")
        await shown.type(CANARY)
        await shown.until("Enter begins")
        await shown.press("s")
        await shown.until("A preset never holds a secret", "asked at every run")
        place = shown.app.screen.query_one("SecretPlace")
        place.query_one("Select").value = kind
        await shown.pilot.pause()
        if target:
            place.query_one("Input").value = target
        shown.app.screen.query_one("#file").focus()
        await shown.press("enter")
        await shown.until("The same again")
        await shown.press("enter")
        await shown.until("Enter begins")
        await shown.press("p")
        await shown.until("46 to create", "Enter begins")
    saved = loaded(here / "demo.yaml")["harbor"]["adminPassword"]
    if kind == "file":
        file = here / "keys" / "admin"
        assert saved == {"file": str(file)}
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert file.read_text() == f"{CANARY}\n"
    else:
        assert saved == reference


async def test_a_file_for_a_secret_in_a_git_work_tree_is_refused_before_anything_is_written(
    here: Path,
) -> None:
    (here / ".git").mkdir()
    session = session_of(demo_ways(), asking())
    session.desk.typed["harbor.adminPassword"] = CANARY
    async with reviewing(session) as shown:
        await shown.until("Enter begins")
        await shown.press("s")
        await shown.until("Save the answers")
        place = shown.app.screen.query_one("SecretPlace")
        place.query_one("Select").value = "file"
        await shown.pilot.pause()
        place.query_one("Input").value = "admin"
        shown.app.screen.query_one("#file").focus()
        await shown.press("enter")
        await shown.until("The secret was not written", "is a git work tree", "name another file")
    assert files_in(here) == []


def test_only_the_places_that_the_model_allows_are_offered() -> None:
    data = asking({"secret": {"name": "given", "key": "password"}})
    data["delivery"] = {"pullSecret": {"prompt": True}}
    session = session_of(demo_ways(), data)
    session.desk.typed |= {"harbor.adminPassword": CANARY, "delivery.pullSecret": CANARY}
    session.desk.typed["storage.blobs.secretKey"] = "of a kind that is not chosen any more"
    offered = {one.path: [place.kind for place in one.places] for one in Saving(session).secrets}
    assert offered == {
        "harbor.adminPassword": ["keep", "prompt", "env", "file", "generate"],
        "delivery.pullSecret": ["prompt", "env", "file"],
    }
    assert session.environ().keys() == {
        "WIZARD_SECRET_HARBOR_ADMIN_PASSWORD",
        "WIZARD_SECRET_DELIVERY_PULL_SECRET",
    }


def test_the_command_names_the_file_as_a_shell_takes_it(here: Path) -> None:
    session = session_of(demo_ways(), DEMO)
    assert repeating(session) == ""
    session.desk.saved = here / "my preset.yaml"
    assert repeating(session) == "wizard --demo --scenario healthy --preset 'my preset.yaml'"
    session.desk.saved = Path("/elsewhere/demo.yaml")
    assert repeating(session).endswith("--preset /elsewhere/demo.yaml")


def test_what_is_needed_before_is_told() -> None:
    assert needed_before(Draft(asking({"env": "ADMIN"}))) == [
        "Admin password: set the variable ADMIN"
    ]
    assert needed_before(Draft(asking())) == [
        "Admin password: asked for, or set the variable WIZARD_SECRET_HARBOR_ADMIN_PASSWORD"
    ]
    assert needed_before(Draft(dict(DEMO))) == []


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_a_typed_secret_is_nowhere_to_be_read(size, here: Path, tmp_path: Path) -> None:
    data = asking({"env": "NOT_SET"})
    data["harbor"] = {**data["harbor"], "values": {"note": f"as {CANARY} says"}}
    session = session_of(demo_ways(), data)
    async with reviewing(session, size) as shown:
        await shown.until("harbor.adminPassword:")
        await shown.type(CANARY)
        await shown.until("1 warning is not accepted")
        shown.screens.clear()  # what is no secret yet cannot be known as one
        for keys in (["1"], ["end"], ["2"], ["enter"], ["3"], ["end"], ["a"], ["y"]):
            await shown.press(*keys)
            await shown.pilot.pause()
            _ = shown.text
        await shown.until("The preset as it would be saved")
        await shown.press("end")
        await shown.until("adminPassword", "env: NOT_SET")
        await shown.press("escape")
        session.desk.draft = session.desk.draft.drop(("harbor", "values"))
        await save(shown)
        await shown.until("The same again")
        await shown.press("enter")
    assert len(shown.screens) > 20
    assert not any(CANARY in text for text in shown.screens)
    assert CANARY not in repr(session.desk)
    assert CANARY not in dump(session.desk.draft, here)
    for file in files_in(tmp_path):
        assert CANARY not in file.read_text(errors="replace"), file
