"""The chart's Services, and its Ingress or HTTPRoute."""

from typing import Any

from backends.simulated.harbor.names import Frame
from wizard.ports import Object

_METRICS: Object = {"name": "http-metrics", "port": 8001}
_TO_CORE = ("/api/", "/service/", "/v2/", "/c/")


def services(frame: Frame) -> list[Object]:
    """The Services between the components, and the one of nginx."""
    values, https = frame.values, frame.scheme == "https"
    web, inner = (443, 8443) if https else (80, 8080)
    ports: dict[str, list[Object]] = {
        component: [{"name": f"{frame.scheme}-web", "port": web, "targetPort": inner}]
        for component in ("core", "portal", "jobservice")
    }
    ports["registry"] = [
        {"name": f"{frame.scheme}-registry", "port": 5443 if https else 5000},
        {"name": f"{frame.scheme}-controller", "port": inner},
    ]
    if values["trivy"]["enabled"]:
        ports["trivy"] = [{"name": f"{frame.scheme}-trivy", "protocol": "TCP", "port": inner}]
    if values["database"]["type"] == "internal":
        ports["database"] = [{"port": 5432}]
    if values["redis"]["type"] == "internal":
        ports["redis"] = [{"port": 6379}]
    if values["metrics"]["enabled"]:
        for component in ("core", "jobservice", "registry"):
            ports[component].append(_METRICS)
        ports["exporter"] = [_METRICS]
    made = [_service(frame, frame.name(name), name, {"ports": p}) for name, p in ports.items()]
    return [*made, _in_front(frame)] if frame.has_nginx else made


def _service(frame: Frame, name: str, component: str, spec: dict[str, Any]) -> Object:
    selector = frame.selector | {"component": component}
    return frame.object("v1", "Service", name, spec={**spec, "selector": selector})


def _in_front(frame: Frame) -> Object:
    """The Service of nginx: its type, name and ports come from the exposure."""
    kind = frame.values["expose"]["type"]
    given = frame.values["expose"][kind]
    ports: list[Object] = [{"name": "http", "port": _port(given, "http"), "targetPort": 8080}]
    if frame.values["expose"]["tls"]["enabled"]:
        ports.append({"name": "https", "port": _port(given, "https"), "targetPort": 8443})
    if kind == "nodePort":
        for port in ports:
            if number := given["ports"][port["name"]].get("nodePort"):
                port["nodePort"] = number
    spec: dict[str, Any] = {"type": kind[0].upper() + kind[1:], "ports": ports}
    if given.get("staticClusterIP"):
        spec["clusterIP"] = given["staticClusterIP"]
    if given.get("IP"):
        spec["loadBalancerIP"] = given["IP"]
    if given.get("sourceRanges"):
        spec["loadBalancerSourceRanges"] = given["sourceRanges"]
    service = _service(frame, given["name"], "nginx", spec)
    return _decorated(service, given)


def _port(given: dict[str, Any], name: str) -> int:
    """The Service's port: the chart writes it in two ways."""
    ports = given["ports"]
    return int(ports[name]["port"] if name in ports else ports[f"{name}Port"])


def _decorated(obj: Object, given: dict[str, Any]) -> Object:
    """The object with the labels and annotations of its values."""
    obj["metadata"]["labels"] = obj["metadata"]["labels"] | given.get("labels", {})
    if given.get("annotations"):
        obj["metadata"]["annotations"] = dict(given["annotations"])
    return obj


def entrance(frame: Frame) -> list[Object]:
    """The Ingress or the HTTPRoute, where the release is exposed so."""
    kind = frame.values["expose"]["type"]
    if kind == "ingress":
        return [_ingress(frame)]
    return [_route(frame)] if kind == "route" else []


def _ingress(frame: Frame) -> Object:
    given = frame.values["expose"]["ingress"]
    tls = frame.values["expose"]["tls"]
    host = given["hosts"]["core"]
    targets = [*((path, "core") for path in _TO_CORE), ("/", "portal")]
    port = {"number": 443 if frame.scheme == "https" else 80}
    paths = [
        {
            "path": path,
            "pathType": "Prefix",
            "backend": {"service": {"name": frame.name(component), "port": port}},
        }
        for path, component in targets
    ]
    spec: dict[str, Any] = {"rules": [{"host": host, "http": {"paths": paths}}]}
    if given["className"]:
        spec["ingressClassName"] = given["className"]
    if tls["enabled"]:
        from_secret = tls["certSource"] == "secret"
        name = tls["secret"]["secretName"] if from_secret else frame.name("ingress")
        spec["tls"] = [{"secretName": name, "hosts": [host]}]
    ingress = frame.object("networking.k8s.io/v1", "Ingress", frame.name("ingress"), spec=spec)
    return _decorated(ingress, given)


def _route(frame: Frame) -> Object:
    given = frame.values["expose"]["route"]
    port = 443 if frame.scheme == "https" else 80

    def rule(component: str, *paths: str) -> Object:
        backend = {"kind": "Service", "name": frame.name(component), "port": port, "weight": 1}
        matches = [{"path": {"type": "PathPrefix", "value": path}} for path in paths]
        return {"matches": matches, "backendRefs": [backend]}

    spec = {
        "parentRefs": given["parentRefs"],
        "hostnames": given["hosts"],
        "rules": [rule("core", *_TO_CORE), rule("portal", "/")],
    }
    route = frame.object(
        "gateway.networking.k8s.io/v1", "HTTPRoute", frame.name("route"), spec=spec
    )
    return _decorated(route, given)
