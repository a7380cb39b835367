"""What an import brings along, seen from a fresh interpreter."""

import json
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import backends
import wizard

REPOSITORY = Path(__file__).parents[2]
SCREENS = {"screens", "textual", "rich"}
CLIENTS = {"aiohttp", "httpx", "hvac", "kubernetes"}
SLOW = CLIENTS | {"bcrypt", "cryptography", "pydantic", "yaml"}

TOLD = """
import atexit, json, pathlib, sys
atexit.register(lambda: pathlib.Path({file!r}).write_text(json.dumps(sorted(sys.modules))))
"""
COMMAND = "import sys, wizard.cli\nsys.argv[1:] = {arguments!r}\nwizard.cli.main()"


def loaded_by(script: str, folder: Path, code: int = 0) -> set[str]:
    """The packages that a fresh interpreter has loaded after running a script to this end."""
    file = folder / "modules.json"
    done = subprocess.run(
        [sys.executable, "-c", TOLD.format(file=str(file)) + script],
        check=False,
        capture_output=True,
        cwd=REPOSITORY,
        env={**os.environ, "XDG_STATE_HOME": str(folder), "WIZARD_DEMO_SPEED": "1000"},
    )
    assert done.returncode == code, done.stderr
    return {name.partition(".")[0] for name in json.loads(file.read_text())}


def all_modules() -> list[str]:
    """Every module of the core and of the backends, by its full name."""
    return [
        module.name
        for package in (wizard, backends)
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    ]


def test_core_backends_and_command_line_load_no_screens(tmp_path: Path) -> None:
    names = all_modules()
    assert {"wizard.cli", "wizard.run.engine", "backends.simulated.world"} <= set(names)
    loaded = loaded_by("\n".join(f"import {name}" for name in names), tmp_path)
    assert {"wizard", "backends", "pydantic"} <= loaded
    assert not loaded & SCREENS


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_quick_answers_load_nothing_slow(option: str, tmp_path: Path) -> None:
    loaded = loaded_by(COMMAND.format(arguments=[option]), tmp_path)
    assert "click" in loaded
    assert not loaded & (SLOW | SCREENS)


def test_preset_commands_load_no_client(tmp_path: Path) -> None:
    arguments = ["preset", "validate", "presets/demo.yaml"]
    loaded = loaded_by(COMMAND.format(arguments=arguments), tmp_path)
    assert "pydantic" in loaded
    assert not loaded & (CLIENTS | {"bcrypt", "cryptography"} | SCREENS)


def test_a_view_of_a_release_by_its_name_waits_for_no_models_of_answers(tmp_path: Path) -> None:
    named = "from wizard import app, live, support, troubleshooting, wiring, looking\n"
    shown = "from screens import application, troubleshoot\nfrom screens.models import watching\n"
    loaded = loaded_by(named + shown, tmp_path)
    assert "textual" in loaded
    assert "pydantic" not in loaded


def test_looking_at_a_certificate_loads_no_client(tmp_path: Path) -> None:
    (tmp_path / "harbor.pem").write_bytes(b"none")
    arguments = ["certificate", "inspect", str(tmp_path / "harbor.pem"), "--host", "h"]
    loaded = loaded_by(COMMAND.format(arguments=arguments), tmp_path, code=3)
    assert "cryptography" in loaded
    assert not loaded & (CLIENTS | SCREENS)


def test_checks_of_a_rehearsal_load_no_client(tmp_path: Path) -> None:
    arguments = ["--demo", "--preset", "presets/demo.yaml", "--check", "--yes"]
    loaded = loaded_by(COMMAND.format(arguments=arguments), tmp_path)
    assert "backends" in loaded
    assert not loaded & (CLIENTS | SCREENS)
