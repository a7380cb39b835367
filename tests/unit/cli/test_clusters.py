"""Clusters of four kinds to rehearse on: what fits them is installed, what does not is told."""

from pathlib import Path

import pytest

from tests.unit.cli.conftest import DEMO, Run, nothing_changed, objects_of
from wizard.errors import ExitCode

NODE_PORT = ("harbor.expose.kind=nodePort", "harbor.url=https://172.18.0.2:30003")
NGINX = "harbor.expose.className=nginx"
MIRROR = "delivery.imageMirrors={docker.io: registry.corp/hub}"
CLASS = "storage.provisioner.className=fast-ssd"
BALANCER = "harbor.expose.kind=loadBalancer"


def on(scenario: str, *sets: str) -> list[str]:
    """The arguments of a run on a cluster, with these answers changed."""
    return [*DEMO, "--yes", "--scenario", scenario, *(f"--set={one}" for one in sets)]


@pytest.mark.parametrize(
    ("scenario", "sets"),
    [
        ("laptop", NODE_PORT),
        ("on-premises", (NGINX, CLASS)),
        ("cloud", (BALANCER,)),
        ("isolated", (NGINX, MIRROR)),
    ],
)
def test_a_fitting_preset_is_installed(wizard: Run, scenario: str, sets: tuple[str, ...]) -> None:
    done = wizard(*on(scenario, *sets))
    assert done.code is ExitCode.DONE, done.stderr
    assert "Harbor is ready" in done.stdout


@pytest.mark.parametrize(
    ("scenario", "sets", "told"),
    [
        ("laptop", (), "There is no ingress class traefik; the cluster has none at all."),
        ("on-premises", (), "There is no ingress class traefik; there is: nginx."),
        ("on-premises", (NGINX,), "There is no default storage class"),
        ("cloud", (), "There is no ingress class traefik; the cluster has none at all."),
        (
            "cloud",
            (BALANCER, "storage.volumes.registry.accessMode=ReadWriteMany"),
            "which their class does not give: harbor-registry (class gp3)",
        ),
    ],
)
def test_a_check_tells_what_does_not_fit(
    wizard: Run, state: Path, scenario: str, sets: tuple[str, ...], told: str
) -> None:
    refused = wizard(*on(scenario, *sets))
    assert refused.code is ExitCode.CHECK_FAILED
    assert told in refused.stdout
    assert nothing_changed(state)


def test_the_laptop_warns_of_node_ports_and_they_lead_nowhere(wizard: Run) -> None:
    sets = [f"--set={one}" for one in NODE_PORT]
    warned = wizard(*DEMO, "--scenario", "laptop", *sets)
    assert warned.code is ExitCode.NOT_ACCEPTED
    assert "extraPortMappings" in warned.stdout
    assert wizard(*on("laptop", *NODE_PORT)).code is ExitCode.DONE
    verified = wizard("verify", *DEMO, "--scenario", "laptop", *sets)
    assert verified.code is ExitCode.FINDINGS
    assert "the connection timed out" in verified.stdout
    assert "All 8 components are healthy" in verified.stdout


@pytest.mark.parametrize("scenario", ["laptop", "on-premises"])
def test_nobody_gives_load_balancers_an_address(wizard: Run, scenario: str) -> None:
    checked = wizard(*DEMO, "--check", "--scenario", scenario, f"--set={BALANCER}")
    assert "Nothing is seen that gives Services of type LoadBalancer an address" in checked.stdout


def test_the_clouds_load_balancer_gets_a_host_name(wizard: Run, state: Path) -> None:
    wizard(*on("cloud", BALANCER))
    [service] = [s for s in objects_of(state, "Service") if s["spec"].get("type") == "LoadBalancer"]
    [given] = service["status"]["loadBalancer"]["ingress"]
    assert given["hostname"].endswith(".eu-central-1.elb.amazonaws.com")


def test_without_a_mirror_isolated_nodes_find_no_registry(wizard: Run, env: dict[str, str]) -> None:
    env["WIZARD_GATE_SECONDS"] = "3"
    failed = wizard(*on("isolated", NGINX))
    assert failed.code is ExitCode.OUT_OF_TIME
    assert "HW-025" in failed.stdout
    assert "lookup registry-1.docker.io on 192.0.2.53:53: no such host" in failed.stdout
    assert "pull from that mirror" in failed.stdout
