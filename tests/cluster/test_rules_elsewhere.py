"""Rules about what a Harbor needs elsewhere in the cluster, over the real API."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

from tests.cluster.cert_manager import NAMESPACE as CERT_MANAGER_NAMESPACE
from tests.cluster.cert_manager import CertManager
from tests.cluster.conftest import GIVES_UP_CONNECTIONS
from tests.cluster.control_plane import ControlPlane
from tests.cluster.identities import Identity
from tests.cluster.kube import APPS, Object
from tests.cluster.test_harness_pods import make_namespace
from tests.cluster.test_rules_alone import found
from tests.cluster.test_rules_of_certificates import certificate
from tests.cluster.wizard import Wizard
from wizard.answers.network import Network
from wizard.answers.target import Target
from wizard.diagnose.components import ComponentState
from wizard.live import pictures
from wizard.wiring import Site, open_world

pytestmark = GIVES_UP_CONNECTIONS
DNS = f"{APPS}/namespaces/kube-system/deployments"
CONTROLLER = f"{APPS}/namespaces/{CERT_MANAGER_NAMESPACE}/deployments/cert-manager"


def coredns(image: str) -> Object:
    """The Deployment of a cluster's DNS, of two pods."""
    labels = {"k8s-app": "kube-dns"}
    container = {"name": "coredns", "image": image}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    spec = {"replicas": 2, "selector": {"matchLabels": labels}, "template": pod}
    return {"metadata": {"name": "coredns", "labels": labels}, "spec": spec}


async def seen(
    identity: Identity, namespace: str, id_: str, true_of: Callable[[ComponentState], bool]
) -> ComponentState:
    """A part of the live view, once it is so."""
    async with (
        asyncio.timeout(60),
        open_world(Site(kubeconfig=identity.kubeconfig), Network()) as world,
        aclosing(pictures(world, Target(namespace=namespace), lambda _: None)) as shown,
    ):
        async for picture in shown:
            for state in picture.states:
                if state.id == id_ and true_of(state):
                    return state
    raise AssertionError("no more pictures")


async def test_a_dns_whose_pods_cannot_be_pulled_is_told_until_it_runs(
    control_plane: ControlPlane, wizard_identity: Identity, namespace: str
) -> None:
    make_namespace(control_plane, namespace)
    admin = control_plane.admin
    none = await seen(wizard_identity, namespace, "dns", lambda one: one.state == "unknown")
    assert "no Deployment with the label k8s-app=kube-dns" in none.reason
    admin.create(DNS, coredns("missing.test/coredns:1"))
    try:
        assert await found(wizard_identity, namespace, {"HW-210"}) == {"HW-210"}
        admin.merge(f"{DNS}/coredns", {"spec": coredns("registry.test/coredns:1")["spec"]})
        up = await seen(wizard_identity, namespace, "dns", lambda one: one.state == "ok")
        assert up.reason == "2 of 2 ready"
    finally:
        admin.delete(f"{DNS}/coredns")


async def test_who_may_not_look_at_it_is_told_so(
    control_plane: ControlPlane, namespace: str
) -> None:
    make_namespace(control_plane, namespace)
    rules = [
        {"apiGroups": [""], "resources": ["pods", "events"], "verbs": ["list", "watch"]},
        {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get"]},
    ]
    looker = control_plane.identity("no-dns", rules)
    state = await seen(looker, namespace, "dns", lambda _: True)
    assert (state.state, state.reason) == (
        "unknown",
        "No right to watch deployments.apps in kube-system",
    )


async def test_a_cert_manager_that_is_scaled_to_none_is_told(
    cert_manager: CertManager, wizard: Wizard, wizard_identity: Identity
) -> None:
    """The Deployments are those of its chart; of the certificate nobody says anything yet."""
    wizard.make_namespace()
    path = wizard.path("cert-manager.io/v1", "certificates")
    wizard.admin.create(path, certificate("tls"))
    home = wizard.namespace
    await seen(wizard_identity, home, "cert-manager", lambda one: one.state == "ok")
    wizard.admin.merge(CONTROLLER, {"spec": {"replicas": 0}})
    try:
        assert "HW-226" in await found(wizard_identity, home, {"HW-226"})
        await seen(wizard_identity, home, "cert-manager", lambda one: one.state == "failed")
    finally:
        wizard.admin.merge(CONTROLLER, {"spec": {"replicas": 1}})
