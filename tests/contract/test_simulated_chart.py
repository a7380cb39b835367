"""The simulated chart makes of values what the real one makes, as far as the wizard looks."""

import os
from pathlib import Path
from typing import Any

import pytest

from backends.helm import Helm
from backends.simulated.harbor.package import make_package
from backends.simulated.harbor.render import render as simulated
from backends.simulated.packages import read_package
from tests.real import charts_folder, helm_program
from tests.unit.charts.conftest import SERVER, preset_of
from wizard.charts.values import Pins, harbor_values
from wizard.ports import ChartSource, Object, ReleaseRequest

EXTERNAL = {
    "database": {
        "kind": "external",
        "host": "postgres.example.com",
        "username": "harbor",
        "password": {"env": "DB"},
    },
    "redis": {"kind": "external", "addresses": ["redis.example.com:6379"]},
}
S3 = {
    "kind": "s3",
    "bucket": "harbor",
    "accessKey": {"env": "A"},
    "secretKey": {"env": "S"},
}
ANSWERS: dict[str, dict[str, Any]] = {
    "ingress": {"harbor": {"expose": {"kind": "ingress", "className": "traefik"}}},
    "nodePort": {
        "harbor": {"url": "https://harbor.example.com:30003", "expose": {"kind": "nodePort"}}
    },
    "gateway": {"harbor": {"expose": {"kind": "gateway", "parentRefs": [{"name": "shared"}]}}},
    "clusterIP": {"harbor": {"expose": {"kind": "clusterIP"}}},
    "loadBalancer": {"harbor": {"expose": {"kind": "loadBalancer", "ip": "192.0.2.7"}}},
    "no TLS": {"pki": {"kind": "none"}},
    "own authority": {"pki": {"kind": "self-signed", "authority": {"kind": "local"}}},
    "external services": {"harbor": EXTERNAL},
    "object storage": {"storage": {"blobs": S3}},
    "internal TLS": {"harbor": {"internalTls": True}},
    "metrics": {"harbor": {"metrics": {"enabled": True}}},
    "no scanner": {"harbor": {"scanner": {"trivy": {"enabled": False}}}},
    "mirrors": {
        "delivery": {
            "imageMirrors": {"docker.io": "registry.corp/hub"},
            "pullSecret": {"file": "/pull.json"},
        }
    },
    "release name": {"target": {"release": "reg", "namespace": "images"}},
}


def looked_at(obj: Object) -> Object:
    """The part of an object that the wizard, its checks and its diagnoses read."""
    metadata = obj["metadata"]
    shown: Object = {
        "namespace": metadata.get("namespace"),
        "labels": metadata.get("labels"),
    }
    if obj["kind"] == "Secret":
        shown["keys"] = sorted(obj.get("data") or {})
    elif obj["kind"] == "Service":
        ports = [(p["port"], p.get("nodePort")) for p in obj["spec"]["ports"]]
        shown |= {"type": obj["spec"].get("type"), "ports": ports}
    elif obj["kind"] == "Ingress":
        shown["spec"] = obj["spec"]
    elif obj["kind"] == "HTTPRoute":
        shown |= {name: obj["spec"][name] for name in ("parentRefs", "hostnames")}
        shown.pop("labels")  # the chart labels a route only where the values give labels
    elif obj["kind"] == "PersistentVolumeClaim":
        shown |= {"spec": obj["spec"], "kept": metadata["annotations"]["helm.sh/resource-policy"]}
    elif obj["kind"] in ("Deployment", "StatefulSet"):
        shown |= looked_at_workload(obj["spec"])
    return shown


def looked_at_workload(spec: Object) -> Object:
    """Images, replicas, and everything that the pods refer to."""
    pod = spec["template"]["spec"]
    templates = spec.get("volumeClaimTemplates") or []
    volumes = pod.get("volumes") or []
    secrets = [source["secretName"] for v in volumes if (source := v.get("secret"))]
    return {
        "replicas": spec["replicas"],
        "strategy": spec.get("strategy", {}).get("type"),
        "selector": spec["selector"],
        "labels": spec["template"]["metadata"]["labels"],
        "containers": [(c["name"], c["image"]) for c in pod["containers"]],
        "env": sorted(_references(pod)),
        "secrets": sorted(secrets),
        "volumes": sorted(volume["name"] for volume in volumes),
        "pull": pod.get("imagePullSecrets"),
        "security": pod["securityContext"]["runAsUser"],
        "claims": [(t["metadata"]["name"], t["spec"]) for t in templates],
    }


def _references(pod: Object) -> list[tuple[str, str]]:
    found = []
    for container in pod["containers"]:
        for variable in container.get("env") or []:
            if reference := variable.get("valueFrom", {}).get("secretKeyRef"):
                found.append((reference["name"], reference["key"]))
        for source in container.get("envFrom") or []:
            found += [(kind, reference["name"]) for kind, reference in source.items()]
    return found


@pytest.mark.parametrize("answers", ANSWERS.values(), ids=ANSWERS)
async def test_it_renders_like_the_real_chart(tmp_path: Path, answers: dict[str, Any]) -> None:
    helm = Helm(environ={**os.environ, "WIZARD_HELM": helm_program()})
    preset = preset_of(**answers)
    values = harbor_values(preset, Pins("a-pinned-password"))
    release, namespace = preset.target.release, preset.target.namespace
    package = charts_folder() / "harbor-1.19.2.tgz"
    real = await helm.render(ReleaseRequest(release, namespace, package, values), SERVER)
    chart = read_package(make_package(ChartSource("harbor", "1.19.2"), tmp_path))
    made = simulated(release, namespace, chart, values)
    wanted = {(o["kind"], o["metadata"]["name"]): looked_at(o) for o in real}
    assert {(o["kind"], o["metadata"]["name"]): looked_at(o) for o in made} == wanted


async def test_it_renders_with_the_values_of_the_real_package() -> None:
    preset = preset_of()
    chart = read_package(charts_folder() / "harbor-1.19.2.tgz")
    assert (chart.version, chart.app_version) == ("1.19.2", "2.15.2")
    assert simulated("harbor", "harbor", chart, harbor_values(preset, Pins("password")))
