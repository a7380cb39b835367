"""A verified private copy of a chart's package, the same one for the plan and the run."""

import asyncio
import hashlib
import tarfile
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from wizard.charts.catalogue import DIGESTS, package_file
from wizard.errors import CheckFailed
from wizard.ports import Charts, ChartSource

SUMS = "SHA256SUMS"
LARGEST_VALUES = 4 * 1024 * 1024  # bytes; Harbor's are 40 KB


@dataclass(frozen=True, slots=True)
class Package:
    """A chart package on this machine. `digest` is its SHA-256.

    `vouched_by` says who knows that digest: "wizard" (tested with it), "SHA256SUMS" (the file
    beside the package), or nobody: then it is only recorded.
    """

    source: ChartSource
    path: Path
    digest: str
    vouched_by: str = ""


@dataclass(slots=True)
class Packages:
    """Brings packages into `folder` (private, emptied by its owner), each once.

    `directory` is where packages are taken from instead of from their repositories.
    """

    charts: Charts
    folder: Path
    directory: Path | None = None
    _brought: dict[str, Package] = field(default_factory=dict)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def get(self, source: ChartSource) -> Package:
        """The package, fetched at the first call; one fetch runs at a time.

        Raises CheckFailed: not in the directory, or with another digest than is known of it.
        """
        name = package_file(source)
        async with self._lock:
            if name not in self._brought:
                self._brought[name] = await self._bring(source)
            return self._brought[name]

    async def _bring(self, source: ChartSource) -> Package:
        if self.directory is not None:
            found = self.directory / package_file(source)
            path = await asyncio.to_thread(_copy, found, self.folder)
            return await asyncio.to_thread(_verified, source, path, self.directory)
        path = await self.charts.fetch(source, self.folder)
        return await asyncio.to_thread(_verified, source, path, path.parent)


def _copy(found: Path, folder: Path) -> Path:
    """Copy to a file of the folder that only this user can read; whole, or not at all: whoever
    asked for it may be cancelled meanwhile, and ask again.
    """
    try:
        content = found.read_bytes()
    except FileNotFoundError:
        raise _missing(found) from None
    except OSError as problem:
        raise CheckFailed(
            "The chart package cannot be read", why=problem.strerror or "", where=str(found)
        ) from None
    descriptor, partial = tempfile.mkstemp(dir=folder)
    with open(descriptor, "wb") as file:
        file.write(content)
    return Path(partial).replace(folder / found.name)


def _missing(wanted: Path) -> CheckFailed:
    there = sorted(one.name for one in wanted.parent.glob("*.tgz"))
    return CheckFailed(
        f"The chart package {wanted.name} is missing",
        why=f"the folder holds {', '.join(there)}" if there else "the folder holds no packages",
        where=str(wanted.parent),
        fix="put the package there, name the folder that has it in `delivery.charts.path`, "
        "or choose in `versions` what is there",
    )


def _verified(source: ChartSource, path: Path, directory: Path) -> Package:
    """The package, where its digest is what the wizard or SHA256SUMS in a folder knows."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    known = {"wizard": DIGESTS.get(path.name), SUMS: _listed(path.name, directory)}
    for voucher, expected in known.items():
        if expected not in (None, digest):
            path.unlink()
            raise CheckFailed(
                f"The chart package {path.name} is not the one it should be",
                why=f"its SHA-256 is {digest}, but {voucher} knows {expected}",
                where=source.repository if directory == path.parent else str(directory),
                fix="get the package again from its project; never use a changed one",
            )
    vouched_by = next((voucher for voucher, expected in known.items() if expected), "")
    return Package(source, path, digest, vouched_by)


def _listed(name: str, directory: Path) -> str | None:
    """The digest of a file in the directory's SHA256SUMS, where there is such a line."""
    if not (directory / SUMS).is_file():
        return None
    for line in (directory / SUMS).read_text(errors="replace").splitlines():
        digest, _, listed = line.partition(" ")
        if listed.strip().removeprefix("*") == name:
            return digest.lower()
    return None


def values_text(package: Package) -> str:
    """The chart's own values.yaml with its comments. Raises CheckFailed: not a chart."""
    member = f"{package.source.name}/values.yaml"
    try:
        with tarfile.open(package.path) as archive:
            file = archive.extractfile(member)
            content = file.read(LARGEST_VALUES) if file else b""
        return content.decode()
    except (tarfile.TarError, KeyError, OSError, EOFError, UnicodeDecodeError) as problem:
        raise CheckFailed(
            f"{package.path.name} is not a chart package",
            why=f"{member} cannot be read from it: {problem}",
            where=str(package.path),
            fix="get the package again from its project",
        ) from None
