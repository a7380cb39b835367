"""Finding the programs that the wizard drives. So far that is Helm alone."""

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from wizard.errors import CheckFailed

HELM_VARIABLE = "WIZARD_HELM"


def tool_folder() -> Path:
    """The wizard's own folder for programs: `harbor-wizard/bin` where XDG keeps a user's data."""
    import platformdirs

    return platformdirs.user_data_path("harbor-wizard") / "bin"


def find_helm(environ: Mapping[str, str]) -> Path:
    """Helm's executable: from WIZARD_HELM, else on PATH, else in the wizard's tool folder.

    Raises CheckFailed where there is none, or where WIZARD_HELM names something that cannot run.
    """
    if named := environ.get(HELM_VARIABLE):
        return _runnable(Path(named).expanduser())
    if on_path := shutil.which("helm", path=environ.get("PATH", os.defpath)):
        return Path(on_path)
    own = tool_folder() / "helm"
    if own.exists():
        return _runnable(own)
    raise CheckFailed(
        "Helm was not found",
        why="the wizard installs charts with the program `helm`, version 4",
        where=f"looked at ${HELM_VARIABLE} (unset), at PATH and for {own}",
        fix=_ways(own),
    )


def _runnable(path: Path) -> Path:
    if not path.is_file():
        why = "there is no such file"
    elif not os.access(path, os.X_OK):
        why = "the file is not executable"
    else:
        return path.absolute()
    raise unusable(path, why)


def unusable(program: Path, why: str) -> CheckFailed:
    """The error for a Helm that cannot be run."""
    fix = _ways(tool_folder() / "helm")
    return CheckFailed("Helm cannot be run", why=why, where=str(program), fix=fix)


def _ways(own: Path) -> str:
    return (
        "install Helm 4 with your package manager (Homebrew: `brew install helm`) or from "
        "https://helm.sh/docs/intro/install/, or with Go: `go install "
        "helm.sh/helm/v4/cmd/helm@latest`; then have it on PATH, put it at "
        f"{own}, or name it in {HELM_VARIABLE}"
    )


def helm_version(printed: str, program: Path) -> str:
    """The version in what `helm version --template {{.Version}}` printed, such as "4.3.1".

    A plain `go install` says "v4.3", which is fine. Raises CheckFailed for anything but Helm 4:
    Helm 3 lacks server-side apply, and had its last security release in November 2026.
    """
    found = re.match(r"v?((\d+)\.\d+(?:\.\d+)?)", printed.strip())
    if found is None:
        raise CheckFailed(
            "This program does not tell a Helm version",
            why=f"it printed {printed.strip()[:80]!r}",
            where=str(program),
            fix=_ways(tool_folder() / "helm"),
        )
    version, major = found.groups()
    if major != "4":
        raise CheckFailed(
            f"Helm {version} is too {'old' if int(major) < 4 else 'new'}",
            why="the wizard needs Helm 4 (4.0 or newer, older than 5)",
            where=str(program),
            fix=_ways(tool_folder() / "helm"),
        )
    return version
