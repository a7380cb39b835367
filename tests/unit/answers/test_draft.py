"""Drafts: incomplete answers, asked for their problems while they are typed."""

from pathlib import Path

import pytest

from wizard.answers.draft import Draft
from wizard.answers.problems import PresetInvalid

COMPLETE = {
    "schemaVersion": 1,
    "name": "x",
    "pki": {"kind": "none"},
    "harbor": {"url": "https://h.example.com"},
}


def test_an_empty_draft_misses_what_a_preset_needs() -> None:
    missing = {problem.path for problem in Draft().problems()}
    assert missing == {"schemaVersion", "name", "pki", "harbor"}


def test_a_change_makes_a_new_draft_and_leaves_the_old_one() -> None:
    old = Draft(COMPLETE)
    new = old.put(("harbor", "url"), "https://other.example.com")
    assert old.get("harbor.url") == "https://h.example.com"
    assert new.get("harbor.url") == "https://other.example.com"


def test_dropping_an_answer_restores_its_default() -> None:
    draft = Draft(COMPLETE).put(("target", "namespace"), "other").drop(("target", "namespace"))
    assert draft.to_preset().target.namespace == "harbor"


def test_only_the_problems_of_the_wanted_answers_are_told() -> None:
    draft = Draft(COMPLETE).put(("target", "namespace"), "No").put(("name",), "No")
    assert [p.path for p in draft.problems(["target"])] == ["target.namespace"]
    assert [p.path for p in draft.problems(["target.namespace"])] == ["target.namespace"]
    assert draft.problems(["storage"]) == []


def test_a_rule_is_asked_although_other_answers_are_still_missing() -> None:
    draft = Draft({"harbor": {"replicas": {"registry": 3}}})
    paths = [problem.path for problem in draft.problems(["storage"])]
    assert paths == ["storage.volumes.registry.accessMode"]


def test_a_rule_waits_while_an_answer_that_it_reads_is_wrong() -> None:
    draft = Draft(COMPLETE).put(("harbor", "replicas"), {"registry": 3})
    draft = draft.put(("storage",), {"blobs": {"kind": "s4"}})
    assert [problem.path for problem in draft.problems()] == ["storage.blobs.kind"]


def test_warnings_do_not_keep_a_preset_from_being_used() -> None:
    draft = Draft(COMPLETE).put(("harbor", "database"), {**_DATABASE, "sslMode": "disable"})
    assert [problem.severity for problem in draft.problems()] == ["warning"]
    assert draft.to_preset().harbor.database.kind == "external"


_DATABASE = {"kind": "external", "host": "db", "username": "u", "password": {"env": "P"}}


def test_an_invalid_draft_makes_no_preset() -> None:
    with pytest.raises(PresetInvalid) as caught:
        Draft().to_preset()
    assert len(caught.value.problems) == 4


def test_files_are_absolute_in_a_preset_and_home_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    draft = Draft(COMPLETE, folder=tmp_path)
    draft = draft.put(("network", "caBundle"), "~/ca.pem")
    draft = draft.put(("harbor", "adminPassword"), {"file": "a/b.txt"})
    preset = draft.to_preset()
    assert preset.network.ca_bundle == Path("/home/someone/ca.pem")
    assert preset.harbor.admin_password.model_dump() == {"file": tmp_path / "a/b.txt"}
