"""The lock: who gets it, who keeps it, and how it is told that it is lost."""

import asyncio
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backends.simulated.access import Rights
from backends.simulated.clock import Clock
from backends.simulated.faults import Fault, Faults
from backends.simulated.objects import SimulatedObjects
from backends.simulated.store import Store
from tests.unit.run.virtual_time import run
from wizard.errors import ExitCode, LockHeld, Unreachable
from wizard.ports import Ref
from wizard.run.holder import Holder
from wizard.run.lock import LEASE, Lock

REF = Ref(LEASE, "harbor", "harbor-wizard")
US = Holder.current()
THEM = Holder("elsewhere", 77, "another-boot", "1")
START = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)
DURATION = 45.0


class Cluster:
    """A simulated cluster with the namespace, and a wall clock that follows the loop's time."""

    def __init__(self, objects_type=SimulatedObjects):
        store = Store(Clock(speed=0))
        store.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "harbor"}})
        self.faults = Faults()
        self.objects = objects_type(store, Rights(store), self.faults)
        self.began = asyncio.get_running_loop().time()
        self.lost = []
        self.told = []

    def now(self):
        return START + timedelta(seconds=asyncio.get_running_loop().time() - self.began)

    def lock(self, holder=US, **options):
        return Lock(
            self.objects,
            REF,
            holder,
            on_lost=self.lost.append,
            tell=self.told.append,
            duration=DURATION,
            now=self.now,
            **options,
        )

    async def lease(self):
        return await self.objects.get(REF)

    async def leave_lease(self, holder, *, renewed):
        """A Lease as another run left it, renewed so many seconds ago."""
        lease = self.lock(holder)._lease()
        moment = self.now() - timedelta(seconds=renewed)
        lease["spec"] |= {"acquireTime": START.isoformat(), "renewTime": moment.isoformat()}
        await self.objects.create(lease)

    async def renew_as(self, holder, **spec):
        lease = await self.lease()
        lease["metadata"].pop("managedFields", None)
        lease["spec"] |= {"holderIdentity": str(holder), **spec}
        await self.objects.apply(lease, force=True)


def elapsed(cluster):
    return round((cluster.now() - START).total_seconds())


def test_a_free_lock_is_taken_renewed_and_released():
    async def main():
        cluster = Cluster()
        async with cluster.lock() as lock:
            lease = await cluster.lease()
            assert lease["spec"]["holderIdentity"] == str(US)
            assert lease["spec"]["leaseDurationSeconds"] == 45
            assert lease["metadata"]["labels"] == {"app.kubernetes.io/managed-by": "harbor-wizard"}
            await asyncio.sleep(10 * DURATION)
            renewed = datetime.fromisoformat((await cluster.lease())["spec"]["renewTime"])
            assert cluster.now() - renewed <= timedelta(seconds=DURATION / 3)
            assert not lock.lost.is_set()
        assert await cluster.lease() is None
        assert cluster.lost == []

    run(main())


def test_a_lock_in_use_is_refused_at_once_and_left_alone():
    async def main():
        cluster = Cluster()
        await cluster.leave_lease(THEM, renewed=10)
        before = await cluster.lease()
        with pytest.raises(LockHeld) as refused:
            async with cluster.lock():
                pass
        assert elapsed(cluster) == 0
        assert await cluster.lease() == before
        assert refused.value.exit_code is ExitCode.LOCK_HELD
        told = str(refused.value)
        assert "elsewhere pid 77" in told
        assert "since 2026-11-23T21:30:00" in told
        assert "kubectl -n harbor delete lease harbor-wizard" in told

    run(main())


def test_the_lock_of_a_dead_process_of_this_machine_is_taken_over_at_once():
    code = "from wizard.run.holder import Holder; print(Holder.current())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    dead = Holder.parse(done.stdout.strip())

    async def main():
        cluster = Cluster()
        await cluster.leave_lease(dead, renewed=1)
        async with cluster.lock():
            assert (await cluster.lease())["spec"]["holderIdentity"] == str(US)
        assert elapsed(cluster) == 0

    run(main())


def test_the_lock_of_a_living_process_of_this_machine_is_respected():
    async def main():
        cluster = Cluster()
        await cluster.leave_lease(US, renewed=1)
        with pytest.raises(LockHeld):
            async with cluster.lock(replace(US, pid=US.pid + 1)):
                pass

    run(main())


@pytest.mark.parametrize("renewed", [60, 86400, -3600], ids=["expired", "long-ago", "in-future"])
def test_an_abandoned_lock_is_taken_over_after_its_whole_duration(renewed):
    async def main():
        cluster = Cluster()
        await cluster.leave_lease(THEM, renewed=renewed)
        async with cluster.lock():
            assert (await cluster.lease())["spec"]["holderIdentity"] == str(US)
        assert elapsed(cluster) == DURATION
        assert "elsewhere pid 77" in cluster.told[0]
        assert await cluster.lease() is None

    run(main())


def test_a_lease_without_any_content_counts_as_abandoned():
    async def main():
        cluster = Cluster()
        lease = {"apiVersion": LEASE.api_version, "kind": LEASE.name}
        metadata = {"name": REF.name, "namespace": REF.namespace}
        await cluster.objects.create({**lease, "metadata": metadata})
        async with cluster.lock():
            assert (await cluster.lease())["spec"]["holderIdentity"] == str(US)

    run(main())


def test_a_lock_that_only_looks_expired_is_refused_when_its_holder_renews_it():
    async def main():
        cluster = Cluster()
        await cluster.leave_lease(THEM, renewed=600)  # a holder whose clock is ten minutes behind
        entering = asyncio.create_task(cluster.lock().__aenter__())
        await asyncio.sleep(DURATION / 2)
        await cluster.renew_as(THEM, renewTime=(START - timedelta(minutes=9)).isoformat())
        with pytest.raises(LockHeld, match="Another run"):
            await entering
        assert (await cluster.lease())["spec"]["holderIdentity"] == str(THEM)

    run(main())


def test_a_lock_released_while_it_was_watched_is_taken():
    async def main():
        cluster = Cluster()
        await cluster.leave_lease(THEM, renewed=600)

        async def release():
            await asyncio.sleep(1)
            await cluster.objects.delete(REF)

        releasing = asyncio.create_task(release())
        async with cluster.lock():
            assert (await cluster.lease())["spec"]["holderIdentity"] == str(US)
        await releasing

    run(main())


def test_of_two_at_once_one_gets_the_lock():
    async def main():
        cluster = Cluster()
        first, second = cluster.lock(US), cluster.lock(THEM)
        entered = await asyncio.gather(
            first.__aenter__(), second.__aenter__(), return_exceptions=True
        )
        assert [type(result) for result in entered] == [Lock, LockHeld]
        await first.__aexit__(None, None, None)

    run(main())


def test_a_lock_taken_by_another_is_lost_and_not_removed():
    async def main():
        cluster = Cluster()
        async with cluster.lock() as lock:
            await cluster.renew_as(THEM)
            await lock.lost.wait()
            assert elapsed(cluster) == DURATION / 3
        assert [error.exit_code for error in cluster.lost] == [ExitCode.STEP_FAILED]
        assert "elsewhere pid 77" in cluster.lost[0].why
        assert (await cluster.lease())["spec"]["holderIdentity"] == str(THEM)

    run(main())


def test_a_lock_removed_by_hand_is_lost():
    async def main():
        cluster = Cluster()
        async with cluster.lock() as lock:
            await cluster.objects.delete(REF)
            await lock.lost.wait()
        (error,) = cluster.lost
        assert error.why.startswith("the lock was removed;")

    run(main())


def unreachable():
    return Unreachable("nobody answers")


def test_an_outage_shorter_than_the_duration_is_outlived():
    async def main():
        cluster = Cluster()
        async with cluster.lock() as lock:
            cluster.faults.add(Fault(unreachable, verb="apply", times=2))
            await asyncio.sleep(3 * DURATION)
            assert not lock.lost.is_set()
        assert cluster.lost == []

    run(main())


def test_a_lock_is_lost_before_others_may_take_it_when_nobody_answers():
    async def main():
        cluster = Cluster()
        async with cluster.lock() as lock:
            cluster.faults.add(Fault(unreachable, times=1000))
            await lock.lost.wait()
            assert elapsed(cluster) <= DURATION
        assert [error.why for error in cluster.lost] == ["nobody answers; nothing new was started"]

    run(main())


class Hanging(SimulatedObjects):
    """Writes that never get an answer, from the moment that `hang` is set."""

    hang = False

    async def apply(self, obj, **options):
        if self.hang:
            await asyncio.Event().wait()
        return await super().apply(obj, **options)


def test_a_lock_is_lost_when_a_request_hangs():
    async def main():
        cluster = Cluster(Hanging)
        async with cluster.lock() as lock:
            cluster.objects.hang = True
            await lock.lost.wait()
            assert elapsed(cluster) == DURATION
        assert len(cluster.lost) == 1

    run(main())


class AnswerLost(SimulatedObjects):
    """The first write arrives, its answer does not."""

    applied = 0

    async def apply(self, obj, **options):
        result = await super().apply(obj, **options)
        self.applied += 1
        if self.applied == 1:
            raise unreachable()
        return result


def test_a_renewal_whose_answer_was_lost_is_recognised_as_ours():
    async def main():
        cluster = Cluster(AnswerLost)
        async with cluster.lock() as lock:
            await asyncio.sleep(3 * DURATION)
            assert not lock.lost.is_set()
        assert await cluster.lease() is None

    run(main())


class Broken(SimulatedObjects):
    """A client with a bug in it."""

    async def apply(self, obj, **options):
        raise KeyError("surprise")


def test_a_renewal_that_breaks_loses_the_lock():
    async def main():
        cluster = Cluster(Broken)
        async with cluster.lock() as lock:
            await lock.lost.wait()
        assert "KeyError" in cluster.lost[0].why

    run(main())


def test_a_cancelled_run_releases_its_lock():
    async def main():
        cluster = Cluster()

        async def work():
            async with cluster.lock():
                await asyncio.Event().wait()

        task = asyncio.create_task(work())
        await asyncio.sleep(1)
        assert await cluster.lease() is not None
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await cluster.lease() is None

    run(main())


def test_a_release_that_fails_hides_no_error_of_the_run():
    async def main():
        cluster = Cluster()
        cluster.faults.add(Fault(unreachable, verb="delete"))

        async def work():
            async with cluster.lock():
                raise ValueError("of the run")

        with pytest.raises(ValueError, match="of the run"):
            await work()

    run(main())


def test_an_identity_reads_back_and_that_of_others_is_none():
    assert Holder.parse(str(US)) == US
    assert Holder.parse("kube-controller-manager_5f1c") is None
    assert Holder.parse("host pid 99999999999999 boot b start 1") is None


@pytest.mark.parametrize(
    ("change", "dead"),
    [
        ({}, False),
        ({"start": "1"}, True),
        ({"start": "1", "boot": "another"}, False),
        ({"start": "1", "host": "another"}, False),
        ({"start": "unknown"}, False),
    ],
    ids=["ourselves", "number-used-again", "other-boot", "other-host", "start-unknown"],
)
def test_only_this_machine_proves_a_death(change, dead):
    assert replace(US, **change).proven_dead() is dead


def test_a_killed_process_that_nobody_has_waited_for_yet_is_dead():
    code = "from wizard.run.holder import Holder; print(Holder.current(), flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        holder = Holder.parse(process.stdout.readline().strip())
        assert holder.pid == process.pid
        assert not holder.proven_dead()
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert holder.proven_dead()
