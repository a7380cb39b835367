"""The simulated world from behind: everything that a scenario or a test may reach into."""

from dataclasses import dataclass

from backends.simulated.charts import SimulatedCharts
from backends.simulated.clock import Clock
from backends.simulated.faults import Faults
from backends.simulated.harbor_state import HarborState
from backends.simulated.logs import Logs
from backends.simulated.objects import SimulatedObjects
from backends.simulated.store import Store
from backends.simulated.vault import VaultContent


@dataclass(frozen=True, slots=True)
class Stage:
    """`objects` and `charts` here reach the cluster as an administrator and without faults."""

    clock: Clock
    store: Store
    logs: Logs
    faults: Faults
    harbor: HarborState
    objects: SimulatedObjects
    charts: SimulatedCharts
    vault: VaultContent
