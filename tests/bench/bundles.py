"""A support bundle of a Harbor on the test cluster, against troubleshoot's of the same."""

import os
import subprocess
from pathlib import Path

import yaml

from tests.bench.looking import installed
from tests.bench.measuring import Row, alternate
from tests.bench.peers import troubleshoot
from tests.cluster.wizard import COMMAND, Wizard

TURNS = 5
LIMIT = 0.5


def bundles() -> list[Row]:
    """Both in turns, with the objects and the logs of the namespace."""
    program = str(troubleshoot())
    with installed() as wizard:
        ours = [str(COMMAND), "support-bundle", "--namespace", wizard.namespace, "-o"]
        spec = _spec(wizard)
        theirs = [program, str(spec), "--interactive=false", "--output"]
        taken = alternate(
            TURNS, lambda: _run(wizard, ours, "ours"), lambda: _run(wizard, theirs, "theirs")
        )
    return [Row("wizard support-bundle / troubleshoot's", "s", LIMIT, *taken)]


def _run(wizard: Wizard, command: list[str], name: str) -> None:
    """Write a bundle, and see that it is one."""
    file = wizard.folder / f"{name}.tar.gz"
    file.unlink(missing_ok=True)
    done = subprocess.run(
        [*command, str(file)],
        env={**wizard.surroundings(), "PATH": os.environ["PATH"]},
        cwd=wizard.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not file.exists():
        raise RuntimeError(f"exit {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr}")


def _spec(wizard: Wizard) -> Path:
    """What troubleshoot is to collect."""
    where = {"namespace": wizard.namespace}
    resources = {"clusterResources": {"namespaces": [wizard.namespace]}}
    logs = {"logs": {**where, "selector": ["release=harbor"], "name": "harbor"}}
    spec = {
        "apiVersion": "troubleshoot.sh/v1beta2",
        "kind": "SupportBundle",
        "metadata": {"name": "harbor"},
        "spec": {"collectors": [resources, logs]},
    }
    path = wizard.folder / "spec.yaml"
    path.write_text(yaml.safe_dump(spec))
    return path
