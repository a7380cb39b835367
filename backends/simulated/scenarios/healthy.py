"""Nothing is wrong."""

from backends.simulated.scenarios.scenario import Scenario

SCENARIO = Scenario("healthy", "a cluster with three nodes on which everything works")
