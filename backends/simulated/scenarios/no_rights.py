"""The identity may work in namespaces only; an administrator has made one for Harbor."""

from backends.simulated.access import namespaced_only
from backends.simulated.cluster import cluster
from backends.simulated.scenarios.scenario import Scenario
from wizard.ports import Object


def _with_namespace() -> list[Object]:
    name = "harbor"
    return [*cluster(), {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}]


SCENARIO = Scenario(
    "no-rights",
    "an identity without any right outside the namespaces that are there, such as `harbor`",
    cluster=_with_namespace,
    granted=namespaced_only,
)
