"""What is known of a release's objects without a cluster."""

from tests.unit.charts.conftest import Render, preset_of
from wizard.charts.manifest import owned, plural, rights
from wizard.ports import Kind, Object, Right

BARE: Object = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}


def test_marks_of_helm_are_added_and_others_kept() -> None:
    labelled = {**BARE, "metadata": {"name": "b", "labels": {"app": "x"}, "annotations": None}}
    first, second = owned([BARE, labelled], "harbor", "registry")
    assert first["metadata"] == {
        "name": "a",
        "namespace": "registry",
        "labels": {"app.kubernetes.io/managed-by": "Helm"},
        "annotations": {
            "meta.helm.sh/release-name": "harbor",
            "meta.helm.sh/release-namespace": "registry",
        },
    }
    assert second["metadata"]["labels"]["app"] == "x"
    assert BARE["metadata"] == {"name": "a"}


def test_what_names_no_namespace_is_in_that_of_the_release_if_its_kind_lives_in_one() -> None:
    elsewhere = {**BARE, "metadata": {"name": "b", "namespace": "other"}}
    of_the_cluster = {**BARE, "kind": "PersistentVolume"}
    found = owned([BARE, elsewhere, of_the_cluster], "harbor", "registry")
    assert [one["metadata"].get("namespace") for one in found] == ["registry", "other", None]


async def test_rights_are_those_of_the_kinds_and_of_helms_own_secrets(render: Render) -> None:
    preset = preset_of({"expose": {"kind": "gateway", "parentRefs": [{"name": "public"}]}})
    taken = {one.right: one.reason for one in rights(await render(preset), "harbor")}
    assert Right("patch", "apps", "statefulsets", "harbor") in taken
    assert Right("create", "gateway.networking.k8s.io", "httproutes", "harbor") in taken
    assert {one.verb for one in taken if one.resource == "secrets"} == {
        "get",
        "list",
        "create",
        "update",
        "patch",
        "delete",
    }
    assert {one.namespace for one in taken} == {"harbor"}
    assert all(taken.values())


async def test_claims_that_helm_keeps_need_no_right_to_delete(render: Render) -> None:
    taken = {one.right for one in rights(await render(preset_of()), "harbor")}
    verbs = {one.verb for one in taken if one.resource == "persistentvolumeclaims"}
    assert verbs == {"get", "create", "patch"}


def test_an_object_of_the_cluster_takes_a_right_on_the_cluster() -> None:
    role = {**BARE, "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole"}
    taken = {one.right for one in rights([role], "harbor")}
    assert Right("get", "rbac.authorization.k8s.io", "clusterroles") in taken


def test_resources_of_kinds() -> None:
    expected = {
        "Deployment": "deployments",
        "Ingress": "ingresses",
        "StorageClass": "storageclasses",
        "NetworkPolicy": "networkpolicies",
        "PodDisruptionBudget": "poddisruptionbudgets",
    }
    assert {name: plural(Kind("v1", name)) for name in expected} == expected
