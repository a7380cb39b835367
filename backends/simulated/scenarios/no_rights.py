"""The identity may work in namespaces only."""

from backends.simulated.access import namespaced_only
from backends.simulated.scenarios.scenario import Scenario

SCENARIO = Scenario(
    "no-rights",
    "an identity without any right outside namespaces",
    granted=namespaced_only,
)
