"""The charts of OpenBao and Vault as real Helm renders them with the wizard's values."""

import os
from pathlib import Path
from typing import Any

from backends.helm import Helm
from backends.simulated.world import simulated_world
from tests.real import charts_folder, helm_program
from tests.unit.steps.conftest import inputs_for
from wizard.ports import ReleaseRequest
from wizard.steps.vault.reaching import served_authority
from wizard.steps.vault.replicas import ServerPlace
from wizard.steps.vault.server import ServerRelease

Object = dict[str, Any]


async def rendered(
    folder: Path,
    engine: str,
    unseal: Object,
    replicas: int = 1,
    authority: bytes = b"PEM",
    **sections: Any,
) -> dict[str, Object]:
    """The chart's objects by kind and name, in a cluster whose API server has this authority."""
    async with simulated_world(speed=0) as world:
        server = {"kind": "deploy", "unseal": unseal, "replicas": replicas}
        pki = {"kind": "self-signed", "authority": {"kind": engine, "server": server}}
        inputs = inputs_for(world, folder, pki=pki, **sections)
        served = served_authority(inputs.preset)
        assert served
        release = ServerRelease(inputs, served, served.server, [])  # type: ignore[arg-type]
        await world.stage.objects.apply(
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "kube-root-ca.crt", "namespace": "kube-system"},
                "data": {"ca.crt": authority.decode()},
            }
        )
        values = await release.values(world)
        source = ServerPlace.of(served, served.server).engine.chart  # type: ignore[arg-type]
    chart = charts_folder() / f"{source.name}-{source.version}.tgz"
    helm = Helm(environ={**os.environ, "WIZARD_HELM": helm_program()})
    objects = await helm.render(ReleaseRequest(engine, engine, chart, values), None)
    return {f"{one['kind']} {one['metadata']['name']}": one for one in objects}


def configuration(objects: dict[str, Object], engine: str) -> str:
    """What the server reads when it starts."""
    text: str = objects[f"ConfigMap {engine}-config"]["data"]["extraconfig-from-values.hcl"]
    return text


def assert_spread(objects: dict[str, Object], engine: str) -> None:
    """Three replicas stand on nodes of their own as far as they can, and find each other."""
    assert set(objects) == {
        f"ConfigMap {engine}-config",
        f"PodDisruptionBudget {engine}",
        f"Service {engine}",
        f"Service {engine}-internal",
        f"ServiceAccount {engine}",
        f"StatefulSet {engine}",
    }
    assert objects[f"Service {engine}"]["spec"]["publishNotReadyAddresses"] is False
    assert objects[f"Service {engine}-internal"]["spec"]["publishNotReadyAddresses"] is True
    spec = objects[f"StatefulSet {engine}"]["spec"]
    assert (spec["podManagementPolicy"], spec["replicas"]) == ("Parallel", 3)
    assert list(spec["template"]["spec"]["affinity"]["podAntiAffinity"]) == [
        "preferredDuringSchedulingIgnoredDuringExecution"
    ]
    text = configuration(objects, engine)
    for number in range(3):
        assert f'"https://{engine}-{number}.{engine}-internal:8200"' in text
