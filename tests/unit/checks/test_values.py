"""Raw chart values that the chart does not know."""

from pathlib import Path

from backends.simulated.harbor.package import make_package
from tests.unit.checks.conftest import Given, preset_of
from wizard.charts.catalogue import harbor_chart
from wizard.charts.package import Package


async def test_values_that_the_chart_would_ignore_are_told(given: Given, tmp_path: Path) -> None:
    source = harbor_chart("2.15.2")
    package = Package(source, make_package(source, tmp_path), "5e1d")
    known = preset_of({"values": {"logLevel": "debug"}})
    assert (await given.ask("delivery.values", known, chart=package)).state == "ok"
    strange = preset_of({"values": {"logLevl": "debug"}})
    outcome = await given.ask("delivery.values", strange, chart=package)
    assert outcome.state == "warn"
    assert "harbor.values.logLevl" in outcome.fact
    assert "did you mean `logLevel`?" in outcome.fix
    assert (await given.ask("delivery.values", strange)).state == "skipped"
