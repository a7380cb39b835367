"""Files that hold a secret: for their owner alone, new, and outside every git work tree."""

import os
import stat
from pathlib import Path

import pytest

from wizard.answers.draft import Draft
from wizard.answers.secret_files import overwrite_secret, replace_secret, write_secret
from wizard.answers.secret_values import missing_secrets, resolve
from wizard.errors import SecretMissing, UsageError

VALUE = "Geheim-1234567"


class Nobody:
    """A person who is not there."""

    present = False

    def secret(self, path: str, label: str) -> str:
        raise SecretMissing(f"No value for the secret {path}", why="nobody is here", where=path)


def preset(reference: object) -> Draft:
    return Draft(
        {
            "schemaVersion": 1,
            "name": "demo",
            "pki": {"kind": "none"},
            "harbor": {"url": "https://harbor.example.com", "adminPassword": reference},
        }
    )


@pytest.mark.parametrize("value", [VALUE, f"{VALUE}\n"])
def test_a_secret_is_read_back_as_it_was_written(value: str, tmp_path: Path) -> None:
    file = write_secret(tmp_path / "new" / "deeper" / "admin", value)
    answers = preset({"file": str(file)}).to_preset()
    assert resolve(answers, {}, Nobody())["harbor.adminPassword"] == value


def test_only_its_owner_can_reach_it(tmp_path: Path) -> None:
    file = write_secret(tmp_path / "new" / "deeper" / "admin", VALUE)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.parent.parent.stat().st_mode) == 0o700


def test_a_file_that_exists_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "admin").write_text("other")
    with pytest.raises(UsageError) as caught:
        write_secret(tmp_path / "admin", VALUE)
    assert "the file exists" in caught.value.why
    assert (tmp_path / "admin").read_text() == "other"


@pytest.mark.parametrize("marker", ["folder", "file"])
def test_a_git_work_tree_is_refused(marker: str, tmp_path: Path) -> None:
    git = tmp_path / "repository" / ".git"
    git.parent.mkdir()
    git.mkdir() if marker == "folder" else git.write_text("gitdir: elsewhere")
    link = tmp_path / "link"
    link.symlink_to(git.parent)
    for place in (git.parent / "admin", git.parent / "a" / "b" / "admin", link / "admin"):
        with pytest.raises(UsageError) as caught:
            write_secret(place, VALUE)
        assert "git work tree" in caught.value.why
    assert [path.name for path in git.parent.iterdir()] == [".git"]


def test_a_folder_that_others_may_write_to_is_refused(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    with pytest.raises(UsageError, match="not written") as caught:
        write_secret(shared / "admin", VALUE)
    assert "others on this machine may write" in caught.value.why


def test_nothing_is_left_where_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError) as caught:
        write_secret(tmp_path / "admin", VALUE)
    assert caught.value.why == "no space left on device"
    assert list(tmp_path.iterdir()) == []


def test_what_room_was_kept_for_is_written_over_it(tmp_path: Path) -> None:
    file = write_secret(tmp_path / "keys", VALUE.ljust(100))
    size = file.stat().st_size
    overwrite_secret(file, "another")
    assert (file.read_text().strip(), file.stat().st_size) == ("another", size)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(UsageError, match="not written"):
        overwrite_secret(tmp_path / "none", VALUE)


def test_a_secret_is_replaced_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_secret(tmp_path / "keys", VALUE)
    (tmp_path / ".keys.new").write_text("of a run that was killed")
    replace_secret(file, "another")
    assert file.read_text() == "another\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    def full(descriptor: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="not written"):
        replace_secret(file, VALUE)
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("keys", "another\n")]


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ({"env": "NOT_SET"}, "the environment variable NOT_SET is not set"),
        ({"file": "not-there"}, "no such file or directory"),
        ({"prompt": True}, "nobody is here"),
    ],
)
def test_what_is_missing_is_told_with_its_reason(reference: object, why: str) -> None:
    ((secret, error),) = missing_secrets(preset(reference).to_preset(), {}, Nobody())
    assert secret.path == "harbor.adminPassword"
    assert why in error.why
    known = {secret.variable: VALUE}
    assert missing_secrets(preset(reference).to_preset(), known, Nobody()) == []
