"""Saving: what is written loads to equal answers, and no failure loses a file."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from tests.unit.answers.conftest import MINIMAL
from tests.unit.answers.generated_presets import presets
from wizard.answers.draft import Draft
from wizard.answers.loading import load, read
from wizard.answers.preset import Preset
from wizard.answers.saving import PINNED, dump, save
from wizard.answers.yamltree import parse
from wizard.errors import ExitCode, UsageError


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(presets())
def test_every_preset_loads_again_to_equal_answers(raw: dict[str, Any]) -> None:
    folder = Path("/presets")
    draft = Draft(raw, folder=folder)
    text = dump(draft, folder)
    tree = parse(text, "p.yaml")
    assert tree.problems == []
    again = Draft(tree.value, folder=folder)
    assert Preset.model_validate(again.absolute().data) == Preset.model_validate(
        draft.absolute().data
    )
    assert again.data == raw
    assert dump(again, folder) == text


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(presets())
def test_a_preset_as_plain_data_is_the_same_preset_again(raw: dict[str, Any]) -> None:
    preset = Preset.model_validate(raw)
    assert Preset.model_validate(preset.model_dump(mode="json", by_alias=True)) == preset


def test_words_that_other_yaml_readers_take_for_values_are_quoted() -> None:
    values = {"a": "no", "b": "1e3", "c": "22:22", "d": "0o17", "e": "2026-01-01", "no": "x"}
    draft = Draft({"harbor": {"values": values}})
    assert yaml.safe_load(dump(draft, Path("/")))["harbor"]["values"] == values


def test_keys_stand_in_the_order_of_the_model() -> None:
    raw = {"harbor": {"profile": "lab", "url": "u"}, "name": "x", "schemaVersion": 1}
    assert dump(Draft(raw), Path("/")) == (
        "schemaVersion: 1\nname: x\nharbor:\n  url: u\n  profile: lab\n"
    )


def test_a_secret_in_clear_reaches_no_file() -> None:
    raw = {"harbor": {"adminPassword": "hunter2", "database": {"kind": "internal", "password": {}}}}
    assert dump(Draft(raw), Path("/")) == "harbor:\n  database:\n    kind: internal\n"


def test_saving_pins_the_version_and_keeps_the_old_file(write: Callable[..., Path]) -> None:
    path = write(MINIMAL)
    save(read([path], ["harbor.profile=lab"]), path)
    assert path.with_name("p.yaml.bak").read_text() == MINIMAL
    assert load([path]).harbor.profile == "lab"
    assert "versions:\n  harbor: 2.15.2\n" in path.read_text()


@pytest.mark.parametrize("kind", ["openbao", "vault"])
def test_saving_pins_the_server_that_is_installed(write: Callable[..., Path], kind: str) -> None:
    server = "{kind: deploy, unseal: {kind: shamir}}"
    authority = f"authority: {{kind: {kind}, server: {server}}}"
    path = write(MINIMAL.replace("{kind: self-signed}", f"{{kind: self-signed, {authority}}}"))
    save(read([path]), path)
    versions = load([path]).versions
    pinned = {"openbao": versions.openbao, "vault": versions.vault}
    assert pinned == {"openbao": None, "vault": None} | {kind: PINNED[kind]}


@pytest.mark.parametrize(
    ("driver", "name"),
    [("", "csiDriverNfs"), ("driver: subdir,", "nfsSubdirProvisioner")],
)
def test_saving_pins_the_driver_of_volumes_on_nfs(
    write: Callable[..., Path], driver: str, name: str
) -> None:
    nfs = f"{{kind: nfs, {driver} server: 10.0.0.5, path: /e}}"
    path = write(f"{MINIMAL}storage: {{provisioner: {nfs}}}\n")
    save(read([path]), path)
    versions = load([path]).versions.model_dump(by_alias=True, exclude_none=True)
    assert versions == {"harbor": PINNED["harbor"], name: PINNED[name]}


def test_a_pinned_version_is_kept(write: Callable[..., Path]) -> None:
    path = write(MINIMAL + "versions: {harbor: 2.15.0}\n")
    save(read([path]), path)
    assert load([path]).versions.harbor == "2.15.0"


def test_paths_stay_as_written_in_the_same_folder_and_are_absolute_elsewhere(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    path = write(MINIMAL + "network: {caBundle: ca.pem}\n")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    save(read([path]), tmp_path / "same.yaml")
    save(read([path]), elsewhere / "other.yaml")
    assert "caBundle: ca.pem" in (tmp_path / "same.yaml").read_text()
    assert load([elsewhere / "other.yaml"]) == load([path])


def test_the_mode_of_the_file_and_a_link_to_it_stay(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    path, link = write(MINIMAL), tmp_path / "link.yaml"
    path.chmod(0o600)
    link.symlink_to(path)
    save(read([link], ["name=other"]), link)
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o600
    assert load([path]).name == "other"


@pytest.mark.parametrize("failing", ["write", "fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_whole_and_says_so(
    failing: str, write: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(MINIMAL)
    draft = read([path], ["name=other"])

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if failing == "write":
        monkeypatch.setattr(os, "fdopen", full)
    elif failing == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    else:
        monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UsageError) as caught:
        save(draft, path)
    assert caught.value.why == "no space left on device"
    assert caught.value.exit_code is ExitCode.USAGE
    monkeypatch.undo()
    assert path.read_text() == MINIMAL
    assert [file.name for file in tmp_path.iterdir()] == ["p.yaml"]


def test_a_folder_that_does_not_exist_is_an_error_for_people(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        save(Draft({"name": "x"}), tmp_path / "none" / "p.yaml")
    assert caught.value.why == "no such file or directory"
