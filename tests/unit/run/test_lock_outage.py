"""Entering the lock while the API server is in trouble."""

import asyncio

import pytest

from backends.simulated.objects import SimulatedObjects
from tests.unit.run.test_lock import DURATION, US, Cluster, elapsed
from tests.unit.run.virtual_time import run
from wizard.errors import Unreachable


class LosesAnswers(SimulatedObjects):
    """Creates as told, but the first answers do not come back."""

    to_lose = 1

    async def create(self, obj, *, dry_run=False):
        made = await super().create(obj, dry_run=dry_run)
        if self.to_lose:
            self.to_lose -= 1
            raise Unreachable("no answer")
        return made


class Away(SimulatedObjects):
    """Does not answer at all."""

    async def create(self, obj, *, dry_run=False):
        raise Unreachable("nobody answers")


def test_a_lease_whose_answer_was_lost_is_known_as_our_own():
    async def main():
        cluster = Cluster(LosesAnswers)
        async with cluster.lock() as lock:
            assert (await cluster.lease())["spec"]["holderIdentity"] == str(US)
            await asyncio.sleep(2 * DURATION)
            assert not lock.lost.is_set()
        assert cluster.told == ["no answer; asking for the lock again in 3 s"]
        assert await cluster.lease() is None

    run(main())


def test_a_server_that_stays_away_is_told_after_the_duration():
    async def main():
        cluster = Cluster(Away)
        with pytest.raises(Unreachable, match="nobody answers"):
            async with cluster.lock():
                pass
        assert DURATION - 5 < elapsed(cluster) <= DURATION

    run(main())
