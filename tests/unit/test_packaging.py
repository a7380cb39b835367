"""What is shipped: built here as a release would be."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source distribution."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    return folder


def test_wheel_holds_the_packages_with_their_data_and_nothing_else(built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as archive:
        names = archive.namelist()
    folders = {name.partition("/")[0] for name in names}
    assert {name for name in folders if not name.endswith(".dist-info")} == {
        "wizard",
        "screens",
        "backends",
        "presets",
    }
    assert {
        "presets/demo.yaml",
        "presets/preset.schema.json",
        "backends/simulated/harbor/values.yaml",
    } <= set(names)


def test_source_distribution_holds_no_tests(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = archive.getnames()
    folders = {name.split("/")[1] for name in names if name.count("/") > 1}
    assert folders == {"wizard", "screens", "backends", "presets", "docs"}
