"""The simulated world keeps the contract of Objects."""

import pytest

from backends.simulated.access import Rights
from backends.simulated.clock import Clock
from backends.simulated.faults import Faults
from backends.simulated.objects import SimulatedObjects
from backends.simulated.store import Store
from tests.contract.objects_contract import ObjectsContract
from wizard.ports import Objects

HOME = "home"


class TestSimulatedObjects(ObjectsContract):
    @pytest.fixture
    async def objects(self) -> Objects:
        store = Store(Clock(speed=0))
        store.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": HOME}})
        return SimulatedObjects(store, Rights(store), Faults())

    @pytest.fixture
    def home(self) -> str:
        return HOME
