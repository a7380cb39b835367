"""How clients reach Harbor, as chart values."""

from typing import Any, assert_never

from wizard.answers.exposure import (
    ClusterIpExposure,
    GatewayExposure,
    IngressExposure,
    LoadBalancerExposure,
    NodePortExposure,
    ParentRef,
)
from wizard.answers.preset import Preset
from wizard.charts.names import Names
from wizard.charts.tls import certificate_secret

PATH_LAYOUTS = {"gce": "gce", "gce-internal": "gce", "ncp": "ncp"}
"""Ingress classes whose controllers match paths in their own way, and the chart's word for it."""


def exposure_values(preset: Preset) -> dict[str, Any]:
    """The chart's `expose` and what follows from the URL.

    `certSource` is never left at its default: with it the chart makes a new CA at every upgrade,
    and with a Gateway core waits for ever for a Secret that nothing creates (seen in 1.19.2).
    """
    values: dict[str, Any] = {
        "expose": {**_by_kind(preset), "tls": _tls(preset)},
        "externalURL": preset.harbor.url,
    }
    if preset.pki.kind == "none" and preset.harbor.https:
        # Harbor sees plain http and would send clients there (goharbor/harbor-helm#1098).
        values["registry"] = {"relativeurls": True}
    return values


def _tls(preset: Preset) -> dict[str, Any]:
    name = certificate_secret(preset)
    if name is None:
        return {"enabled": False, "certSource": "none"}
    return {"enabled": True, "certSource": "secret", "secret": {"secretName": name}}


def _by_kind(preset: Preset) -> dict[str, Any]:
    exposure = preset.harbor.expose
    match exposure:
        case IngressExposure():
            return {"type": "ingress", "ingress": _ingress(preset, exposure)}
        case GatewayExposure():
            parents = [_parent(one) for one in exposure.parent_refs]
            return {
                "type": "route",
                "route": {"parentRefs": parents, "hosts": [preset.harbor.host]},
            }
        case NodePortExposure() | LoadBalancerExposure() | ClusterIpExposure():
            name = Names(preset.target.release).exposed_service
            return {"type": exposure.kind, exposure.kind: {"name": name, **_service(exposure)}}
        case _ as never:
            assert_never(never)


def _parent(parent: ParentRef) -> dict[str, str]:
    given = {
        "name": parent.name,
        "namespace": parent.namespace,
        "sectionName": parent.section_name,
    }
    return {key: text for key, text in given.items() if text}


def _service(
    exposure: NodePortExposure | LoadBalancerExposure | ClusterIpExposure,
) -> dict[str, Any]:
    """What the Service is told; its own ports stay 80 and 443."""
    match exposure:
        case NodePortExposure():
            http, https = exposure.http_port, exposure.https_port
            return {"ports": {"http": {"nodePort": http}, "https": {"nodePort": https}}}
        case LoadBalancerExposure():
            return {
                "IP": exposure.ip or "",
                "sourceRanges": list(exposure.source_ranges),
                "annotations": dict(exposure.annotations),
            }
        case ClusterIpExposure():
            return {}
        case _ as never:
            assert_never(never)


def _ingress(preset: Preset, exposure: IngressExposure) -> dict[str, Any]:
    class_name = exposure.class_name or ""
    return {
        "hosts": {"core": preset.harbor.host},
        "className": class_name,
        "controller": PATH_LAYOUTS.get(class_name or exposure.annotated_class, "default"),
        "annotations": {**_annotations(preset), **exposure.annotations},
    }


def _annotations(preset: Preset) -> dict[str, str]:
    """What the common controllers have to be told; each reads its own prefix and no other.

    Bodies of any size and without a time limit, since a layer is one request
    (goharbor/harbor-helm#731), and http sent to https only where the ingress itself has TLS: else
    a load balancer that ends TLS in front of it is redirected for ever. The chart's defaults say
    "true", so "false" must be said.
    """
    redirect = str(preset.pki.kind != "none").lower()
    annotations = {
        "nginx.ingress.kubernetes.io/proxy-body-size": "0",
        "nginx.ingress.kubernetes.io/ssl-redirect": redirect,
        "ingress.kubernetes.io/proxy-body-size": "0",
        "ingress.kubernetes.io/ssl-redirect": redirect,
        "nginx.org/client-max-body-size": "0",
        "haproxy.org/ssl-redirect": redirect,
        "haproxy-ingress.github.io/ssl-redirect": redirect,
        "ingress.kubernetes.io/force-ssl-redirect": redirect,
        "projectcontour.io/response-timeout": "infinity",
        "alb.ingress.kubernetes.io/target-type": "ip",
    }
    if preset.harbor.internal_tls:
        names = Names(preset.target.release)
        services = f"{names.component('core')},{names.component('portal')}"
        annotations |= {
            "nginx.org/ssl-services": services,
            "haproxy.org/server-ssl": "true",
            "alb.ingress.kubernetes.io/backend-protocol": "HTTPS",
        }
    return annotations
