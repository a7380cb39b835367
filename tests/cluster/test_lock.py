"""The lock on a real API server: what its conditional writes rest on."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from backends.cluster import open_cluster
from tests.cluster.control_plane import ControlPlane
from tests.cluster.identities import Identity
from tests.cluster.test_harness_pods import make_namespace
from wizard.errors import LockHeld
from wizard.ports import Objects, Ref
from wizard.run.holder import Holder
from wizard.run.lock import LEASE, Lock

US = Holder.current()
DEAD = replace(US, start="1")


@pytest.fixture
async def objects(wizard_identity: Identity) -> AsyncIterator[Objects]:
    async with open_cluster(wizard_identity.kubeconfig) as opened:
        yield opened.objects


@pytest.fixture
def ref(control_plane: ControlPlane, namespace: str) -> Ref:
    make_namespace(control_plane, namespace)
    return Ref(LEASE, namespace, "harbor-wizard")


async def test_a_lock_is_renewed_refused_to_others_and_released(objects: Objects, ref: Ref) -> None:
    async with Lock(objects, ref, US, duration=1.0) as lock:
        renewals = set()
        async for change in objects.watch(LEASE, ref.namespace):
            if change.type == "MODIFIED":
                renewals.add(change.object["spec"]["renewTime"])
            if len(renewals) == 3:
                break
        with pytest.raises(LockHeld, match="Another run"):
            async with Lock(objects, ref, replace(US, host="elsewhere")):
                pass
        assert not lock.lost.is_set()
    assert await objects.get(ref) is None


async def test_the_lock_of_the_dead_is_taken_and_its_revenant_loses_it(
    objects: Objects, ref: Ref
) -> None:
    async with Lock(objects, ref, DEAD, duration=1.0) as revenant, Lock(objects, ref, US):
        await revenant.lost.wait()
        lease = await objects.get(ref)
        assert lease is not None
        assert lease["spec"]["holderIdentity"] == str(US)


async def test_a_lease_that_was_removed_is_not_made_again_by_its_holder(
    objects: Objects, ref: Ref
) -> None:
    async with Lock(objects, ref, US, duration=1.0) as lock:
        await objects.delete(ref)
        await lock.lost.wait()
    assert await objects.get(ref) is None
