"""At which URL clients find a release, as far as its objects tell."""

from wizard.diagnose.asked import Place
from wizard.diagnose.components import objects_of
from wizard.diagnose.fields import spec, status
from wizard.diagnose.kinds import HTTP_ROUTE, INGRESS
from wizard.diagnose.view import View
from wizard.ports import Object, Ref


def place_of(view: View, namespace: str, release: str) -> Place | None:
    """The URL of an Ingress or a route, else of a load balancer; None: no object tells one."""
    entries = objects_of(view, "entry", namespace, release)
    for obj in sorted(entries, key=Ref.of):
        if url := _by_host(obj):
            return Place(url, "host", namespace, release, str(Ref.of(obj)))
    for obj in entries:
        if url := _by_address(obj):
            return Place(url, "address", namespace, release, str(Ref.of(obj)))
    return None


def _by_host(obj: Object) -> str:
    """By the first name that an Ingress or a route is for. A route tells nothing of TLS, which is
    usual.
    """
    if obj["kind"] == HTTP_ROUTE.name:
        names = spec(obj).get("hostnames") or ()
        return next((f"https://{name}" for name in names if "*" not in name), "")
    if obj["kind"] != INGRESS.name:
        return ""
    hosts = [str(rule.get("host") or "") for rule in spec(obj).get("rules") or ()]
    host = next((one for one in hosts if one and "*" not in one), "")
    return host and f"{'https' if _secured(obj, host) else 'http'}://{host}"


def _secured(ingress: Object, host: str) -> bool:
    """Whether the Ingress has TLS for a host; without a word about hosts it is for all."""
    sections = [one.get("hosts") for one in spec(ingress).get("tls") or ()]
    wildcard = f"*.{host.partition('.')[2]}"
    return any(not hosts or {host, wildcard} & {*hosts} for hosts in sections)


def _by_address(service: Object) -> str:
    """By the address that a load balancer gave to Harbor's Service."""
    given = (status(service).get("loadBalancer") or {}).get("ingress") or ()
    if spec(service).get("type") != "LoadBalancer" or not given:
        return ""
    address = str(given[0].get("hostname") or given[0].get("ip") or "")
    host = f"[{address}]" if ":" in address else address
    ports = {one["port"] for one in spec(service).get("ports") or ()}
    scheme = "https" if 443 in ports else "http"
    return host and f"{scheme}://{host}"
