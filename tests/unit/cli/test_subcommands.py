"""verify, troubleshoot, rbac, preset, and what is not part of this version yet."""

import json
from pathlib import Path

import pytest
import yaml

from tests.unit.cli.conftest import DEMO, Run, found
from tests.unit.schemas import validator
from wizard.errors import ExitCode


@pytest.mark.usefixtures("installed")
def test_verify_tests_the_running_registry(wizard: Run) -> None:
    done = wizard("verify", *DEMO)
    assert done.code is ExitCode.DONE
    assert "admin can log in" in done.stdout
    assert "Checks: 3 ok" in done.stdout


def test_verify_finds_a_registry_that_is_not_there(wizard: Run) -> None:
    done = wizard("verify", *DEMO, "--output", "json")
    assert done.code is ExitCode.FINDINGS
    validator("checks.json").validate(done.document)
    assert done.document["summary"]["fail"] > 0


def test_verify_finds_an_unhealthy_component(wizard: Run, installed: Path) -> None:
    world = json.loads(installed.read_text())
    for obj in world["objects"]:
        if obj["kind"] == "Deployment" and obj["metadata"]["name"] == "harbor-jobservice":
            obj["spec"]["replicas"] = 0
            obj["status"]["readyReplicas"] = obj["status"]["availableReplicas"] = 0
    installed.write_text(json.dumps(world))
    done = wizard("verify", *DEMO)
    assert done.code is ExitCode.FINDINGS
    assert "jobservice" in done.stdout


@pytest.mark.usefixtures("installed")
def test_troubleshoot_of_a_healthy_harbor(wizard: Run) -> None:
    done = wizard("troubleshoot", "--demo", "--once", "--output", "json")
    assert done.code is ExitCode.DONE
    validator("troubleshoot.json").validate(done.document)
    states = {one["id"]: one["state"] for one in done.document["components"]}
    assert states["core"] == "ok"
    assert done.document["findings"] == []


def test_troubleshoot_names_cause_and_fix(wizard: Run) -> None:
    failing = ("--demo", "--scenario", "image-pull")
    assert wizard(*failing, "--preset", "demo.yaml").code is ExitCode.STEP_FAILED
    look = ("troubleshoot", *failing, "--once")
    text = found(wizard, *look, "--namespace", "harbor")
    assert "HW-022" in text.stdout
    assert "fix:" in text.stdout
    document = wizard(*look, "--preset", "demo.yaml", "--output", "json").document
    validator("troubleshoot.json").validate(document)
    assert {one["id"] for one in document["findings"]} >= {"HW-022"}


def test_troubleshoot_looks_at_the_named_release(wizard: Run) -> None:
    for given in ((), ("--preset", "demo.yaml")):
        look = ("troubleshoot", "--demo", "--once", "--output", "json", "--release", "reg", *given)
        assert wizard(*look).document["target"]["release"] == "reg"


@pytest.mark.parametrize("given", [("--namespace", "UPPER"), ("--release", "a" * 60)])
def test_troubleshoot_refuses_a_target_that_cannot_be(wizard: Run, given: tuple[str, str]) -> None:
    refused = wizard("troubleshoot", "--demo", "--once", *given)
    assert refused.code is ExitCode.USAGE
    assert f"target.{given[0].removeprefix('--')}" in refused.stderr


def test_an_empty_namespace_is_not_the_default_one(wizard: Run) -> None:
    for command in (("troubleshoot", "--demo", "--once"), (*DEMO, "--plan")):
        refused = wizard(*command, "--namespace", "")
        assert refused.code is ExitCode.USAGE
        assert "target.namespace" in refused.stderr


DEAD = {
    "apiVersion": "v1",
    "kind": "Config",
    "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:1"}}],
    "users": [{"name": "u", "user": {}}],
    "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
    "current-context": "here",
}


@pytest.mark.parametrize(
    "command", [("verify", "--preset", "demo.yaml"), ("troubleshoot", "--once")]
)
def test_where_nobody_answers_nothing_is_looked_at(
    wizard: Run, folder: Path, command: tuple[str, ...]
) -> None:
    (folder / "config").write_text(json.dumps(DEAD))
    failed = wizard(*command, "--kubeconfig", "config")
    assert failed.code is ExitCode.CHECK_FAILED
    assert "127.0.0.1:1" in failed.stderr


@pytest.mark.usefixtures("installed")
def test_verify_needs_no_secret(wizard: Run) -> None:
    prompted = ("--set", "harbor.adminPassword={prompt: true}")
    assert wizard("verify", *DEMO, *prompted).code is ExitCode.DONE


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("command", [("verify",), ("troubleshoot", "--once")])
def test_another_cluster_is_not_looked_at(wizard: Run, command: tuple[str, ...]) -> None:
    bound = "target.clusterUid=11111111-2222-3333-4444-555555555555"
    refused = wizard(*command, *DEMO, "--set", bound)
    assert refused.code is ExitCode.CHECK_FAILED
    assert "saved for 11111111" in refused.stderr
    way_out = "--set target.clusterUid=null"
    assert way_out in refused.stderr
    assert wizard(*command, *DEMO, "--set", bound, *way_out.split()).code is ExitCode.DONE


def test_troubleshoot_refuses_answers_without_a_preset(wizard: Run) -> None:
    refused = wizard("troubleshoot", "--demo", "--once", "--set", "name=x")
    assert refused.code is ExitCode.USAGE
    assert "add --preset" in refused.stderr


def test_the_live_view_wants_a_terminal(wizard: Run, folder: Path) -> None:
    refused = wizard("troubleshoot", "--demo")
    assert refused.code is ExitCode.USAGE
    assert "Nothing can be watched here" in refused.stderr
    assert "--once" in refused.stderr


def test_rbac_prints_what_kubectl_applies(wizard: Run) -> None:
    done = wizard("rbac", *DEMO, "--namespace", "registry")
    assert done.code is ExitCode.DONE
    objects = [obj for obj in yaml.safe_load_all(done.stdout) if obj]
    assert [obj["kind"] for obj in objects[:2]] == ["Namespace", "ServiceAccount"]
    assert all({"apiVersion", "kind", "metadata"} <= obj.keys() for obj in objects)
    roles = {obj["metadata"]["name"]: obj for obj in objects if obj["kind"].endswith("Role")}
    for binding in (obj for obj in objects if obj["kind"].endswith("Binding")):
        assert binding["roleRef"]["name"] in roles
        assert binding["subjects"] == [
            {"kind": "ServiceAccount", "name": "harbor-wizard", "namespace": "registry"}
        ]
    rules = [rule for role in roles.values() for rule in role["rules"]]
    assert not any("*" in part for rule in rules for part in rule.values())
    as_json = wizard("rbac", *DEMO, "--namespace", "registry", "--output", "json").document
    assert (as_json["apiVersion"], as_json["kind"]) == ("v1", "List")
    assert as_json["items"] == objects


def test_rbac_needs_no_secret(wizard: Run) -> None:
    prompted = ("--set", "harbor.adminPassword={prompt: true}")
    assert wizard("rbac", *DEMO, *prompted).code is ExitCode.DONE


def test_validate_takes_several_files_and_sets(wizard: Run, folder: Path) -> None:
    (folder / "name.yaml").write_text("schemaVersion: 1\nname: merged\n")
    done = wizard("preset", "validate", "demo.yaml", "name.yaml")
    valid = "The preset merged, made of 2 files, is valid.\n"
    assert (done.code, done.stdout) == (ExitCode.DONE, valid)
    named = wizard("preset", "validate", "demo.yaml", "--set", "name=other", "--output", "json")
    assert named.document == {"version": 1, "preset": "other", "warnings": []}


def test_validate_names_every_problem_with_its_place(wizard: Run, folder: Path) -> None:
    text = (folder / "demo.yaml").read_text()
    (folder / "bad.yaml").write_text(text.replace("profile: lab", "profile: labb\n  urll: x"))
    refused = wizard("preset", "validate", "bad.yaml", "--output", "json")
    assert refused.code is ExitCode.USAGE
    validator("error.json").validate(refused.document)
    problems = refused.document["error"]["problems"]
    lines = (folder / "bad.yaml").read_text().splitlines()
    found = {one["path"]: (one["line"], one["column"]) for one in problems}
    assert found.keys() == {"harbor.profile", "harbor.urll"}
    line, column = found["harbor.urll"]
    assert lines[line - 1][column - 1 :].startswith("urll")
    assert all(one["file"] == "bad.yaml" for one in problems)
    assert f"bad.yaml:{line}:{column}" in refused.stderr


def test_validate_looks_at_all_files(wizard: Run) -> None:
    refused = wizard("preset", "validate", "one.yaml", "two.yaml")
    assert refused.code is ExitCode.USAGE
    assert "one.yaml" in refused.stderr
    assert "two.yaml" in refused.stderr


def test_show_prints_a_preset_that_loads_again(wizard: Run, folder: Path) -> None:
    shown = wizard("preset", "show", "demo.yaml", "--set", "name=shown")
    (folder / "shown.yaml").write_text(shown.stdout)
    again = wizard("preset", "show", "shown.yaml", "--output", "json")
    assert again.document["name"] == "shown"
    assert wizard("preset", "show", "shown.yaml").stdout == shown.stdout


def test_schema_is_the_published_one(wizard: Run) -> None:
    shown = wizard("preset", "schema").stdout
    published = Path(__file__).parents[3] / "presets" / "preset.schema.json"
    assert json.loads(shown) == json.loads(published.read_text())
    assert wizard("preset", "schema", "--output", "json").document == json.loads(shown)


def test_migrate_leaves_the_newest_format_alone(wizard: Run, folder: Path) -> None:
    before = (folder / "demo.yaml").read_bytes()
    done = wizard("preset", "migrate", "demo.yaml")
    assert (done.code, done.stdout) == (ExitCode.DONE, "demo.yaml has the newest format.\n")
    assert (folder / "demo.yaml").read_bytes() == before
    assert not (folder / "demo.yaml.bak").exists()


def test_migrate_keeps_the_old_file(
    wizard: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no older format yet: a version 0 that only lacks its number stands for one."""
    from wizard.answers import loading

    before = (folder / "demo.yaml").read_text().replace("schemaVersion: 1", "schemaVersion: 0")
    (folder / "demo.yaml").write_text(before)
    monkeypatch.setattr(loading, "version_problem", lambda data: None)
    monkeypatch.setattr(loading, "migrate", lambda data: {**data, "schemaVersion": 1})
    done = wizard("preset", "migrate", "demo.yaml", "--output", "json")
    assert (done.code, done.document) == (ExitCode.DONE, {"version": 1, "changed": True})
    assert "Comments" in done.stderr
    assert (folder / "demo.yaml.bak").read_text() == before
    assert wizard("preset", "validate", "demo.yaml").code is ExitCode.DONE


def test_explain_prints_the_page_of_a_finding(wizard: Run) -> None:
    done = wizard("explain", "hw-022")
    assert done.code is ExitCode.DONE
    assert done.stdout.startswith("HW-022 Image pull: the registry's certificate is not trusted\n")
    for head in ("What it means", "Why", "How to check by hand", "What to do"):
        assert f"\n{head}\n  " in done.stdout
    assert "looks at: Pod, Event" in done.stdout
    assert max(map(len, done.stdout.splitlines())) < 150


def test_explain_knows_the_ids_that_were_merged(wizard: Run) -> None:
    done = wizard("explain", "HW-110", "--output", "json")
    validator("explain.json").validate(done.document)
    [page] = done.document["findings"]
    assert (page["id"], page["also"]) == ("HW-008", ["HW-110", "HW-111"])


def test_explain_without_an_id_lists_all(wizard: Run) -> None:
    done = wizard("explain", "--output", "json")
    validator("explain.json").validate(done.document)
    ids = [one["id"] for one in done.document["findings"]]
    listed = [line[:6] for line in wizard("explain").stdout.splitlines()]
    assert ids == listed
    assert {"HW-001", "HW-008", "HW-201"} <= set(ids)


def test_explain_of_what_does_not_exist(wizard: Run) -> None:
    done = wizard("explain", "HW-999")
    assert done.code is ExitCode.USAGE
    assert "wizard explain lists all" in done.stderr
