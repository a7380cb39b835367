"""Drafts of unfinished sessions: they come back as they were typed, without secrets."""

import errno
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as whenever
from hypothesis import strategies as st

from tests.unit.answers.generated_presets import FREE, presets
from wizard.answers.draft import Draft
from wizard.answers.keeping import KeptDraft, forget, keep, kept_drafts
from wizard.answers.outline import ROOT, walk_raw
from wizard.answers.paths import Path as AnswerPath
from wizard.answers.raw import put
from wizard.errors import UsageError

QUICK = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
ODD = st.one_of(FREE, st.text(max_size=5), st.integers(), st.just(float("inf")))
CANARY = "hunter2"


def again(draft: Draft) -> Draft:
    """The draft after it was kept and read back."""
    with TemporaryDirectory() as folder:
        keep(Path(folder) / "drafts", KeptDraft(draft))
        ([kept], problems) = kept_drafts(Path(folder) / "drafts")
    assert problems == []
    return kept.draft


def places(raw: Any, path: AnswerPath = ()) -> Iterator[AnswerPath]:
    """The paths of all values."""
    if path:
        yield path
    if isinstance(raw, dict | list):
        for key, value in raw.items() if isinstance(raw, dict) else enumerate(raw):
            yield from places(value, (*path, key))


def holds_secrets(raw: Any, path: AnswerPath) -> bool:
    """Whether a path leads to a secret, into one, or to a map of them."""
    shapes = {p: shape for p, shape, _ in walk_raw(raw, ROOT)}
    above = [shapes.get(path[:length]) for length in range(1, len(path) + 1)]
    return any(
        shape and (shape.form == "secret" or (shape.item and shape.item.form == "secret"))
        for shape in above
    )


@QUICK
@whenever(presets())
def test_every_preset_comes_back(raw: dict[str, Any]) -> None:
    draft = Draft(raw, folder=Path("/presets"))
    back = again(draft)
    assert back.folder == draft.folder
    assert back.absolute().data == draft.absolute().data


@QUICK
@whenever(presets(), st.data())
def test_wrong_values_of_any_kind_come_back(raw: dict[str, Any], data: st.DataObject) -> None:
    candidates = [path for path in places(raw) if not holds_secrets(raw, path)]
    odd = data.draw(ODD)
    put(raw, data.draw(st.sampled_from(candidates)), odd)
    kept = again(Draft(raw, folder=Path("/presets")))
    assert again(kept).data == kept.data
    for path, shape, value in walk_raw(raw, ROOT):
        if shape.form == "scalar" and Path not in shape.types and not holds_secrets(raw, path):
            assert value_of(kept, path) == value, path


def value_of(draft: Draft, path: AnswerPath) -> Any:
    value: Any = draft.data
    for part in path:
        value = value[part]
    return value


@pytest.mark.parametrize("value", ["", 0, None, [], "é\ud800\x1b", 10**30, 1e-300, {"a": [{}]}])
def test_a_wrong_value_is_kept_as_it_is(value: Any) -> None:
    raw = {"harbor": {"url": value, "nonsense": value, "values": {"x": value}}, "name": value}
    assert again(Draft(raw)).data == raw
    assert again(Draft({})).data == {}


def test_paths_are_absolute_and_empty_ones_stay_empty(tmp_path: Path) -> None:
    raw = {
        "network": {"caBundle": "pki/ca.pem"},
        "pki": {"kind": "commercial", "certificate": "", "chain": "~nobody/c", "caBundle": 3},
    }
    kept = again(Draft(raw, folder=tmp_path))
    assert kept.get("network.caBundle") == str(tmp_path / "pki/ca.pem")
    assert kept.get("pki") == raw["pki"]


@pytest.mark.parametrize(
    "answers",
    [
        {"harbor": {"adminPassword": CANARY}},
        {"harbor": {"adminPassword": [CANARY]}},
        {"harbor": {"adminPassword": {"env": "A", "file": CANARY}}},
        {"harbor": {"database": {"kind": "mistyped", "password": CANARY}}},
        {"harbor": {"database": {"password": CANARY}}},
        {"harbor": {"database": [{"password": CANARY}]}},
        {"harbor": {"url": {"token": CANARY}}},
        {"pki": {"kind": "acme", "solver": {"kind": "dns01", "secrets": {"token": CANARY}}}},
        {"pki": {"kind": "acme", "solver": {"kind": "dns01", "secrets": CANARY}}},
        {"pki": {"kind": "acme", "solver": {"kind": "dns01", "secrets": [CANARY]}}},
        {"adminPassword": CANARY},
    ],
)
def test_no_secret_is_kept(tmp_path: Path, answers: dict[str, Any]) -> None:
    keep(tmp_path, KeptDraft(Draft({"name": "x", **answers})))
    [file] = tmp_path.iterdir()
    assert CANARY not in file.read_text()
    assert kept_drafts(tmp_path)[0][0].name == "x"


def test_references_and_free_values_stay(tmp_path: Path) -> None:
    entry = {"secret": {"name": "s", "key": "k"}}
    raw = {
        "harbor": {
            "adminPassword": entry,
            "database": {"kind": "mistyped", "password": entry, "host": "db"},
            "values": {"core": {"password": "as typed"}},
        }
    }
    assert again(Draft(raw)).data == raw


def test_a_session_is_kept_over_what_was_kept_before(tmp_path: Path) -> None:
    first = KeptDraft(Draft({}), "target", Path("prod.yaml"))
    keep(tmp_path, first)
    later = first.left_at("pki", Draft({"name": "production"}))
    keep(tmp_path, later)
    other = replace(KeptDraft(Draft({})), when=datetime.now(UTC) - timedelta(days=1))
    keep(tmp_path, other)
    (newest, oldest), problems = kept_drafts(tmp_path)
    assert problems == []
    assert (newest.id, newest.name, newest.section) == (first.id, "production", "pki")
    assert newest.when == later.when
    assert newest.when >= first.when
    assert newest.origin == Path.cwd() / "prod.yaml"
    assert (oldest.id, oldest.name, oldest.origin) == (other.id, "", None)
    forget(tmp_path, first.id)
    forget(tmp_path, first.id)
    assert [kept.id for kept in kept_drafts(tmp_path)[0]] == [other.id]


def test_drafts_are_for_this_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "drafts"
    for _ in range(2):
        keep(folder, KeptDraft(Draft({}), id="one"))
        [file] = folder.iterdir()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        folder.chmod(0o755)


def test_no_folder_holds_no_drafts(tmp_path: Path) -> None:
    assert kept_drafts(tmp_path / "none") == ([], [])
    forget(tmp_path / "none", "any")


GOOD = {
    "version": 1,
    "when": "2026-01-02T03:04:05+00:00",
    "section": "pki",
    "origin": None,
    "folder": "/",
    "answers": {},
}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{" * 100_000,
        b'{"version": 1, "when": "2026-01-0',
        *(json.dumps(GOOD | {key: wrong}).encode() for key in GOOD for wrong in (2, [1])),
        *(json.dumps(GOOD | {k: "x"}).encode() for k in ("version", "when", "answers")),
        *(json.dumps({k: v for k, v in GOOD.items() if k != key}).encode() for key in GOOD),
        json.dumps(GOOD | {"when": "2026-01-02T03:04:05"}).encode(),
    ],
)
def test_a_damaged_file_is_told_and_the_others_are_read(tmp_path: Path, content: bytes) -> None:
    keep(tmp_path, KeptDraft(Draft({"name": "good"})))
    (tmp_path / "bad.json").write_bytes(content)
    (tmp_path / ".half.json.7.tmp").write_bytes(b"{")
    drafts, problems = kept_drafts(tmp_path)
    assert [kept.name for kept in drafts] == ["good"]
    assert [problem.file for problem in problems] == [str(tmp_path / "bad.json")]


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    (drafts, [problem]) = kept_drafts(tmp_path)
    assert drafts == []
    assert problem.message == "is a directory"


def test_answers_of_a_wrong_format_are_left_to_their_problems(tmp_path: Path) -> None:
    raw = {"schemaVersion": "new"}
    keep(tmp_path, KeptDraft(Draft(raw)))
    assert kept_drafts(tmp_path)[0][0].draft.data == raw


def test_a_full_disk_is_an_error_for_people_and_keeps_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = KeptDraft(Draft({"name": "first"}))
    keep(tmp_path, kept)

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="could not be kept"):
        keep(tmp_path, kept.left_at("pki", Draft({"name": "second"})))
    monkeypatch.undo()
    assert [one.name for one in kept_drafts(tmp_path)[0]] == ["first"]


def test_a_folder_in_the_way_is_an_error_for_people(tmp_path: Path) -> None:
    (tmp_path / "drafts").write_text("")
    for refused in (
        lambda: keep(tmp_path / "drafts", KeptDraft(Draft({}))),
        lambda: kept_drafts(tmp_path / "drafts"),
        lambda: forget(tmp_path / "drafts", "x"),
    ):
        with pytest.raises(UsageError):
            refused()
