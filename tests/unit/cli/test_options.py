"""Every option of the main job, one by one."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.cli.conftest import DEMO, Run, nothing_changed, objects_of, runs_of, world_of
from wizard.answers.versions import HARBOR_VERSION
from wizard.errors import ExitCode
from wizard.run.records import read_record

OTHER_CLUSTER = "target.clusterUid=11111111-2222-3333-4444-555555555555"


def test_several_presets_merge_from_left_to_right(wizard: Run, folder: Path) -> None:
    (folder / "more.yaml").write_text("schemaVersion: 1\nname: merged\ntarget: {release: reg}\n")
    plan = wizard(*DEMO, "--preset", "more.yaml", "--plan", "--output", "json").document
    assert plan["preset"] == "merged"
    assert plan["target"]["release"] == "reg"
    assert "Deployment harbor/reg-harbor-core" in {
        change["object"] for step in plan["steps"] for change in step["changes"]
    }


def test_check_asks_and_stops(wizard: Run, state: Path) -> None:
    done = wizard(*DEMO, "--check")
    assert done.code is ExitCode.DONE
    assert "Checks: 32 ok" in done.stdout
    assert "Plan" not in done.stdout
    assert nothing_changed(state)
    assert runs_of(state) == []


def test_probes_run_alone_with_check(wizard: Run, state: Path) -> None:
    probed = wizard(*DEMO, "--check", "--probe")
    assert probed.code is ExitCode.DONE
    assert "the probes found nothing wrong" in probed.stdout
    assert runs_of(state) == []
    for kind in ("Job", "PersistentVolumeClaim", "Lease", "Secret"):
        assert objects_of(state, kind) == []
    assert [one["metadata"]["name"] for one in objects_of(state, "Deployment")] == ["coredns"]
    refused = wizard(*DEMO, "--probe")
    assert refused.code is ExitCode.USAGE
    assert "add --check" in refused.stderr


def test_plan_with_changes(wizard: Run, state: Path) -> None:
    done = wizard(*DEMO, "--plan")
    assert done.code is ExitCode.CHANGES
    assert "Deployment harbor/harbor-core" in done.stdout
    assert nothing_changed(state)
    assert runs_of(state) == []


@pytest.mark.usefixtures("installed")
def test_plan_without_changes(wizard: Run) -> None:
    done = wizard(*DEMO, "--plan")
    assert done.code is ExitCode.DONE
    assert "0 to create, 0 to update, 0 to replace, 0 to delete" in done.stdout


def test_a_second_run_finds_nothing_to_do(wizard: Run, installed: Path) -> None:
    before = json.loads(installed.read_text())["objects"]
    done = wizard(*DEMO)
    assert done.code is ExitCode.DONE
    assert "nothing to do; Harbor is ready" in done.stdout
    assert "│" not in done.stdout, "what a healthy Harbor wrote long ago is no news"
    assert json.loads(installed.read_text())["objects"] == before


def test_yes_accepts_warnings(wizard: Run, state: Path) -> None:
    unknown = (*DEMO, "--set", "harbor.values.nonsense=1")
    refused = wizard(*unknown)
    assert refused.code is ExitCode.NOT_ACCEPTED
    assert "--yes" in refused.stderr
    assert nothing_changed(state)
    assert wizard(*unknown, "--yes", "--check").code is ExitCode.DONE


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("permission", "answer", "object_"),
    [
        ("delete", "harbor.scanner.trivy.enabled=false", "StatefulSet harbor/harbor-trivy"),
        ("replace", "storage.volumes.database.size=20Gi", "StatefulSet harbor/harbor-database"),
    ],
)
def test_what_loses_something_has_to_be_allowed(
    wizard: Run, state: Path, permission: str, answer: str, object_: str
) -> None:
    before = objects_of(state, "StatefulSet")
    other = {"delete": "replace", "replace": "delete"}[permission]
    refused = wizard(*DEMO, "--yes", "--allow", other, "--set", answer)
    assert refused.code is ExitCode.NOT_ACCEPTED
    assert f"{permission}: {object_}" in refused.stderr
    assert f"--allow {permission}" in refused.stderr
    assert objects_of(state, "StatefulSet") == before
    assert wizard(*DEMO, "--allow", permission, "--set", answer).code is ExitCode.DONE
    assert objects_of(state, "StatefulSet") != before


def test_what_others_set_is_only_taken_when_allowed(wizard: Run) -> None:
    drift = (*DEMO, "--scenario", "drift")
    assert wizard(*drift).code is ExitCode.DONE
    refused = wizard(*drift, "--yes", "--allow", "delete", "--allow", "replace")
    assert refused.code is ExitCode.NOT_ACCEPTED
    assert "take-fields: Deployment harbor/harbor-portal" in refused.stderr
    assert "kubectl-set" in refused.stderr
    assert wizard(*drift, "--allow", "take-fields").code is ExitCode.DONE
    assert wizard(*drift, "--plan").code is ExitCode.DONE


def test_an_unknown_permission_is_refused(wizard: Run) -> None:
    refused = wizard(*DEMO, "--allow", "everything")
    assert refused.code is ExitCode.USAGE
    assert "take-fields" in refused.stderr


def test_only_the_expected_plan_is_carried_out(wizard: Run, state: Path) -> None:
    reviewed = wizard(*DEMO, "--plan", "--output", "json").document["hash"]
    refused = wizard(*DEMO, "--expect-plan", "0123456789ab")
    assert refused.code is ExitCode.NOT_ACCEPTED
    assert reviewed in refused.stderr
    assert nothing_changed(state)
    assert wizard(*DEMO, "--expect-plan", reviewed).code is ExitCode.DONE


def test_the_expected_plan_is_compared_without_a_run_too(wizard: Run, state: Path) -> None:
    reviewed = wizard(*DEMO, "--plan", "--output", "json").document["hash"]
    assert wizard(*DEMO, "--plan", "--expect-plan", reviewed).code is ExitCode.CHANGES
    other = wizard(*DEMO, "--plan", "--expect-plan", "0123456789ab")
    assert other.code is ExitCode.NOT_ACCEPTED
    assert nothing_changed(state)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--expect-plan", ""), "--expect-plan is empty"),
        (("--plan", "--expect-plan", ""), "--expect-plan is empty"),
        (("--check", "--plan"), "--check and --plan exclude each other"),
        (("--check", "--expect-plan", "0123456789ab"), "--check and --expect-plan exclude"),
    ],
)
def test_what_could_not_protect_is_refused(
    wizard: Run, state: Path, options: tuple[str, ...], told: str
) -> None:
    refused = wizard(*DEMO, *options)
    assert refused.code is ExitCode.USAGE
    assert told in refused.stderr
    assert nothing_changed(state)


def test_set_counts_before_the_file(wizard: Run) -> None:
    done = wizard(*DEMO, "--set", "target.release=reg", "--plan", "--output", "json")
    assert done.document["target"]["release"] == "reg"


@pytest.mark.parametrize(
    ("assignment", "told"),
    [
        ("harbor.expse.kind=ingress", "expose"),
        ("harbor.url", "PATH=VALUE"),
        ("harbor.adminPassword=hunter2-in-clear", "clear text"),
        ("harbor.expose.kind=ingres", "ingress"),
        ("harbor.replicas.core=many", "harbor.replicas.core"),
    ],
)
def test_what_cannot_be_set_is_refused(wizard: Run, assignment: str, told: str) -> None:
    refused = wizard(*DEMO, "--check", "--set", assignment)
    assert refused.code is ExitCode.USAGE
    assert "--set" in refused.stderr
    assert told in refused.stderr
    assert "hunter2" not in refused.stderr + refused.stdout


def test_resume_needs_an_unfinished_run(wizard: Run) -> None:
    refused = wizard("--demo", "--resume")
    assert refused.code is ExitCode.USAGE
    assert "no unfinished run" in refused.stderr


def test_resume_and_preset_exclude_each_other(wizard: Run) -> None:
    assert wizard(*DEMO, "--resume").code is ExitCode.USAGE


def test_resume_goes_on_with_the_answers_of_the_unfinished_run(
    wizard: Run, env: dict[str, str]
) -> None:
    stuck = ("--demo", "--scenario", "stuck")
    env["WIZARD_GATE_SECONDS"] = "0"
    late = wizard(*stuck, "--preset", "demo.yaml", "--set", "name=resumed")
    assert late.code is ExitCode.OUT_OF_TIME
    again = wizard(*stuck, "--resume", "--output", "json")
    assert again.code is ExitCode.OUT_OF_TIME
    assert again.document["preset"] == "resumed"


def test_a_later_preset_wins_and_its_differences_are_told(wizard: Run, env: dict[str, str]) -> None:
    stuck = (*DEMO, "--scenario", "stuck")
    env["WIZARD_GATE_SECONDS"] = "0"
    wizard(*stuck)
    again = wizard(*stuck, "--set", "name=other", "--yes")
    assert "ended with exit code 6; this one goes on" in again.stderr
    assert "-name: demo" in again.stderr
    assert "+name: other" in again.stderr


def unfinished_elsewhere(wizard: Run, env: dict[str, str], state: Path) -> None:
    """An unfinished run, as one of another cluster than the one that answers now."""
    env["WIZARD_GATE_SECONDS"] = "0"
    wizard(*DEMO, "--scenario", "stuck")
    [run] = runs_of(state)
    journal = run / "journal.jsonl"
    entries = [json.loads(line) for line in journal.read_text().splitlines()]
    for entry in entries:
        entry["target"]["clusterUid"] = "11111111-2222-3333-4444-555555555555"
    journal.write_text("".join(f"{json.dumps(entry)}\n" for entry in entries))


def test_resume_keeps_to_the_cluster_of_the_unfinished_run(
    wizard: Run, env: dict[str, str], state: Path
) -> None:
    unfinished_elsewhere(wizard, env, state)
    resume = ("--demo", "--scenario", "stuck", "--resume")
    refused = wizard(*resume)
    assert refused.code is ExitCode.CHECK_FAILED
    assert "The right cluster" in refused.stderr
    assert wizard(*resume, "--retarget").code is ExitCode.OUT_OF_TIME


def test_resume_keeps_the_versions_of_the_unfinished_run(
    wizard: Run, env: dict[str, str], state: Path
) -> None:
    env["WIZARD_GATE_SECONDS"] = "0"
    wizard(*DEMO, "--scenario", "stuck")
    assert f"harbor: {HARBOR_VERSION}" in (runs_of(state)[0] / "preset.yaml").read_text()


def test_a_run_that_still_goes_on_is_not_replaced(
    wizard: Run, env: dict[str, str], state: Path
) -> None:
    env["WIZARD_GATE_SECONDS"] = "0"
    wizard(*DEMO, "--scenario", "stuck")
    world = world_of(state)
    content = json.loads(world.read_text())
    version = {"resourceVersion": "1"}
    lease = {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": "harbor-wizard-harbor", "namespace": "harbor", "uid": "1", **version},
        "spec": {
            "holderIdentity": "somebody",
            "leaseDurationSeconds": 3600,
            "renewTime": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        },
    }
    content["objects"] += [lease]
    world.write_text(json.dumps(content))
    changed = (*DEMO, "--scenario", "stuck", "--set", "harbor.scanner.trivy.enabled=false")
    kept_out = wizard(*changed, "--yes", "--allow", "delete")
    assert kept_out.code is ExitCode.LOCK_HELD
    assert "goes on from" not in kept_out.stderr
    record = read_record(runs_of(state)[0])
    assert record
    assert record.unfinished


def test_a_refused_run_leaves_nothing_to_resume(wizard: Run) -> None:
    assert wizard(*DEMO, "--expect-plan", "0123456789ab").code is ExitCode.NOT_ACCEPTED
    assert "no unfinished run" in wizard("--demo", "--resume").stderr
    assert "goes on" not in wizard(*DEMO, "--expect-plan", "0123456789ab").stderr


def test_a_refused_run_does_not_replace_an_unfinished_one(wizard: Run, env: dict[str, str]) -> None:
    stuck = (*DEMO, "--scenario", "stuck")
    env["WIZARD_GATE_SECONDS"] = "0"
    wizard(*stuck, "--set", "name=unfinished")
    wizard(*stuck, "--expect-plan", "0123456789ab")
    resumed = wizard("--demo", "--scenario", "stuck", "--resume", "--output", "json")
    assert resumed.document["preset"] == "unfinished"


def test_a_preset_of_another_cluster_needs_retarget(wizard: Run, state: Path) -> None:
    refused = wizard(*DEMO, "--yes", "--set", OTHER_CLUSTER)
    assert refused.code is ExitCode.CHECK_FAILED
    assert "The right cluster" in refused.stderr
    assert nothing_changed(state)
    assert wizard(*DEMO, "--set", OTHER_CLUSTER, "--retarget", "--check").code is ExitCode.DONE


def test_namespace_comes_before_the_preset(wizard: Run) -> None:
    plan = wizard(*DEMO, "--namespace", "elsewhere", "--plan", "--output", "json").document
    assert plan["target"]["namespace"] == "elsewhere"


def test_log_dir_takes_the_journal(wizard: Run, state: Path, folder: Path) -> None:
    assert wizard(*DEMO, "--log-dir", "logs").code is ExitCode.DONE
    assert [path.name for path in (folder / "logs").iterdir()] == ["runs"]
    assert runs_of(state) == []


def test_kubeconfig_and_context_choose_the_cluster(wizard: Run, folder: Path) -> None:
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:1"}}],
        "users": [{"name": "u", "user": {}}],
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
    }
    (folder / "config").write_text(json.dumps(config))
    real = ("--preset", "demo.yaml", "--check", "--kubeconfig", "config")
    unknown = wizard(*real, "--context", "there")
    assert unknown.code is ExitCode.USAGE
    assert "here" in unknown.stderr
    silent = wizard(*real, "--context", "here", "--output", "json")
    assert silent.code is ExitCode.CHECK_FAILED
    assert silent.document["target"]["context"] == ""
    assert "127.0.0.1:1" in silent.stdout


def test_an_unknown_scenario_names_the_near_one(wizard: Run) -> None:
    refused = wizard(*DEMO, "--check", "--scenario", "image-pul")
    assert refused.code is ExitCode.USAGE
    assert "did you mean 'image-pull'?" in refused.stderr


def test_a_scenario_without_demo_is_no_real_run(wizard: Run) -> None:
    for arguments in ((), ("verify",), ("rbac",)):
        refused = wizard(*arguments, "--preset", "demo.yaml", "--scenario", "slow")
        assert refused.code is ExitCode.USAGE
        assert "--scenario goes with --demo" in refused.stderr


@pytest.mark.parametrize(
    ("scenario", "code"),
    [
        ("slow", ExitCode.DONE),
        ("flaky-api", ExitCode.DONE),
        ("pending-upgrade", ExitCode.DONE),
        ("no-rights", ExitCode.DONE),
        ("no-storage-class", ExitCode.CHECK_FAILED),
    ],
)
def test_every_scenario_plays(wizard: Run, scenario: str, code: ExitCode) -> None:
    assert wizard(*DEMO, "--yes", "--scenario", scenario).code is code


def test_options_stand_before_or_behind_a_subcommand(wizard: Run) -> None:
    before = wizard("--output", "json", "--demo", "--preset", "demo.yaml", "rbac")
    behind = wizard("rbac", "--preset", "demo.yaml", "--demo", "--output", "json")
    assert before.code is behind.code is ExitCode.DONE
    assert before.document == behind.document
    nested = wizard("--output", "json", "preset", "validate", "demo.yaml")
    assert nested.document["preset"] == "demo"


def test_an_option_behind_a_subcommand_wins(wizard: Run) -> None:
    done = wizard("--output", "json", "preset", "validate", "demo.yaml", "--output", "text")
    assert done.stdout == "The preset demo is valid.\n"


def test_an_option_that_a_subcommand_lacks_is_refused(wizard: Run) -> None:
    refused = wizard("--check", "--preset", "demo.yaml", "verify", "--demo")
    assert refused.code is ExitCode.USAGE
    assert "wizard verify does not take --check" in refused.stderr


def test_without_answers_it_says_how_to_give_them(wizard: Run) -> None:
    for arguments in ((), ("verify",), ("rbac",)):
        refused = wizard(*arguments)
        assert refused.code is ExitCode.USAGE
        assert "--preset FILE" in refused.stderr
