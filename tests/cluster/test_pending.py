"""A release that a killed Helm left `pending-*`, which Helm itself refuses to touch."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import yaml

from tests.cluster.plain_helm import PlainHelm
from tests.cluster.snapshot import APPS, differences, planned
from tests.cluster.wizard import Wizard, annotated

SLOW = annotated("portal", ready_after="600s")


def _killed_upgrade(wizard: Wizard, folder: Path, revision: int) -> None:
    """Helm as a person calls it, dead while it waits for pods."""
    chart = str(wizard.charts / "harbor-1.19.2.tgz")
    values = folder / "values.yaml"
    plain = PlainHelm(wizard.helm, wizard.identity.kubeconfig, folder)
    kept = yaml.safe_load(plain.run("get", "values", "harbor", "-n", wizard.namespace, "-o=yaml"))
    values.write_text(yaml.safe_dump(kept | SLOW))
    place = ["harbor", chart, "-n", wizard.namespace, "-f", str(values), "--wait"]
    with subprocess.Popen(
        [wizard.helm, "upgrade", *place],
        env={"KUBECONFIG": str(wizard.identity.kubeconfig), "HOME": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as helm:
        wizard.wait_release(revision, "pending-upgrade")
        wizard.admin.wait(
            wizard.path(APPS, "deployments", "harbor-portal"),
            lambda portal: portal["metadata"]["generation"] > 1,
        )
        helm.send_signal(signal.SIGKILL)


def test_a_pending_upgrade_is_explained_and_repaired(wizard: Wizard, tmp_path: Path) -> None:
    wizard.preset()
    wizard.install().require(0)
    before = wizard.objects()
    _killed_upgrade(wizard, tmp_path, 2)
    wizard.wait_release(2, "pending-upgrade")

    check = wizard.run("--preset", str(wizard.folder / "preset.yaml"), "--check").require(0)
    assert "pending-upgrade" in check.stdout
    plan = wizard.plan()
    (step,) = [one for one in plan["steps"] if one["changes"]]
    status = {field["path"]: field for field in step["changes"][0]["fields"]}["status"]
    assert (status["before"], status["after"]) == ("pending-upgrade", "deployed")

    ended = wizard.install().require(0)
    assert any("forgetting its revision 2" in e.get("text", "") for e in ended.events)
    assert wizard.objects() == before
    wizard.nothing_to_do()


def test_what_a_killed_run_made_and_nobody_wants_any_more_goes(wizard: Wizard) -> None:
    """Helm knows only of what a finished revision had."""
    wizard.preset({"metrics": {"enabled": True}, "values": annotated("portal", ready_after="2s")})
    wizard.helm_that_waits()
    with wizard.begin() as running:
        wizard.wait_release(1, "pending-install")
        wizard.admin.wait(wizard.path(APPS, "deployments", "harbor-exporter"), bool)
        running.kill()
    wizard.preset({"values": annotated("portal", ready_after="2s")})
    gone = {change for change in planned(wizard.plan()) if change[0] == "delete"}
    assert ("delete", f"Deployment {wizard.namespace}/harbor-exporter") in gone
    before = wizard.objects()
    wizard.install("--allow", "delete").require(0)
    assert gone <= differences(before, wizard.objects())
    wizard.nothing_to_do()
