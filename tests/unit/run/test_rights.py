"""The role that grants exactly the rights of a preset."""

from wizard.answers.target import Target
from wizard.ports import NeededRight, Right
from wizard.run.rights import role_objects

TARGET = Target(namespace="harbor", release="harbor")
NEEDED = [
    NeededRight(Right("get", "", "secrets", "harbor"), "a"),
    NeededRight(Right("create", "", "secrets", "harbor"), "b"),
    NeededRight(Right("get", "", "configmaps", "harbor"), "c"),
    NeededRight(Right("create", "", "configmaps", "harbor"), "d"),
    NeededRight(Right("get", "", "namespaces", "kube-system", "kube-system"), "e"),
    NeededRight(Right("list", "", "nodes"), "f"),
    NeededRight(Right("get", "", "secrets", "harbor"), "said twice"),
]


def test_each_namespace_has_its_role_and_the_cluster_one() -> None:
    objects = role_objects(NEEDED, TARGET)

    assert [(obj["kind"], obj["metadata"].get("namespace")) for obj in objects] == [
        ("Namespace", None),
        ("ServiceAccount", "harbor"),
        ("ClusterRole", None),
        ("ClusterRoleBinding", None),
        ("Role", "harbor"),
        ("RoleBinding", "harbor"),
        ("Role", "kube-system"),
        ("RoleBinding", "kube-system"),
    ]


def test_rules_join_resources_with_the_same_verbs() -> None:
    role = next(
        obj
        for obj in role_objects(NEEDED, TARGET)
        if obj["kind"] == "Role" and obj["metadata"]["namespace"] == "harbor"
    )

    assert role["rules"] == [
        {"apiGroups": [""], "resources": ["configmaps", "secrets"], "verbs": ["create", "get"]}
    ]


def test_a_right_on_one_object_names_it() -> None:
    role = role_objects(NEEDED, TARGET)[-2]

    assert role["rules"] == [
        {
            "apiGroups": [""],
            "resources": ["namespaces"],
            "resourceNames": ["kube-system"],
            "verbs": ["get"],
        }
    ]


def test_every_binding_leads_to_the_one_account() -> None:
    bindings = [obj for obj in role_objects(NEEDED, TARGET) if obj["kind"].endswith("Binding")]

    account = {"kind": "ServiceAccount", "name": "harbor-wizard", "namespace": "harbor"}
    assert len(bindings) == 3
    assert all(binding["subjects"] == [account] for binding in bindings)
