"""What the checks say of an NFS server, and of databases on it."""

from typing import Any

import pytest

from backends.simulated.nfs import SimulatedNfs
from tests.unit.checks.conftest import NAMESPACE, Given, claim, preset_of, storage_class
from wizard.answers.preset import Preset
from wizard.answers.storage import NfsProvisioner
from wizard.charts.nfs_subdir import provisioner_name
from wizard.checks.suite import CHECKS
from wizard.errors import Unreachable

DATABASE = "database-data-harbor-database-0"


def on_nfs(**other: Any) -> Preset:
    nfs = {"kind": "nfs", "server": "nfs.corp", "path": "/exports/harbor", **other}
    return preset_of(storage={"provisioner": nfs})


def nfs_of(preset: Preset) -> NfsProvisioner:
    nfs = preset.storage.provisioner
    assert isinstance(nfs, NfsProvisioner)
    return nfs


async def test_a_server_that_answers(given: Given) -> None:
    outcome = await given.ask("nfs.server", on_nfs())
    assert outcome.state == "ok"
    assert "NFS 4" in outcome.fact


async def test_a_server_that_this_machine_cannot_reach_is_no_failure(given: Given) -> None:
    given.nfs = SimulatedNfs(Unreachable("No NFS server answers", why="refused", fix="look"))
    outcome = await given.ask("nfs.server", on_nfs())
    assert outcome.state == "warn"
    assert "nodes mount" in outcome.why


async def test_another_version_than_nodes_are_to_use_fails(given: Given) -> None:
    given.nfs = SimulatedNfs(speaks=(3, 3))
    outcome = await given.ask("nfs.server", on_nfs())
    assert outcome.state == "fail"
    assert "nfsvers=3" in outcome.fix
    good = await given.ask("nfs.server", on_nfs(mountOptions=["vers=3", "hard"]))
    assert good.state == "ok"


@pytest.mark.parametrize(
    ("class_name", "state"),
    [("harbor-nfs", "warn"), ("theirs", "warn"), ("legacy", "warn"), ("fast", "ok")],
)
async def test_databases_on_nfs_are_warned_of_whoever_made_the_class(
    given: Given, class_name: str, state: str
) -> None:
    legacy = storage_class("legacy", provisioner_name(nfs_of(on_nfs(server="other.corp"))))
    given(NAMESPACE, storage_class("theirs", "nfs.csi.k8s.io"), legacy, storage_class("fast"))
    outcome = await given.ask("nfs.databases", on_nfs(), manifest=[claim(DATABASE, class_name)])
    assert outcome.state == state
    assert ("className" in outcome.fix) == (state == "warn")


async def test_the_legacy_provisioner_is_warned_of_and_the_other_named(given: Given) -> None:
    (check,) = [one for one in CHECKS if one.id == "nfs.legacy"]
    assert not check.applies(on_nfs())
    assert check.applies(on_nfs(driver="subdir"))
    outcome = await given.ask("nfs.legacy", on_nfs(driver="subdir"))
    assert outcome.state == "warn"
    assert "vulnerabilities" in outcome.why
    assert "csi" in outcome.fix
