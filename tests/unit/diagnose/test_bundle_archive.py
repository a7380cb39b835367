"""The file of a bundle: its layout, who may read it, what it never overwrites, what it refuses."""

import gzip
import os
import stat
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.unit.diagnose.bundles import MOMENT, TARGET, files_of, pack, parts_in
from wizard.diagnose.bundle.archive import require_free, write_archive
from wizard.diagnose.bundle.reading import open_bundle
from wizard.errors import BundleInvalid, ExitCode, UsageError

VIEW: dict[str, Any] = {
    "now": MOMENT.isoformat(),
    "kinds": [{"apiVersion": "v1", "kind": "Pod"}],
    "notChecked": [],
}
MANIFEST: dict[str, Any] = {"version": 1, "target": TARGET, "view": VIEW}
PODS = {"items": [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}]}
VALID: dict[str, Any] = {
    "manifest.json": MANIFEST,
    "objects/Pod.json": PODS,
    "view/tails.jsonl": "",
}


def write(bundle: Path, folder: Path, *names: str) -> int:
    parts = parts_in(folder)
    for name in names:
        parts.lines(name, [f"this is {name}"])
    return write_archive(bundle, parts.folder, parts.all[::-1], MOMENT)


def test_the_same_files_are_the_same_bytes_whenever_they_are_packed(tmp_path: Path) -> None:
    for number, names in enumerate((("b/x", "a", "c"), ("c", "a", "b/x"))):
        write(tmp_path / f"{number}.tgz", tmp_path / f"parts{number}", *names)
    first = (tmp_path / "0.tgz").read_bytes()
    assert first == (tmp_path / "1.tgz").read_bytes()
    with tarfile.open(tmp_path / "0.tgz") as tar:
        assert tar.getnames() == [f"support-bundle/{name}" for name in ("a", "b/x", "c")]
        assert {(one.uid, one.gid, one.uname, one.mode) for one in tar} == {(0, 0, "", 0o600)}


def test_only_its_owner_reads_it_and_nothing_else_is_left(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    before = os.umask(0)
    try:
        size = write(folder / "b.tgz", tmp_path / "parts", "a")
    finally:
        os.umask(before)
    assert stat.S_IMODE((folder / "b.tgz").stat().st_mode) == 0o600
    assert [(one.name, one.stat().st_size) for one in folder.iterdir()] == [("b.tgz", size)]


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    taken, dangling = tmp_path / "b.tgz", tmp_path / "c.tgz"
    taken.write_text("mine")
    dangling.symlink_to("nowhere")
    for path in (taken, dangling):
        with pytest.raises(UsageError):
            require_free(path)
        with pytest.raises(UsageError):
            write(path, tmp_path / path.stem, "a")
    assert taken.read_text() == "mine"
    assert sorted(one.name for one in tmp_path.iterdir() if one.is_file()) == ["b.tgz"]


def test_a_file_system_without_links_does_not_overwrite_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    write(tmp_path / "b.tgz", tmp_path / "one", "a")
    with pytest.raises(UsageError):
        write(tmp_path / "b.tgz", tmp_path / "two", "other")
    assert files_of(tmp_path / "b.tgz") == {"a": "this is a\n"}


def test_a_folder_that_is_missing_is_said_before_anything_is_gathered(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        require_free(tmp_path / "no" / "b.tgz")
    assert "no/b.tgz" in refused.value.where


def test_a_bundle_made_by_hand_can_be_opened(tmp_path: Path) -> None:
    opened = open_bundle(pack(tmp_path / "b.tgz", VALID))
    assert opened.target == TARGET
    assert opened.view.now == MOMENT
    assert sum(1 for kind in opened.view.collections for _ in opened.view.all(kind)) == 1


def test_no_terminal_obeys_what_stands_in_a_bundle(tmp_path: Path) -> None:
    evil = {**PODS["items"][0], "status": {"message": "\x1b]0;owned\x07red \x1b[31m\u202e!\nnext"}}
    opened = open_bundle(pack(tmp_path / "b.tgz", VALID | {"objects/Pod.json": {"items": [evil]}}))
    (found,) = opened.view.all(next(iter(opened.view.collections)))
    assert found["status"]["message"] == "red !\nnext"


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"manifest.json": "no JSON"},
        {"manifest.json": []},
        {"manifest.json": MANIFEST},
        VALID | {"manifest.json": MANIFEST | {"version": 2}},
        VALID | {"manifest.json": MANIFEST | {"target": {}}},
        VALID | {"manifest.json": MANIFEST | {"view": {**VIEW, "now": "today"}}},
        VALID | {"objects/Pod.json": {"items": [{}]}},
        VALID | {"objects/Pod.json": "[" * 100_000},
        VALID | {"view/tails.jsonl": "{}"},
    ],
    ids=range(10),
)
def test_what_is_no_bundle_is_refused(tmp_path: Path, files: dict[str, Any]) -> None:
    with pytest.raises(BundleInvalid) as refused:
        open_bundle(pack(tmp_path / "b.tgz", files))
    assert refused.value.exit_code == ExitCode.BUNDLE_INVALID
    assert refused.value.where.endswith("b.tgz")


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    whole = pack(tmp_path / "b.tgz", VALID).read_bytes()
    for number, content in enumerate(
        (b"", b"text", whole[: len(whole) // 2], gzip.compress(b"no tar"), b"\x1f\x8b" + whole[9:])
    ):
        path = tmp_path / f"{number}"
        path.write_bytes(content)
        with pytest.raises(BundleInvalid):
            open_bundle(path)
    with pytest.raises(BundleInvalid):
        open_bundle(tmp_path / "missing")
    with pytest.raises(BundleInvalid):
        open_bundle(tmp_path)


def test_links_and_files_elsewhere_in_the_archive_are_not_read(tmp_path: Path) -> None:
    bundle = tmp_path / "b.tgz"
    with tarfile.open(bundle, "w:gz") as tar:
        entry = tarfile.TarInfo("support-bundle/manifest.json")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/hostname"
        tar.addfile(entry)
    with pytest.raises(BundleInvalid):
        open_bundle(bundle)
