"""Entering the lock, and giving that up half way."""

import asyncio

import pytest

from backends.simulated.faults import Fault
from backends.simulated.objects import SimulatedObjects
from tests.unit.run.test_lock import THEM, Cluster
from tests.unit.run.virtual_time import run
from wizard.errors import Conflict


class AnswerLate(SimulatedObjects):
    """The Lease is made, and its answer never comes."""

    async def create(self, obj, **options):
        await super().create(obj, **options)
        await asyncio.Event().wait()


def test_a_run_that_is_cancelled_while_its_lock_is_made_leaves_none():
    async def main():
        cluster = Cluster(AnswerLate)
        entering = asyncio.create_task(cluster.lock().__aenter__())
        await asyncio.sleep(1)
        assert await cluster.lease() is not None
        entering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await entering
        assert await cluster.lease() is None

    run(main())


def test_a_run_that_is_cancelled_while_it_waits_leaves_the_lock_of_others():
    async def main():
        cluster = Cluster()
        await cluster.leave_lease(THEM, renewed=600)
        entering = asyncio.create_task(cluster.lock().__aenter__())
        await asyncio.sleep(1)
        entering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await entering
        assert (await cluster.lease())["spec"]["holderIdentity"] == str(THEM)

    run(main())


def test_a_namespace_that_is_being_deleted_is_no_other_run():
    async def main():
        cluster = Cluster()
        going = Fault(lambda: Conflict("The namespace is being deleted"), verb="create", times=99)
        cluster.faults.add(going)
        with pytest.raises(Conflict, match="namespace is being deleted"):
            async with cluster.lock():
                pass

    run(main())
