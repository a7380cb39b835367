"""The contract of Objects, kept by the real API."""

from collections.abc import AsyncIterator

import pytest

from backends.cluster import Cluster, open_cluster
from tests.cluster.control_plane import ControlPlane
from tests.cluster.identities import Identity
from tests.cluster.test_harness_pods import make_namespace
from tests.contract.objects_contract import ObjectsContract
from wizard.ports import Objects


@pytest.fixture
async def cluster(wizard_identity: Identity) -> AsyncIterator[Cluster]:
    """The backend under test, as an identity of its own."""
    async with open_cluster(wizard_identity.kubeconfig) as opened:
        yield opened


@pytest.fixture
def objects(cluster: Cluster) -> Objects:
    """The port of the contract."""
    return cluster.objects


@pytest.fixture
def home(control_plane: ControlPlane, namespace: str) -> str:
    """A namespace that exists."""
    make_namespace(control_plane, namespace)
    return namespace


class TestObjects(ObjectsContract):
    """On a real etcd and API server."""
