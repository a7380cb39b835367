"""Rules about ways in, and about a server beside Harbor."""

from typing import Any

from tests.unit.diagnose import world
from tests.unit.diagnose.cases import Case
from wizard.diagnose.kinds import INGRESS, INGRESS_CLASS
from wizard.diagnose.observer import WATCHED
from wizard.diagnose.view import View

NGINX, INC = "k8s.io/ingress-nginx", "nginx.org/ingress-controller"
BODY, INC_BODY = "nginx.ingress.kubernetes.io/proxy-body-size", "nginx.org/client-max-body-size"
PROBE = """Readiness probe failed: Key                Value
---                -----
Seal Type          shamir
Initialized        {}
Sealed             {}
Total Shares       5"""


def entry(
    controller: str,
    annotations: dict[str, str],
    *,
    name: str = "web",
    default: bool = False,
    labels: dict[str, str] | None = None,
) -> View:
    """Harbor's Ingress, and the class that a controller serves."""
    given: dict[str, Any] = {"annotations": annotations} | ({"labels": labels} if labels else {})
    wanted = {"ingressClassName": name} if name else {}
    addressed = {"loadBalancer": {"ingress": [{"ip": "10.0.0.1"}]}}
    ingress = world.made(INGRESS, "harbor-ingress", metadata=given, spec=wanted, status=addressed)
    marks = {"ingressclass.kubernetes.io/is-default-class": str(default).lower()}
    place = {"name": "web", "namespace": "", "annotations": marks}
    class_ = world.made(INGRESS_CLASS, "web", metadata=place, spec={"controller": controller})
    return world.view(ingress, class_, asked=[*WATCHED, INGRESS_CLASS])


def server(initialized: str, sealed: str, *, ready: bool = False) -> View:
    """A Vault whose readiness probe printed its status."""
    pod = world.pod("server", world.runs(200, ready=ready), name="vault-0")
    said = PROBE.format(initialized, sealed)
    return world.view(pod, world.event(pod, "Unhealthy", said, last=5))


ENTRIES = (
    Case("HW-019", lambda: entry(NGINX, {}), lambda: entry(NGINX, {BODY: "0"})),
    Case("HW-036", lambda: server("true", "true"), lambda: server("true", "false")),
)
