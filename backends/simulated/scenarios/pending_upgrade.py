"""An upgrade was killed and left its release pending."""

from functools import partial

from backends.simulated.scenarios.installed import install
from backends.simulated.scenarios.scenario import Scenario

SCENARIO = Scenario(
    "pending-upgrade",
    "an installed release that a killed upgrade left pending",
    prepare=partial(install, pending=True),
)
