"""The live view leaves its terminal to k9s, whose part a script plays, and comes back."""

import os
from pathlib import Path

from tests.cluster.control_plane import ControlPlane
from tests.cluster.identities import Identity
from tests.cluster.test_diagnose import core
from tests.cluster.test_harness_pods import make_namespace
from tests.cluster.wizard import COMMAND
from tests.terminal import Terminal

PLAYED = """#!/bin/sh
[ -e "$0.told" ] && turn=second || turn=first
printf '%s|' "$@" > "$0.told"
printf 'the terminal is mine for the %s time\\n' $turn
read answer
echo "$answer" >> "$0.told"
case "$answer" in (bad) exit 7;; esac
"""


def test_k9s_is_opened_at_the_object_and_the_view_goes_on(
    control_plane: ControlPlane, wizard_identity: Identity, namespace: str, tmp_path: Path
) -> None:
    make_namespace(control_plane, namespace)
    place = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    control_plane.admin.create(place, core(namespace, "untrusted.test/core:1"))
    program = tmp_path / "k9s"
    program.write_text(PLAYED)
    environment = {
        "HOME": str(tmp_path),
        "KUBECONFIG": str(wizard_identity.kubeconfig),
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }
    command = [str(COMMAND), "troubleshoot", "--namespace", namespace, "--release", "harbor"]
    with Terminal(command, environment, (140, 45)) as person:
        person.until("HW-022", "live")
        assert "k9s" not in person.text, "there is none yet"
        person.press("ctrl+c")
        assert person.ends() == 0
    program.chmod(0o755)
    with Terminal(command, environment, (140, 45)) as person:
        person.until("HW-022", "live", "k k9s")
        person.press("2", "k")
        person.until("mine for the first time")
        person.press("well\r")
        person.until("HW-022", "live", "k k9s")
        *given, answer = Path(f"{program}.told").read_text().strip().split("|")
        assert answer == "well", "the keys were the program's"
        assert given[2:5] == ["--namespace", namespace, "--command"]
        assert given[5].startswith("pods /harbor-core-")
        person.press("k")
        person.until("mine for the second time")
        person.press("bad\r")
        person.until("k9s did not work", "exit code 7", "HW-022")
        control_plane.admin.delete(f"{place}/harbor-core")
        person.until_gone("HW-022")
        person.press("ctrl+c")
        assert person.ends() == 0
