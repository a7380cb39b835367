"""Chart packages of the simulated repository, and what is read from a package."""

import gzip
import hashlib
import io
import os
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from wizard.errors import HelmFailed
from wizard.ports import ChartSource

WITHOUT_VALUES = ("csi-driver-nfs",)
"""The simulated charts besides Harbor's, whose own values nobody reads."""

_VALKEY_SINCE = (2, 15, 2)
"""The Harbor whose chart brings valkey-photon in place of redis-photon (goharbor/harbor#23289)."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: its name and versions, and its own values."""

    name: str
    version: str
    app_version: str
    values: Mapping[str, Any]


def make_package(source: ChartSource, folder: Path) -> Path:
    """Write the package of a simulated chart into a folder, its digest beside it.

    Its file name says that it is simulated: it has not the contents of the real package. Raises
    HelmFailed for a chart that is not simulated.
    """
    if source.name not in {"harbor", *WITHOUT_VALUES}:
        raise HelmFailed(
            f"There is no chart {source.name} in the simulated repository", kind="no-chart"
        )
    harbor = source.name == "harbor"
    app_version = _app_version(source.version) if harbor else source.version
    description = (
        f"apiVersion: v1\nname: {source.name}\nversion: {source.version}\n"
        f"appVersion: {app_version}\n"
    )
    values = _harbor_values(app_version) if harbor else "{}\n"
    path = folder / f"{source.name}-{source.version}-simulated.tgz"
    with (
        open(path, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file,
        gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed,  # else its digest would change
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        for name, text in (("Chart.yaml", description), ("values.yaml", values)):
            member = tarfile.TarInfo(f"{source.name}/{name}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / "SHA256SUMS").write_text(f"{digest}  {path.name}\n")
    return path


def _harbor_values(app_version: str) -> str:
    numbers = tuple(int(part) for part in app_version.split("."))
    image = "valkey-photon" if numbers >= _VALKEY_SINCE else "redis-photon"
    values = files(__package__).joinpath("values.yaml").read_text()
    return values.replace("APP_VERSION", app_version).replace("REDIS_IMAGE", image)


def _app_version(chart_version: str) -> str:
    """The Harbor that a chart installs: chart 1.19.2 brings Harbor 2.15.2."""
    _, minor, patch = chart_version.split(".")
    return f"2.{int(minor) - 4}.{patch}"


def read_package(path: Path) -> Chart:
    """A chart from its package, simulated or real. Raises HelmFailed where it is none."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        with tarfile.open(path) as archive:
            folder = archive.getnames()[0].partition("/")[0]
            texts = {
                name: _member(archive, f"{folder}/{name}") for name in ("Chart.yaml", "values.yaml")
            }
        head = yaml.load(texts["Chart.yaml"], Loader=loader)  # noqa: S506 - a safe loader
        values = yaml.load(texts["values.yaml"], Loader=loader)  # noqa: S506 - a safe loader
    except (OSError, EOFError, IndexError, KeyError, tarfile.TarError, yaml.YAMLError) as problem:
        raise HelmFailed(
            f"{path.name} is not a package of a chart",
            kind="invalid-chart",
            why=str(problem),
        ) from None
    return Chart(head["name"], head["version"], str(head["appVersion"]), values)


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    return file.read() if file else b""
