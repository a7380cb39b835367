"""How exposures and certificates arrive in the real chart."""

from typing import Any

import pytest

from tests.unit.charts.conftest import Render, preset_of
from tests.unit.charts.objects import entry, find, names
from wizard.charts.exposure import exposure_values

NO_TLS = {"kind": "none"}
INGRESS = {"expose": {"kind": "ingress", "className": "nginx"}}


async def ingress(render: Render, harbor: dict[str, Any], **sections: Any) -> dict[str, Any]:
    return find(await render(preset_of(harbor, **sections)), "Ingress", "harbor-ingress")


async def test_ingress_has_host_class_and_certificate(render: Render) -> None:
    spec = (await ingress(render, INGRESS))["spec"]
    assert spec["ingressClassName"] == "nginx"
    assert spec["rules"][0]["host"] == "harbor.example.com"
    assert spec["tls"] == [{"secretName": "given-tls", "hosts": ["harbor.example.com"]}]


async def test_http_is_sent_to_https_only_where_the_ingress_has_tls(render: Render) -> None:
    def redirects(obj: dict[str, Any]) -> set[str]:
        annotations = obj["metadata"]["annotations"]
        return {text for name, text in annotations.items() if name.endswith("ssl-redirect")}

    assert redirects(await ingress(render, INGRESS)) == {"true"}
    behind = await ingress(render, INGRESS, pki=NO_TLS)
    assert redirects(behind) == {"false"}
    assert "tls" not in behind["spec"]


async def test_bodies_have_no_limit_and_own_annotations_come_last(render: Render) -> None:
    own = {"nginx.org/client-max-body-size": "9g", "example.com/team": "registry"}
    obj = await ingress(render, {"expose": {"kind": "ingress", "annotations": own}})
    annotations = obj["metadata"]["annotations"]
    assert annotations["nginx.ingress.kubernetes.io/proxy-body-size"] == "0"
    assert annotations["nginx.org/client-max-body-size"] == "9g"
    assert annotations["example.com/team"] == "registry"
    assert "ingressClassName" not in obj["spec"]


BY_ANNOTATION = {"annotations": {"kubernetes.io/ingress.class": "gce"}}


@pytest.mark.parametrize("named", [{"className": "gce"}, BY_ANNOTATION])
async def test_gce_gets_its_own_paths(render: Render, named: dict[str, Any]) -> None:
    def paths(obj: dict[str, Any]) -> set[tuple[str, str]]:
        found = obj["spec"]["rules"][0]["http"]["paths"]
        return {(one["path"], one["pathType"]) for one in found}

    gce = await ingress(render, {"expose": {"kind": "ingress", **named}})
    assert ("/v2/*", "ImplementationSpecific") in paths(gce)
    assert ("/v2/", "Prefix") in paths(await ingress(render, INGRESS))


async def test_gateway_waits_for_no_secret_that_nobody_makes(render: Render) -> None:
    parents = [{"name": "public", "namespace": "gateways", "sectionName": "https"}]
    preset = preset_of({"expose": {"kind": "gateway", "parentRefs": parents}})
    objects = await render(preset)
    route = find(objects, "HTTPRoute", "harbor-route")["spec"]
    assert route["parentRefs"] == parents
    assert route["hostnames"] == ["harbor.example.com"]
    volumes = find(objects, "Deployment", "harbor-core")["spec"]["template"]["spec"]["volumes"]
    mounted = {(one.get("secret") or {}).get("secretName") for one in volumes}
    assert "harbor-nginx" not in mounted
    assert "harbor-nginx" not in names(objects, "Deployment")


@pytest.mark.parametrize("kind", ["nodePort", "loadBalancer", "clusterIP"])
async def test_two_releases_in_one_namespace_have_services_of_their_own(
    render: Render, kind: str
) -> None:
    preset = preset_of({"expose": {"kind": kind}}, target={"release": "registry"})
    services = names(await render(preset), "Service")
    assert "registry-harbor" in services
    assert "harbor" not in services


@pytest.mark.parametrize(
    ("harbor", "pki", "ports"),
    [
        (
            {"expose": {"kind": "nodePort", "httpPort": 31080, "httpsPort": 31443}},
            {"kind": "secret", "name": "t"},
            {"http": (80, 31080), "https": (443, 31443)},
        ),
        (
            {"expose": {"kind": "nodePort", "httpPort": 31080}},
            NO_TLS,
            {"http": (80, 31080)},
        ),
        (
            {"expose": {"kind": "loadBalancer"}},
            {"kind": "secret", "name": "t"},
            {"http": (80, None), "https": (443, None)},
        ),
        ({"expose": {"kind": "clusterIP"}}, NO_TLS, {"http": (80, None)}),
    ],
)
async def test_service_ports(
    render: Render,
    harbor: dict[str, Any],
    pki: dict[str, Any],
    ports: dict[str, tuple[int, int | None]],
) -> None:
    service = find(await render(preset_of(harbor, pki=pki)), "Service", "harbor")
    seen = {one["name"]: (one["port"], one.get("nodePort")) for one in service["spec"]["ports"]}
    assert seen == ports


async def test_load_balancer_asks_for_address_and_clients(render: Render) -> None:
    exposure = {
        "kind": "loadBalancer",
        "ip": "192.0.2.10",
        "sourceRanges": ["10.0.0.0/8"],
        "annotations": {"example.com/pool": "a"},
    }
    service = find(await render(preset_of({"expose": exposure})), "Service", "harbor")
    assert service["spec"]["loadBalancerIP"] == "192.0.2.10"
    assert service["spec"]["loadBalancerSourceRanges"] == ["10.0.0.0/8"]
    assert service["metadata"]["annotations"] == {"example.com/pool": "a"}


@pytest.mark.parametrize(
    ("url", "pki", "relative"),
    [
        ("https://harbor.example.com", NO_TLS, "true"),
        ("http://harbor.example.com", {"kind": "none", "plainHttpReason": "lab"}, "false"),
        ("https://harbor.example.com", {"kind": "secret", "name": "t"}, "false"),
    ],
)
async def test_registry_answers_relative_addresses_where_tls_ends_in_front(
    render: Render, url: str, pki: dict[str, Any], relative: str
) -> None:
    objects = await render(preset_of({"url": url, "expose": {"kind": "clusterIP"}}, pki=pki))
    config = entry(find(objects, "ConfigMap", "harbor-registry"), "config.yml")
    assert f"relativeurls: {relative}" in config
    assert entry(find(objects, "ConfigMap", "harbor-core"), "EXT_ENDPOINT") == url


@pytest.mark.parametrize("kind", ["ingress", "nodePort", "loadBalancer", "clusterIP"])
@pytest.mark.parametrize("pki", [NO_TLS, {"kind": "secret", "name": "t"}])
def test_the_chart_never_makes_a_certificate(kind: str, pki: dict[str, Any]) -> None:
    values = exposure_values(preset_of({"expose": {"kind": kind}}, pki=pki))
    assert values["expose"]["tls"]["certSource"] in {"none", "secret"}


async def test_internal_tls_uses_five_secrets_and_tells_controllers(render: Render) -> None:
    preset = preset_of({"internalTls": True, "expose": {"kind": "ingress"}})
    objects = await render(preset)
    for component in ("core", "jobservice", "registry", "portal"):
        volumes = find(objects, "Deployment", f"harbor-{component}")["spec"]["template"]["spec"]
        mounted = {(one.get("secret") or {}).get("secretName") for one in volumes["volumes"]}
        assert f"harbor-{component}-tls" in mounted
    annotations = find(objects, "Ingress", "harbor-ingress")["metadata"]["annotations"]
    assert annotations["nginx.ingress.kubernetes.io/backend-protocol"] == "HTTPS"
    assert annotations["nginx.org/ssl-services"] == "harbor-core,harbor-portal"


async def test_authority_is_offered_and_trusted(render: Render) -> None:
    pki = {"kind": "self-signed", "authority": {"kind": "local"}}
    objects = await render(preset_of(pki=pki))
    volumes = find(objects, "Deployment", "harbor-core")["spec"]["template"]["spec"]["volumes"]
    secrets = {one["name"]: (one.get("secret") or {}).get("secretName") for one in volumes}
    assert secrets["ca-download"] == "harbor-ca"
    assert secrets["ca-bundle-certs"] == "harbor-trusted-ca"
