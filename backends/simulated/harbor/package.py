"""The package of the simulated Harbor chart."""

from importlib.resources import files
from pathlib import Path

from backends.simulated.packages import write_package
from wizard.ports import ChartSource

_VALKEY_SINCE = (2, 15, 2)
"""The Harbor whose chart brings valkey-photon in place of redis-photon (goharbor/harbor#23289)."""


def make_package(source: ChartSource, folder: Path) -> Path:
    """Write the package of the simulated Harbor chart into a folder."""
    app_version = _app_version(source.version)
    numbers = tuple(int(part) for part in app_version.split("."))
    image = "valkey-photon" if numbers >= _VALKEY_SINCE else "redis-photon"
    values = files(__package__).joinpath("values.yaml").read_text()
    values = values.replace("APP_VERSION", app_version).replace("REDIS_IMAGE", image)
    return write_package(source, app_version, values, folder)


def _app_version(chart_version: str) -> str:
    """The Harbor that a chart installs: chart 1.19.2 brings Harbor 2.15.2."""
    _, minor, patch = chart_version.split(".")
    return f"2.{int(minor) - 4}.{patch}"
