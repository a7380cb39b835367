"""How clients reach Harbor."""

from typing import Annotated, Literal

from pydantic import Field

from wizard.answers.scalars import (
    Address,
    AddressRange,
    Annotations,
    Name,
    ObjectName,
    Port,
)
from wizard.answers.section import Section, answer

CLASS_ANNOTATION = "kubernetes.io/ingress.class"


class IngressExposure(Section):
    """Through an ingress controller."""

    label = "Ingress"
    kind: Literal["ingress"]
    class_name: ObjectName | None = answer(
        None,
        label="Ingress class",
        help="The IngressClass; without it the cluster's default class.",
        example="traefik",
        front=True,
    )
    annotations: Annotations = answer(
        {}, label="Annotations", help="Annotations of the Ingress, added to the wizard's own."
    )

    @property
    def annotated_class(self) -> str:
        """The class by the older annotation, which some controllers (GKE's) know alone."""
        return self.annotations.get(CLASS_ANNOTATION, "")


class ParentRef(Section):
    """A Gateway, or one of its listeners."""

    name: ObjectName = answer(label="Gateway", help="The name of the Gateway.", example="public")
    namespace: Name | None = answer(
        None, label="Namespace", help="Its namespace; without it the target's namespace."
    )
    section_name: ObjectName | None = answer(
        None, label="Listener", help="One listener of the Gateway; without it all.", example="https"
    )


class GatewayExposure(Section):
    """Through the Gateway API: an HTTPRoute that is attached to Gateways."""

    label = "Gateway"
    kind: Literal["gateway"]
    parent_refs: Annotated[tuple[ParentRef, ...], Field(min_length=1)] = answer(
        label="Gateways",
        help="The Gateways that the route is attached to.",
        example=[{"name": "public", "namespace": "gateways"}],
    )


class NodePortExposure(Section):
    """Through a port on every node."""

    label = "Node ports"
    kind: Literal["nodePort"]
    http_port: Port = answer(30002, label="HTTP port", help="The node port for http.", front=True)
    https_port: Port = answer(
        30003, label="HTTPS port", help="The node port for https.", front=True
    )


class LoadBalancerExposure(Section):
    """Through a load balancer of the cluster."""

    label = "Load balancer"
    kind: Literal["loadBalancer"]
    ip: Address | None = answer(
        None, label="Address", help="The address to ask for.", example="192.0.2.10"
    )
    source_ranges: tuple[AddressRange, ...] = answer(
        (), label="Allowed clients", help="Ranges that may connect.", example=["10.0.0.0/8"]
    )
    annotations: Annotations = answer(
        {}, label="Annotations", help="Annotations of the Service, as the load balancer needs them."
    )


class ClusterIpExposure(Section):
    """Inside the cluster only, or behind something that you run yourself."""

    label = "Cluster only"
    kind: Literal["clusterIP"]


Exposure = Annotated[
    IngressExposure | GatewayExposure | NodePortExposure | LoadBalancerExposure | ClusterIpExposure,
    Field(discriminator="kind"),
]
