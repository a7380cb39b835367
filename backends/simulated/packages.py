"""Chart packages of the simulated repository: how they are written and read."""

import gzip
import hashlib
import io
import os
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wizard.errors import HelmFailed
from wizard.ports import ChartSource


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: its name and versions, and its own values."""

    name: str
    version: str
    app_version: str
    values: Mapping[str, Any]


def write_package(source: ChartSource, app_version: str, values: str, folder: Path) -> Path:
    """Write a simulated chart's package into a folder, and its digest beside it.

    Its file name says that it is simulated: it has not the contents of the real package.
    """
    name = source.name
    head = f"apiVersion: v1\nname: {name}\nversion: {source.version}\nappVersion: {app_version}\n"
    path = folder / f"{name}-{source.version}-simulated.tgz"
    with (
        open(path, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file,
        gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed,  # else its digest would change
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        for member_name, text in (("Chart.yaml", head), ("values.yaml", values)):
            member = tarfile.TarInfo(f"{name}/{member_name}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    with (folder / "SHA256SUMS").open("a") as sums:
        sums.write(f"{digest}  {path.name}\n")
    return path


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
    except (OSError, EOFError, KeyError, IndexError, tarfile.TarError, yaml.YAMLError) as problem:
        raise HelmFailed(
            f"{path.name} is not a chart package", kind="invalid-chart", why=str(problem)
        ) from None
    return Chart(head["name"], head["version"], str(head["appVersion"]), values or {})


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    return file.read() if file else b""
