"""A release that was there before, for the scenarios that begin with one."""

import tempfile
from pathlib import Path

from backends.simulated.stage import Stage
from wizard.ports import ChartSource, Object, ReleaseRequest

NAMESPACE = "harbor"
RELEASE = "harbor"
_VALUES = {"externalURL": "https://harbor.example.com"}


async def install(stage: Stage, *, pending: bool = False) -> None:
    """Install the chart's release an hour ago; with `pending`, kill the upgrade after it."""
    space: Object = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    await stage.objects.apply(space)
    with tempfile.TemporaryDirectory() as folder:
        source = ChartSource("harbor", "1.19.2")
        package = await stage.charts.fetch(source, Path(folder))
        request = ReleaseRequest(RELEASE, NAMESPACE, package, _VALUES)
        await stage.charts.upgrade(request, take_fields=False, log=lambda _: None)
        if pending:
            await stage.charts.leave_pending(request)
    stage.clock.settle()
