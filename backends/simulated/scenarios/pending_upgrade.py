"""An upgrade is killed and leaves its release pending."""

from backends.simulated.scenarios.scenario import Scenario
from backends.simulated.stage import Stage
from wizard.ports import Kind

_SECRET = Kind("v1", "Secret")


async def _killed_upgrade(stage: Stage) -> bool:
    """Leave every deployed release as Helm does that is killed in an upgrade."""
    records = stage.store.select(_SECRET, labels="owner=helm,status=deployed")
    for record in records:
        metadata = record["metadata"]
        await stage.charts.leave_pending(metadata["labels"]["name"], metadata["namespace"])
    return bool(records)


SCENARIO = Scenario(
    "pending-upgrade",
    "after the first installation an upgrade is killed and leaves the release pending; "
    "run it twice",
    meanwhile=_killed_upgrade,
)
