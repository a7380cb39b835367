"""The cluster makes no volumes."""

from functools import partial

from backends.simulated.cluster import cluster
from backends.simulated.scenarios.scenario import Scenario

SCENARIO = Scenario(
    "no-storage-class",
    "the cluster has no StorageClass: claims stay pending",
    cluster=partial(cluster, storage=False),
)
