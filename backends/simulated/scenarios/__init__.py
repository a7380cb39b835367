"""The scenarios by name."""

from difflib import get_close_matches

from backends.simulated.scenarios import (
    cloud,
    drift,
    flaky_api,
    healthy,
    image_pull,
    isolated,
    laptop,
    no_rights,
    no_storage_class,
    on_premises,
    pending_upgrade,
    slow,
    stuck,
)
from backends.simulated.scenarios.scenario import Scenario
from wizard.errors import UsageError

SCENARIOS: dict[str, Scenario] = {
    module.SCENARIO.name: module.SCENARIO
    for module in (
        healthy,
        slow,
        image_pull,
        no_storage_class,
        flaky_api,
        stuck,
        drift,
        pending_upgrade,
        no_rights,
        laptop,
        on_premises,
        cloud,
        isolated,
    )
}


def find(name: str) -> Scenario:
    """A scenario by its name. Raises UsageError that names the near ones, and all."""
    if name in SCENARIOS:
        return SCENARIOS[name]
    near = get_close_matches(name, SCENARIOS, n=1)
    raise UsageError(
        f"There is no scenario {name!r}",
        why="the scenarios are " + ", ".join(SCENARIOS),
        fix=f"did you mean {near[0]!r}?" if near else "choose one of them",
        where="--scenario",
    )
