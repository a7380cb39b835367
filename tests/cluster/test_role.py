"""The role that `wizard rbac` prints: enough for every command, and not more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.cluster.audit import Entry
from tests.cluster.command import Ended
from tests.cluster.control_plane import ControlPlane
from tests.cluster.identities import Identity, write_kubeconfig
from tests.cluster.kube import CORE, RBAC, KubeError, Object
from tests.cluster.wizard import LEASES, Wizard, site
from wizard.run.holder import Holder

BEFORE: Object = {
    "expose": {"kind": "nodePort", "httpPort": 30570, "httpsPort": 30571},
    "url": "https://harbor.test:30571",
    "scanner": {"trivy": {"enabled": True}},
    "metrics": {"enabled": True},
}
CHANGED: Object = {**BEFORE, "replicas": {"portal": 2}}
LESS: Object = {**CHANGED, "scanner": {"trivy": {"enabled": False}}, "metrics": {"enabled": False}}
LARGER: Object = {"volumes": {"database": {"size": "2Gi"}}}

APPLIED = "server-side apply of what is not there yet takes it, but counts as `patch`"
UNUSED = {
    ("", "configmaps", "create"): APPLIED,
    ("", "persistentvolumes", "patch"): "only where the class keeps volumes",
    ("apps", "deployments", "create"): APPLIED,
    ("apps", "statefulsets", "create"): APPLIED,
    ("", "pods/portforward", "create"): "newer API servers ask for it instead of `get`",
    ("gateway.networking.k8s.io", "httproutes", "list"): "the test cluster does not serve it",
    ("gateway.networking.k8s.io", "httproutes", "watch"): "the test cluster does not serve it",
}
"""What the role grants and no command here uses, with the reason."""

PLURALS = {"ClusterRole": "clusterroles", "ClusterRoleBinding": "clusterrolebindings"}
IN_NAMESPACE = {"Role": "roles", "RoleBinding": "rolebindings"}


def _path(obj: Object) -> str:
    kind, name, where = obj["kind"], obj["metadata"]["name"], obj["metadata"].get("namespace")
    if kind == "Namespace":
        return f"{CORE}/namespaces/{name}"
    if kind == "ServiceAccount":
        return f"{CORE}/namespaces/{where}/serviceaccounts/{name}"
    if kind in PLURALS:
        return f"{RBAC}/{PLURALS[kind]}/{name}"
    return f"{RBAC}/namespaces/{where}/{IN_NAMESPACE[kind]}/{name}"


def printed_role(wizard: Wizard) -> list[Object]:
    """What `wizard rbac` prints for the preset; it needs no cluster."""
    preset = str(wizard.folder / "preset.yaml")
    ended = wizard.run("rbac", "--preset", preset, KUBECONFIG=str(wizard.folder / "none"))
    return list(yaml.safe_load_all(ended.require(0).stdout))


def apply_role(wizard: Wizard, objects: list[Object]) -> Identity:
    """Apply it as an administrator does; the ServiceAccount that it is for, with a token."""
    for obj in objects:
        wizard.admin.apply(_path(obj), obj)
    plane = wizard.control_plane
    account = next(obj for obj in objects if obj["kind"] == "ServiceAccount")["metadata"]
    spec = {"spec": {"expirationSeconds": 12 * 3600}}
    token = wizard.admin.create(f"{_path(objects[1])}/token", spec)["status"]["token"]
    path = wizard.folder / "role.kubeconfig"
    write_kubeconfig(path, plane.server, plane.ca, {"token": token})
    return Identity(account["name"], token, path, plane.server, plane.ca, account["namespace"])


def granted(objects: list[Object]) -> set[tuple[str, str, str]]:
    """{(API group, resource, verb)} of all roles."""
    return {
        (group, resource, verb)
        for obj in objects
        for rule in obj.get("rules", ())
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


@dataclass
class Commands:
    """All commands of a Harbor's life, run as the role's identity."""

    role: list[Object]
    ended: dict[str, Ended]
    denied: list[Entry]
    used: set[tuple[str, str, str]]


@pytest.fixture(scope="module")
def commands(
    control_plane: ControlPlane, charts: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Commands]:
    with site(control_plane, charts, tmp_path_factory.mktemp("role")) as wizard:
        preset = str(wizard.preset(BEFORE))
        role = printed_role(wizard)
        wizard.identity = apply_role(wizard, role)
        ended = {"check": wizard.install("--check"), "plan": wizard.install("--plan")}
        _leave_a_lock(wizard)
        ended["install"] = wizard.install()
        ended["second run"] = wizard.install()
        wizard.preset(CHANGED)
        ended["change"] = wizard.install()
        wizard.preset(LESS)
        ended["removal"] = wizard.install("--allow", "delete")
        wizard.preset(LESS, storage=LARGER)
        ended["replace"] = wizard.install("--allow", "replace")
        ended["verify"] = wizard.run("verify", "--preset", preset, "--output", "jsonl")
        ended["troubleshoot"] = wizard.run("troubleshoot", "--preset", preset, "--once")
        user, audit = wizard.identity.user, control_plane.audit
        yield Commands(role, ended, audit.denied(user), audit.verbs_used(user))


def _leave_a_lock(wizard: Wizard) -> None:
    """The Lease of a run that was killed on this machine."""
    here = Holder.current()
    dead = Holder(here.host, here.pid, here.boot, "0")
    spec = {"holderIdentity": str(dead), "leaseDurationSeconds": 45}
    lease = {"metadata": {"name": "harbor-wizard-harbor"}, "spec": spec}
    wizard.admin.create(wizard.path(LEASES, "leases"), lease)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("check", 0),
        ("plan", 10),
        ("install", 0),
        ("second run", 0),
        ("change", 0),
        ("removal", 0),
        ("replace", 0),
        ("verify", 9),  # nothing listens at Harbor's URL here; what else it asks is seen below
        ("troubleshoot", 0),
    ],
)
def test_the_role_is_enough(commands: Commands, command: str, code: int) -> None:
    commands.ended[command].require(code)


def test_no_request_was_denied(commands: Commands) -> None:
    assert [str(entry) for entry in commands.denied] == []


def test_the_checks_see_all_that_they_ask_for(commands: Commands) -> None:
    # The stand-in lets nobody log in, and nothing listens at Harbor's URL.
    verified = {"verify.login": "warn", "verify.address": "fail"}
    for command, bad in (("check", {}), ("verify", verified)):
        checks = {e["check"]: e["state"] for e in commands.ended[command].events}
        assert {id_: state for id_, state in checks.items() if state != "ok"} == bad


def test_the_role_grants_nothing_that_no_command_used(commands: Commands) -> None:
    assert granted(commands.role) - commands.used == set(UNUSED)


def test_an_apply_of_something_new_takes_the_right_to_create(narrow: Narrow) -> None:
    new: Object = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "new"}}
    path = narrow.wizard.path("", "configmaps", "new")
    narrow.without("", "configmaps", "create")
    with (
        closing(narrow.wizard.identity.kube()) as kube,
        pytest.raises(KubeError, match="cannot create resource"),
    ):
        kube.apply(path, new)


def test_the_role_names_objects_and_never_everything(commands: Commands) -> None:
    assert "*" not in {part for right in granted(commands.role) for part in right}
    for rule in (rule for obj in commands.role for rule in obj.get("rules", ())):
        if rule["resources"] == ["namespaces"]:
            assert len(rule["resourceNames"]) == 1
        if rule["resources"] == ["leases"] and rule["verbs"] != ["create"]:
            assert rule["resourceNames"] == ["harbor-wizard-harbor"]


@dataclass
class Narrow:
    """A role of which single rights can be taken away."""

    wizard: Wizard
    role: list[Object]

    def without(self, group: str, resource: str, verb: str) -> None:
        """Apply the role without that right."""
        apply_role(self.wizard, [_narrowed(obj, group, resource, verb) for obj in self.role])


def _narrowed(obj: Object, group: str, resource: str, verb: str) -> Object:
    rules = []
    for rule in obj.get("rules", ()):
        meant = rule["apiGroups"] == [group] and resource in rule["resources"]
        rest = [one for one in rule["resources"] if not (meant and one == resource)]
        less = [one for one in rule["verbs"] if one != verb]
        rules += [{**rule, "resources": rest}] if rest else []
        rules += [{**rule, "resources": [resource], "verbs": less}] if meant and less else []
    return {**obj, "rules": rules} if "rules" in obj else obj


@pytest.fixture(scope="module")
def narrow(
    control_plane: ControlPlane, charts: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Narrow]:
    with site(control_plane, charts, tmp_path_factory.mktemp("narrow")) as wizard:
        wizard.preset()
        role = printed_role(wizard)
        wizard.identity = apply_role(wizard, role)
        yield Narrow(wizard, role)


@pytest.mark.parametrize(
    ("right", "told"),
    [
        (("apps", "deployments", "create"), "create deployments.apps in {}: Helm creates"),
        (("", "secrets", "patch"), "patch secrets in {}: Helm changes"),
        (("coordination.k8s.io", "leases", "create"), "create leases.coordination.k8s.io in {}:"),
        (("", "pods/portforward", "get"), "get pods/portforward in {}: to ask Harbor"),
        (("", "pods", "watch"), "watch pods in {}: to see whether"),
    ],
    ids=lambda value: " ".join(filter(None, value)) if isinstance(value, tuple) else "",
)
def test_without_a_right_that_is_needed_nothing_begins(
    narrow: Narrow, right: tuple[str, str, str], told: str
) -> None:
    narrow.without(*right)
    wizard = narrow.wizard
    mark = wizard.control_plane.audit.mark()
    ended = wizard.install().require(3)
    checks = {event["check"]: event for event in ended.events if "check" in event}
    assert [id_ for id_, event in checks.items() if event["state"] == "fail"] == ["cluster.rights"]
    assert checks["cluster.rights"]["fact"].startswith("1 of ")
    assert told.format(wizard.namespace) in checks["cluster.rights"]["fact"]
    assert "wizard rbac" in checks["cluster.rights"]["fix"]
    assert wizard.control_plane.audit.writes(wizard.identity.user, mark) == []


@pytest.mark.parametrize(
    ("right", "check", "state", "told"),
    [
        (("", "pods/log", "get"), "cluster.rights", "ok", "get pods/log in {}: to follow logs"),
        (("", "events", "list"), "cluster.rights", "ok", "list events in {}: to tell why"),
        (("", "nodes", "list"), "nodes.ready", "skipped", "A right is missing (list nodes)"),
        (
            ("", "resourcequotas", "list"),
            "quota.quotas",
            "skipped",
            "A right is missing (list resourcequotas in {}",
        ),
    ],
    ids=lambda value: " ".join(filter(None, value)) if isinstance(value, tuple) else "",
)
def test_without_an_optional_right_it_works_and_says_what_it_does_not_see(
    narrow: Narrow, right: tuple[str, str, str], check: str, state: str, told: str
) -> None:
    narrow.without(*right)
    ended = narrow.wizard.install().require(0)
    [event] = [event for event in ended.events if event.get("check") == check]
    assert event["state"] == state
    assert told.format(narrow.wizard.namespace) in event["fact"]


def test_without_the_logs_troubleshooting_tells_that_it_did_not_read_them(narrow: Narrow) -> None:
    narrow.without("", "pods/log", "get")
    preset = str(narrow.wizard.folder / "preset.yaml")
    narrow.wizard.install().require(0)
    ended = narrow.wizard.run("troubleshoot", "--preset", preset, "--once", "--output", "json")
    reasons = [one["reason"] for one in ended.require(0).document["notChecked"]]
    assert any("Not allowed to get pods/log" in reason for reason in reasons), reasons


def test_an_identity_without_rights_is_told_so(wizard: Wizard) -> None:
    wizard.identity = wizard.control_plane.identity(rules=[])
    wizard.preset()
    ended = wizard.install().require(3)
    facts = {e["check"]: e["fact"] for e in ended.events if e.get("state") == "fail"}
    assert list(facts) == ["cluster.rights"]
    assert f"create deployments.apps in {wizard.namespace}" in facts["cluster.rights"]
    assert wizard.control_plane.audit.writes(wizard.identity.user) == []
