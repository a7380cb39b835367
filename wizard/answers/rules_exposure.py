"""Rules about the URL, the exposure and TLS."""

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from wizard.answers.exposure import (
    CLASS_ANNOTATION,
    GatewayExposure,
    IngressExposure,
    LoadBalancerExposure,
    NodePortExposure,
)
from wizard.answers.pki import NoPki
from wizard.answers.preset import Preset
from wizard.answers.problems import Problem


def tls_and_url(preset: Preset) -> Iterator[Problem]:
    """Plain http only without a certificate, and only with a reason."""
    if preset.harbor.https:
        return
    if not isinstance(preset.pki, NoPki):
        yield Problem(
            "harbor.url",
            f"is plain http, but pki.kind '{preset.pki.kind}' brings a certificate",
            f"Write https://{preset.harbor.url.removeprefix('http://')}, or set pki.kind to none.",
        )
    elif preset.pki.plain_http_reason is None:
        yield Problem(
            "harbor.url",
            "is plain http: passwords and images would cross the network unencrypted",
            "Use https:// where TLS ends in front of Harbor; else say why in pki.plainHttpReason.",
        )


def name_of_registry(preset: Preset) -> Iterator[Problem]:
    """Clients take the part before the first slash for a registry only where it has a dot or a
    port, or is `localhost`; else it is a path of Docker Hub (distribution/reference, normalize.go).
    """
    host, port = preset.harbor.host, urlsplit(preset.harbor.url).port
    if port is None and not {".", ":"} & {*host} and host != "localhost":
        yield Problem(
            "harbor.url",
            f"has a name without a dot: clients would ask Docker Hub for `{host}/…`",
            f"Write the whole name, such as {host}.example.com, or a port.",
        )


def port_in_url(preset: Preset) -> Iterator[Problem]:
    """Clients take the port from the URL; a wrong one breaks logins (goharbor/harbor-helm#1266)."""
    harbor, expose = preset.harbor, preset.harbor.expose
    tls_in_front = isinstance(preset.pki, NoPki) and harbor.https
    if tls_in_front or not isinstance(expose, NodePortExposure | LoadBalancerExposure):
        return
    if isinstance(expose, NodePortExposure):
        served = expose.https_port if harbor.https else expose.http_port
    else:
        served = 443 if harbor.https else 80
    if harbor.port == served:
        return
    base = f"{urlsplit(harbor.url).scheme}://{bracketed(harbor.host)}"
    if urlsplit(harbor.url).port is None:
        yield Problem(
            "harbor.url",
            f"has no port, but Harbor answers on node port {served}",
            f"Write {base}:{served}. Where something in front forwards port {harbor.port} there, "
            f"write {base}:{harbor.port}.",
        )
    else:
        yield Problem(
            "harbor.url",
            f"names port {harbor.port}, but Harbor answers on port {served}",
            f"Write {base}:{served}, unless something in front forwards the port.",
            severity="warning",
        )


def bracketed(host: str) -> str:
    """A host as URLs have it."""
    return f"[{host}]" if ":" in host else host


def host_of_routes(preset: Preset) -> Iterator[Problem]:
    """Ingress and HTTPRoute take host names only (Kubernetes API: IP addresses are refused)."""
    expose = preset.harbor.expose
    if isinstance(expose, IngressExposure | GatewayExposure) and is_address(preset.harbor.host):
        yield Problem(
            "harbor.url",
            f"names an IP address, which '{expose.kind}' cannot route",
            "Use a host name, or expose Harbor by nodePort or loadBalancer.",
        )


def one_ingress_class(preset: Preset) -> Iterator[Problem]:
    """The API server refuses an Ingress that names its class in both ways."""
    expose = preset.harbor.expose
    if isinstance(expose, IngressExposure) and expose.class_name and expose.annotated_class:
        yield Problem(
            "harbor.expose.className",
            f"stands beside the annotation {CLASS_ANNOTATION}: only one may name the class",
            "Take the annotation out, unless your controller knows no classes (GKE's).",
        )


def is_address(host: str) -> bool:
    """Whether a host is an IP address."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def gateway_tls(preset: Preset) -> Iterator[Problem]:
    """A Gateway ends TLS itself, and speaks http to what is behind it."""
    if not isinstance(preset.harbor.expose, GatewayExposure):
        return
    if preset.harbor.internal_tls:
        yield Problem(
            "harbor.internalTls",
            "the Gateway speaks http to Harbor's components, which then answer in TLS only",
            "Set it to false, or make a BackendTLSPolicy for the Services of core and portal.",
            severity="warning",
        )
    if not isinstance(preset.pki, NoPki):
        yield Problem(
            "pki.kind",
            "the Gateway ends TLS, so clients see its certificate, not this one",
            "Let the Gateway's listener use the same Secret, or set pki.kind to none.",
            severity="warning",
        )


def node_ports(preset: Preset) -> Iterator[Problem]:
    """Two ports, in the range that API servers use unless told otherwise."""
    expose = preset.harbor.expose
    if not isinstance(expose, NodePortExposure):
        return
    if expose.http_port == expose.https_port:
        yield Problem(
            "harbor.expose.httpsPort", "is the same as httpPort", "Choose two different ports."
        )
    for key, port in (("httpPort", expose.http_port), ("httpsPort", expose.https_port)):
        if not 30000 <= port <= 32767:
            yield Problem(
                f"harbor.expose.{key}",
                f"{port} lies outside 30000-32767, the usual range of node ports",
                "Choose a port in the range, unless your API server has another.",
                severity="warning",
            )
