"""trust.pods on a real API server; the test plays trust-manager, which cannot run there."""

import base64

from tests.cluster.kube import KubeError, Object
from tests.cluster.process import poll
from tests.cluster.wizard import Wizard

BUNDLES = "/apis/trust.cert-manager.io/v1alpha1/bundles"
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
NAMES = {"kind": "Bundle", "listKind": "BundleList", "plural": "bundles", "singular": "bundle"}
DEFINITION: Object = {
    "metadata": {"name": "bundles.trust.cert-manager.io"},
    "spec": {
        "group": "trust.cert-manager.io",
        "scope": "Cluster",
        "names": NAMES,
        "versions": [
            {
                "name": "v1alpha1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "x-kubernetes-preserve-unknown-fields": True,
                    }
                },
            }
        ],
    },
}


def test_the_root_is_published_once_trust_manager_is_there(wizard: Wizard) -> None:
    wizard.preset(trust={"pods": "trust-manager"})
    refused = wizard.install().require(3)
    assert "trust-manager is not installed" in refused.stdout

    wizard.admin.create(DEFINITIONS, DEFINITION)
    poll("Bundles are served", lambda: _served(wizard), 60)
    bundle = f"{BUNDLES}/{wizard.namespace}-harbor-ca"
    try:
        with wizard.begin() as running:
            running.until_event("step.waiting", "trust.pods")
            _synced(wizard, bundle)
            running.wait().require(0)
        root = wizard.admin.get(wizard.path("", "secrets", "harbor-ca"))["data"]["ca.crt"]
        (source,) = wizard.admin.get(bundle)["spec"]["sources"]
        assert source["inLine"].encode() == base64.b64decode(root)
        wizard.nothing_to_do()
    finally:
        wizard.admin.delete(f"{DEFINITIONS}/{DEFINITION['metadata']['name']}")


def _served(wizard: Wizard) -> bool:
    """A new kind is not there at once, and its storage needs a moment more."""
    try:
        return wizard.admin.items(BUNDLES) == []
    except KubeError:
        return False


def _synced(wizard: Wizard, bundle: str) -> None:
    generation = wizard.admin.get(bundle)["metadata"]["generation"]
    condition = {"type": "Synced", "status": "True", "reason": "Synced"}
    status = {"conditions": [condition | {"observedGeneration": generation}]}
    wizard.admin.merge(f"{bundle}/status", {"status": status})
