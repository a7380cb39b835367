"""support-bundle and troubleshoot --bundle, as they are typed."""

import json
import stat
from pathlib import Path

import pytest

from tests.unit.cli.conftest import DEMO, Run, found, runs_of
from tests.unit.cli.terminal import Terminal
from tests.unit.diagnose.bundles import files_of
from tests.unit.schemas import validator
from wizard.errors import ExitCode

BUNDLE = ("support-bundle", "--demo", "-o", "b.tgz")
OPEN = ("troubleshoot", "--once", "--bundle", "b.tgz")


@pytest.mark.usefixtures("installed")
def test_a_bundle_is_written_and_opened_again(wizard: Run, folder: Path) -> None:
    done = wizard(*BUNDLE)
    assert done.code is ExitCode.DONE
    assert "Support bundle b.tgz" in done.stdout
    assert stat.S_IMODE((folder / "b.tgz").stat().st_mode) == 0o600
    opened = wizard(*OPEN)
    assert opened.code is ExitCode.DONE
    assert "Nothing wrong was found." in opened.stdout


@pytest.mark.usefixtures("installed")
def test_it_holds_what_it_says(wizard: Run, folder: Path, state: Path) -> None:
    done = wizard(*BUNDLE, "--output", "json").document
    validator("support-bundle.json").validate(done)
    files = files_of(folder / "b.tgz")
    assert done["written"] == (folder / "b.tgz").stat().st_size
    assert [one["name"] for one in done["files"]] == list(files) == sorted(files)
    assert [one["size"] for one in done["files"]] == [len(t.encode()) for t in files.values()]
    manifest = json.loads(files["manifest.json"])
    validator("bundle-manifest.json").validate(manifest)
    assert [one["name"] for one in manifest["files"]] == sorted(files.keys() - {"manifest.json"})
    assert manifest["versions"]["kubernetes"].startswith("v1.")
    hidden = {one["token"] for one in done["hidden"]}
    assert {one["token"] for one in json.loads(files["hidden.json"])["hidden"]} == hidden
    (run,) = runs_of(state)
    assert {f"runs/{run.name}/{name}" for name in ("journal.jsonl", "log.txt", "preset.yaml")} < {
        *files
    }
    assert json.loads(files["helm/release.json"])["status"] == "deployed"
    assert any(name.endswith("/core.log") for name in files)


def test_a_bundle_of_a_failure_gives_its_findings(wizard: Run, folder: Path) -> None:
    failing = ("--demo", "--scenario", "image-pull")
    assert wizard(*failing, "--preset", "demo.yaml").code is ExitCode.STEP_FAILED
    found(wizard, "troubleshoot", *failing, "--once")
    assert wizard("support-bundle", *failing, "-o", "b.tgz").code is ExitCode.DONE
    at_that_moment = json.loads(files_of(folder / "b.tgz")["findings.json"])
    opened = wizard(*OPEN, "--output", "json")
    validator("troubleshoot.json").validate(opened.document)
    assert opened.document == at_that_moment
    assert "HW-022" in {one["id"] for one in opened.document["findings"]}
    assert "harbor-portal" in wizard(*OPEN).stdout


def test_without_rights_it_holds_what_may_be_seen_and_says_the_rest(
    wizard: Run, folder: Path
) -> None:
    done = wizard(*BUNDLE, "--scenario", "no-rights", "--output", "json")
    assert done.code is ExitCode.DONE
    missing = {one["what"]: one["reason"] for one in done.document["missing"]}
    assert missing["Node (v1)"] == "You may not list nodes"
    assert not [what for what in missing if "cert-manager" in what], "there is none to be missing"
    manifest = json.loads(files_of(folder / "b.tgz")["manifest.json"])
    assert manifest["missing"] == done.document["missing"]
    assert (
        "not in it: Node (v1)"
        in wizard("support-bundle", "--demo", "--scenario", "no-rights", "--preview").stdout
    )


@pytest.mark.usefixtures("installed")
def test_a_preview_writes_nothing(wizard: Run, folder: Path) -> None:
    before = sorted(folder.iterdir())
    for file in ((), ("-o", "b.tgz")):
        done = wizard("support-bundle", "--demo", "--preview", *file)
        assert done.code is ExitCode.DONE
        assert "objects/Secret.json" in done.stdout
        assert "Hidden in it:" in done.stdout
    document = wizard("support-bundle", "--demo", "--preview", "--output", "json").document
    validator("support-bundle.json").validate(document)
    assert (document["file"], document["written"]) == (None, 0)
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("support-bundle", "--demo"),
        ("support-bundle", "--demo", "-o", "demo.yaml"),
        ("support-bundle", "--demo", "-o", "no/b.tgz"),
        ("support-bundle", "--demo", "-o", "b.tgz", "--set", "name=x"),
        (*OPEN, "--preset", "demo.yaml"),
        (*OPEN, "--namespace", "other"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    wizard: Run, folder: Path, arguments: tuple[str, ...]
) -> None:
    before = (folder / "demo.yaml").read_text()
    refused = wizard(*arguments)
    assert refused.code is ExitCode.USAGE
    assert "fix:" in refused.stderr
    assert [one.name for one in folder.iterdir()] == ["demo.yaml"]
    assert (folder / "demo.yaml").read_text() == before


def test_what_is_no_bundle_is_refused(wizard: Run, folder: Path) -> None:
    (folder / "b.tgz").write_text("text")
    refused = wizard(*OPEN, "--output", "json")
    assert refused.code is ExitCode.BUNDLE_INVALID
    assert "b.tgz" in refused.stderr
    assert refused.document["error"]["exit"] == 7


@pytest.mark.parametrize(("answer", "written"), [("\n", True), ("n\n", False), ("\x04", False)])
@pytest.mark.usefixtures("installed")
def test_on_a_terminal_it_is_shown_before_it_is_written(
    folder: Path, env: dict[str, str], answer: str, written: bool
) -> None:
    with Terminal(*BUNDLE, env=env) as terminal:
        terminal.wait_for("Write it to b.tgz? [Y/n]")
        assert "objects/Secret.json" in terminal.shown
        assert not (folder / "b.tgz").exists()
        terminal.type(answer)
        assert terminal.end() == ExitCode.DONE
    assert (folder / "b.tgz").exists() is written
    assert ("Nothing was written" in terminal.shown) is not written


@pytest.mark.usefixtures("installed")
def test_a_preset_names_the_release_and_nothing_in_the_cluster_changes(
    wizard: Run, state: Path
) -> None:
    before = json.loads((state / "harbor-wizard" / "demo" / "world.json").read_text())
    assert wizard(*BUNDLE, *DEMO[1:]).code is ExitCode.DONE
    after = json.loads((state / "harbor-wizard" / "demo" / "world.json").read_text())
    assert after["objects"] == before["objects"]
