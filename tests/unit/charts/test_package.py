"""Verified private copies of chart packages."""

import asyncio
import hashlib
import io
import os
import shutil
import tarfile
from pathlib import Path

import pytest

from wizard.charts import package as package_module
from wizard.charts.catalogue import DIGESTS, harbor_chart, package_file
from wizard.charts.package import Package, Packages, _copy, values_text
from wizard.errors import CheckFailed, UsageError
from wizard.ports import Charts, ChartSource

SOURCE = ChartSource("tiny", "1.0.0", repository="https://charts.example.com")


class Upstream(Charts):
    """Writes a package when asked to fetch one, and counts."""

    def __init__(self) -> None:
        self.fetched = 0
        self.at_once = 0
        self.most_at_once = 0

    async def fetch(self, source: ChartSource, folder: Path) -> Path:
        self.fetched += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        return pack(folder / package_file(source))


def pack(path: Path, values: str = "a: 1  # first\n") -> Path:
    """A package whose values.yaml holds this text."""
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo("tiny/values.yaml")
        member.size = len(values)
        archive.addfile(member, io.BytesIO(values.encode()))
    return path


@pytest.fixture
def private(tmp_path: Path) -> Path:
    folder = tmp_path / "private"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    folder = tmp_path / "shelf"
    folder.mkdir()
    return folder


async def test_a_package_is_copied_once_and_serves_plan_and_run(shelf: Path, private: Path) -> None:
    original = pack(shelf / "tiny-1.0.0.tgz")
    packages = Packages(Upstream(), private, shelf)
    planned = await packages.get(SOURCE)
    original.write_bytes(b"changed between plan and run")
    run = await packages.get(SOURCE)
    assert run is planned
    assert planned.path.parent == private
    assert planned.path.stat().st_mode & 0o777 == 0o600
    assert planned.digest == hashlib.sha256(run.path.read_bytes()).hexdigest()
    assert planned.vouched_by == ""


async def test_upstream_is_asked_once_and_for_one_package_at_a_time(private: Path) -> None:
    upstream = Upstream()
    packages = Packages(upstream, private)
    other = ChartSource("tiny", "2.0.0", repository=SOURCE.repository)
    first, again, _ = await asyncio.gather(
        packages.get(SOURCE), packages.get(SOURCE), packages.get(other)
    )
    assert first is again
    assert (upstream.fetched, upstream.most_at_once) == (2, 1)


async def test_a_missing_package_names_the_file_and_what_is_there(
    shelf: Path, private: Path
) -> None:
    pack(shelf / "tiny-0.9.0.tgz")
    with pytest.raises(CheckFailed) as caught:
        await Packages(Upstream(), private, shelf).get(SOURCE)
    assert "tiny-1.0.0.tgz" in caught.value.what
    assert "tiny-0.9.0.tgz" in caught.value.why
    assert caught.value.where == str(shelf)


async def test_a_missing_folder_is_told_as_such(shelf: Path, private: Path) -> None:
    with pytest.raises(CheckFailed, match=r"tiny-1\.0\.0\.tgz is missing"):
        await Packages(Upstream(), private, shelf / "nowhere").get(SOURCE)


@pytest.mark.parametrize("line", ["{digest}  tiny-1.0.0.tgz", "{digest} *tiny-1.0.0.tgz"])
async def test_sha256sums_vouches_for_what_it_lists(shelf: Path, private: Path, line: str) -> None:
    digest = hashlib.sha256(pack(shelf / "tiny-1.0.0.tgz").read_bytes()).hexdigest()
    (shelf / "SHA256SUMS").write_text(f"{'0' * 64}  other.tgz\n{line.format(digest=digest)}\n")
    assert (await Packages(Upstream(), private, shelf).get(SOURCE)).vouched_by == "SHA256SUMS"


async def test_another_digest_than_sha256sums_lists_is_refused(shelf: Path, private: Path) -> None:
    pack(shelf / "tiny-1.0.0.tgz")
    (shelf / "SHA256SUMS").write_text(f"{'0' * 64}  tiny-1.0.0.tgz\n")
    packages = Packages(Upstream(), private, shelf)
    with pytest.raises(CheckFailed, match="not the one it should be") as caught:
        await packages.get(SOURCE)
    assert "0" * 64 in caught.value.why
    assert os.listdir(private) == []
    (shelf / "SHA256SUMS").unlink()
    assert await packages.get(SOURCE)


async def test_a_changed_upstream_package_is_refused(
    private: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(package_module.DIGESTS, "tiny-1.0.0.tgz", "1" * 64)
    with pytest.raises(CheckFailed) as caught:
        await Packages(Upstream(), private).get(SOURCE)
    assert caught.value.where == SOURCE.repository


async def test_the_tested_charts_are_vouched_for_by_the_wizard(charts: Path, private: Path) -> None:
    for version in ("2.14.4", "2.15.2"):
        found = await Packages(Upstream(), private, charts).get(harbor_chart(version))
        assert found.vouched_by == "wizard"
        assert found.digest == DIGESTS[found.path.name]
        assert 'harborAdminPassword: "Harbor12345"' in values_text(found)


def test_values_keep_their_comments(tmp_path: Path) -> None:
    text = values_text(Package(SOURCE, pack(tmp_path / "tiny-1.0.0.tgz"), ""))
    assert text == "a: 1  # first\n"


@pytest.mark.parametrize("content", [b"", b"no archive", None])
def test_what_is_no_chart_is_told_as_such(
    tmp_path: Path, charts: Path, content: bytes | None
) -> None:
    path = tmp_path / "tiny-1.0.0.tgz"
    if content is None:
        shutil.copy(charts / "vault-0.34.1.tgz", path)
    else:
        path.write_bytes(content)
    with pytest.raises(CheckFailed, match="is not a chart package"):
        values_text(Package(SOURCE, path, ""))


@pytest.mark.parametrize(
    ("harbor", "chart"), [("2.15.2", "1.19.2"), ("2.14.4", "1.18.4"), ("2.16.0", "1.20.0")]
)
def test_chart_of_a_harbor_version(harbor: str, chart: str) -> None:
    source = harbor_chart(harbor)
    assert (source.name, source.version) == ("harbor", chart)
    assert source.repository.startswith("https://")


@pytest.mark.parametrize(
    ("harbor", "why"),
    [
        ("2.13.5", "2.14 and newer"),
        ("1.10.0", "2.14 and newer"),
        ("3.0.0", "Harbor 2 only"),
        ("2.15", "three numbers"),
        ("2.15.2-rc1", "three numbers"),
    ],
)
def test_versions_without_a_chart_are_refused(harbor: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        harbor_chart(harbor)
    assert why in caught.value.why
    assert caught.value.fix
    assert caught.value.where == "versions.harbor"


def test_a_copy_that_was_cancelled_half_way_is_made_anew(tmp_path: Path) -> None:
    charts, folder = tmp_path / "charts", tmp_path / "private"
    charts.mkdir()
    folder.mkdir()
    (charts / "harbor-1.19.2.tgz").write_bytes(b"whole")
    (folder / "harbor-1.19.2.tgz").write_bytes(b"ha")
    copy = _copy(charts / "harbor-1.19.2.tgz", folder)
    assert copy.read_bytes() == b"whole"
    assert copy.stat().st_mode & 0o777 == 0o600
