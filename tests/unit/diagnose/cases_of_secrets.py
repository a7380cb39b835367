"""Rules about Secrets that were changed under running pods."""

from typing import Any

from tests.unit.diagnose import world
from tests.unit.diagnose.cases import Case
from wizard.diagnose.kinds import SECRET
from wizard.diagnose.view import View
from wizard.ports import Object

STARTED, CHANGED = 3600, 900
"""Seconds ago: the pods began to run; somebody changed the Secret."""


def wrote(seconds: float, manager: str = "kubectl-patch", *, data: bool = True) -> Object:
    """An entry of what a Secret tells of who wrote it, as a brief watch has it."""
    told: Object = {"manager": manager, "time": world.ago(seconds)}
    return told | ({"fieldsV1": {"f:data": {}}} if data else {})


def secret(name: str, *writes: Object, **labels: str) -> Object:
    """A Secret, by its metadata alone."""
    return world.made(SECRET, name, 9000, metadata={"managedFields": [*writes], "labels": labels})


def variable(name: str, of: str) -> Object:
    """A variable from a Secret."""
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": of, "key": "secret"}}}


def mounted(component: str, of: str, key: str, *, whole: bool = False, age: float = 3600) -> Object:
    """A pod with an entry of a Secret as a file, or with all of it as a folder."""
    place = {"name": "files", "mountPath": "/etc/files"} | ({} if whole else {"subPath": "key"})
    pod = world.pod(component, age=age, container={"volumeMounts": [place]})
    items = {} if whole else {"items": [{"key": key, "path": "key"}]}
    pod["spec"]["volumes"] = [{"name": "files", "secret": {"secretName": of, **items}}]
    return pod


def reading(component: str, age: float = STARTED, **container: Any) -> Object:
    """A pod whose container runs since it was made."""
    return world.pod(component, age=age, container=container)


def jobservice(age: float, *writes: Object) -> View:
    """The job service, which shows core's secret, and who wrote that."""
    env = [variable("CORE_SECRET", "harbor-core-secret")]
    return world.view(reading("jobservice", age, env=env), secret("harbor-core-secret", *writes))


def encryption(age: float, *writes: Object) -> View:
    """Core, with the key that stored passwords are encrypted with."""
    name = "harbor-encryption-key"
    return world.view(mounted("core", name, "secretKey", age=age), secret(name, *writes))


SECRETS = (
    Case(
        "HW-241",
        lambda: jobservice(STARTED, wrote(CHANGED)),
        lambda: jobservice(STARTED, wrote(CHANGED, "labels", data=False), wrote(9000, "wizard")),
    ),
    Case(
        "HW-242",
        lambda: encryption(STARTED, wrote(CHANGED)),
        lambda: encryption(CHANGED - 60, wrote(CHANGED)),
    ),
)
