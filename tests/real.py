"""Real things that tests need beside the code: chart packages and Helm. Without them they skip."""

import os
from pathlib import Path

import pytest

from tests.cluster.build import cache_folder

REPOSITORY = Path(__file__).parents[1]


def charts_folder() -> Path:
    """The folder of unmodified chart packages."""
    given = os.environ.get("HARBOR_WIZARD_CHARTS")
    folder = Path(given) if given else REPOSITORY / ".." / "shared" / "charts"
    if not folder.is_dir():
        pytest.skip("no folder of charts: set HARBOR_WIZARD_CHARTS")
    return folder.resolve()


def helm_program() -> str:
    """The path of a real Helm 4: the one that was given, or that of the test cluster."""
    assets = os.environ.get("KUBEBUILDER_ASSETS")
    built = (Path(assets) if assets else cache_folder()) / "helm"
    path = os.environ.get("WIZARD_HELM") or str(built)
    if not os.access(path, os.X_OK):
        pytest.skip("no Helm: set WIZARD_HELM, or run `python -m tests.cluster.build`")
    return path
