"""The Service in front of Harbor: node ports that are free and reachable, a load balancer."""

from collections.abc import Mapping, Sequence

from wizard.answers.preset import Preset
from wizard.checks.base import Check, Outcome, Subject, getting_namespace, listing
from wizard.checks.choices import NAMESPACE, container_of
from wizard.checks.nodes import NODE
from wizard.checks.workloads import of_kind
from wizard.errors import Forbidden, Invalid
from wizard.ports import Kind, Object, Ref, Right, Server, World

SERVICE = Kind("v1", "Service")

USUAL = range(30000, 32768)
"""Node ports unless the API server has another `--service-node-port-range`. A dry run tells only
what is taken, not what lies outside the range (measured with Kubernetes 1.34)."""

_OTHER_PORTS = (
    "Choose other ports in harbor.expose.httpPort and httpsPort; a port in harbor.url follows them."
)


async def node_ports(world: World, subject: Subject) -> Outcome:
    """Whether the node ports are free: by their owners as far as visible, then by a dry run."""
    services = of_kind(subject.manifest, "Service")
    service = next((one for one in services if one["spec"].get("type") == "NodePort"), None)
    if service is None:
        return Outcome("skipped", "The rendered chart has no Service with node ports.")
    owners = await _owners(world, Ref.of(service))
    taken = [f"{port} by {owners[port]}" for port in _ports_of(service) if port in owners]
    if taken:
        return _not_free(f"Node ports are taken: {', '.join(taken)}.")
    return await _tried(world, service)


def _ports_of(service: Object) -> list[int]:
    ports = service["spec"].get("ports", ())
    return sorted({port["nodePort"] for port in ports if "nodePort" in port})


async def _owners(world: World, own: Ref) -> Mapping[int, Ref]:
    """Who has which node port, as far as visible; Harbor's own Service left out."""
    try:
        services = (await world.objects.list(SERVICE)).items
    except Forbidden:
        return {}
    others = [one for one in services if Ref.of(one) != own]
    return {port: Ref.of(one) for one in others for port in _ports_of(one)}


async def _tried(world: World, service: Object) -> Outcome:
    """What the API server says of the node ports."""
    own, ports = Ref.of(service), _ports_of(service)
    wanted = ", ".join(map(str, ports))
    live = await world.objects.get(own)
    if live is not None and set(ports) <= set(_ports_of(live)):
        return Outcome("ok", f"Harbor's own Service has the node ports {wanted}.")
    unusual = [str(port) for port in ports if port not in USUAL]
    if unusual:
        return Outcome(
            "warn",
            f"Node ports lie outside {USUAL[0]} to {USUAL[-1]}: {', '.join(unusual)}.",
            "The API server refuses them unless its range was changed, which cannot be seen.",
            _OTHER_PORTS,
        )
    if await world.objects.get(Ref(NAMESPACE, "", own.namespace)) is None:
        return Outcome("ok", f"No visible Service has the node ports {wanted}.")
    try:
        await world.objects.create(_trial(service), dry_run=True)
    except Invalid as error:
        return _not_free(
            f"The API server refuses the node ports {wanted}: {error.why or error.what}"
        )
    return Outcome("ok", f"The node ports {wanted} are free.")


def _trial(service: Object) -> Object:
    """A Service that asks for the same node ports under a name that nobody has."""
    metadata = {
        "name": f"{service['metadata']['name']}-node-ports",
        "namespace": service["metadata"]["namespace"],
    }
    spec = {"type": "NodePort", "ports": service["spec"]["ports"]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}


def _not_free(fact: str) -> Outcome:
    return Outcome(
        "fail",
        fact,
        "A node port belongs to one Service in the whole cluster.",
        _OTHER_PORTS,
    )


async def local_cluster(world: World, subject: Subject) -> Outcome:
    """Whether node ports of a cluster in containers reach this machine."""
    kinds = {container_of(node) for node in (await world.objects.list(NODE)).items} - {""}
    if not kinds:
        return Outcome("ok", "The nodes are not containers of this machine, as far as visible.")
    expose = subject.preset.harbor.expose
    assert expose.kind == "nodePort"
    ports = f"{expose.http_port} and {expose.https_port}"
    kind = sorted(kinds)[0]
    return Outcome(
        "warn",
        f"The nodes are containers made by {kind}.",
        f"Their node ports {ports} reach this machine only where they were published when the "
        "cluster was made.",
        f"Make the cluster with these ports published ({_PUBLISHING[kind]}).",
    )


_PUBLISHING = {"kind": "extraPortMappings in kind's configuration", "k3d": "k3d's option --port"}


async def load_balancer(world: World, subject: Subject) -> Outcome:
    """Whether anything in the cluster gives Services of type LoadBalancer an address."""
    services = (await world.objects.list(SERVICE)).items
    served = [
        Ref.of(one)
        for one in services
        if one.get("status", {}).get("loadBalancer", {}).get("ingress")
    ]
    if served:
        return Outcome("ok", f"Load balancers work here: {served[0]} has an address.")
    nodes = (await world.objects.list(NODE)).items
    sign = _balancer(await world.access.server(), nodes)
    if sign:
        return Outcome("ok", f"Load balancers are likely served by {sign}.")
    return Outcome(
        "warn",
        "Nothing is seen that gives Services of type LoadBalancer an address.",
        "Without it the Service waits for an address for ever, and Harbor is not reachable.",
        "Install one, such as MetalLB, or choose another harbor.expose.kind.",
    )


_BALANCER_APIS = {
    "metallb.io/v1beta1": "MetalLB",
    "cilium.io/v2alpha1/CiliumLoadBalancerIPPool": "Cilium",
    "cilium.io/v2/CiliumLoadBalancerIPPool": "Cilium",
}
_CLOUDS = ("aws", "azure", "gce", "digitalocean", "hcloud", "openstack", "vultr", "linode", "oci")


def _balancer(server: Server, nodes: Sequence[Object]) -> str:
    """Who might serve load balancers: an API that is installed, k3s itself, or a cloud."""
    for api, name in _BALANCER_APIS.items():
        if api in server.api_versions:
            return name
    if "+k3s" in server.version:
        return "k3s (ServiceLB)"
    providers = {node.get("spec", {}).get("providerID", "").partition(":")[0] for node in nodes}
    return next((cloud for cloud in _CLOUDS if cloud in providers), "")


def _by_node_port(preset: Preset) -> bool:
    return preset.harbor.expose.kind == "nodePort"


def _by_load_balancer(preset: Preset) -> bool:
    return preset.harbor.expose.kind == "loadBalancer"


def _node_port_rights(preset: Preset) -> list[Right]:
    """Getting and trying the Service is among the rights of the release."""
    return [Right("list", "", "services"), *getting_namespace(preset)]


CHECKS = (
    Check(
        "services.node-ports",
        "Node ports",
        ("target", "harbor.expose"),
        node_ports,
        applies=_by_node_port,
        rights=_node_port_rights,
        rendered=True,
    ),
    Check(
        "services.local-cluster",
        "Node ports reach this machine",
        ("target.context", "harbor.expose"),
        local_cluster,
        applies=_by_node_port,
        rights=listing("", "nodes"),
    ),
    Check(
        "services.load-balancer",
        "Load balancer",
        ("target.context", "harbor.expose"),
        load_balancer,
        applies=_by_load_balancer,
        rights=listing("", "services", "nodes"),
    ),
)
