"""A Harbor that Argo CD or Flux looks after: looked at, never changed."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.command import schema
from tests.cluster.control_plane import ControlPlane
from tests.cluster.process import free_port
from tests.cluster.snapshot import APPS
from tests.cluster.standin import HarborStandIn
from tests.cluster.wizard import Wizard, site


@pytest.fixture(scope="module")
def harbor(
    control_plane: ControlPlane, charts: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Wizard]:
    """An installed Harbor whose URL is really served, with the certificate that was made."""
    with site(control_plane, charts, tmp_path_factory.mktemp("gitops")) as wizard:
        port = free_port()
        wizard.preset({"url": f"https://harbor.test:{port}"})
        wizard.install().require(0)
        pair = wizard.folder / "tls.crt", wizard.folder / "tls.key"
        for file in pair:
            file.write_bytes(_entry(wizard, "harbor-tls", file.name))
        password = _entry(wizard, "harbor-admin-password", "HARBOR_ADMIN_PASSWORD").decode()
        wizard.standin.state.admin_password = password
        wizard.standin.state.external_url = f"https://harbor.test:{port}"
        entrance = HarborStandIn(wizard.standin.state, pair, port)
        yield wizard
        entrance.stop()


def _entry(wizard: Wizard, secret: str, key: str) -> bytes:
    found = wizard.admin.get(wizard.path("", "secrets", secret))
    return base64.b64decode(found["data"][key])


def _namespace_of_argo(wizard: Wizard, *, on: bool) -> None:
    notes = {"argocd.argoproj.io/tracking-id": "harbor:/Namespace:x/x" if on else None}
    wizard.admin.merge(
        f"/api/v1/namespaces/{wizard.namespace}", {"metadata": {"annotations": notes}}
    )


def _workload_of_flux(wizard: Wizard, *, on: bool) -> None:
    labels = {"kustomize.toolkit.fluxcd.io/name": "registry" if on else None}
    path = wizard.path(APPS, "deployments", "harbor-core")
    wizard.admin.merge(path, {"metadata": {"labels": labels}})


def test_what_another_tool_looks_after_is_not_changed(harbor: Wizard) -> None:
    for mark, tool in ((_namespace_of_argo, "Argo CD"), (_workload_of_flux, "Flux")):
        mark(harbor, on=True)
        since = harbor.control_plane.audit.mark()
        ended = harbor.install("--set", "harbor.replicas.portal=2", "--yes").require(3)
        assert "Argo CD and Flux" in ended.stderr
        failed = [e for e in ended.events if e.get("state") == "fail"]
        assert [e["check"] for e in failed] == ["ownership.gitops"]
        assert tool in failed[0]["fact"]
        assert "wizard render" in failed[0]["fix"]
        assert harbor.control_plane.audit.writes(harbor.identity.user, since) == []
        mark(harbor, on=False)


def test_it_is_looked_at_and_tested_also_without_a_release_of_helm(harbor: Wizard) -> None:
    """Argo CD renders and applies: then there is no release Secret at all."""
    _namespace_of_argo(harbor, on=True)
    for secret in harbor.admin.items(harbor.path("", "secrets")):
        if secret["type"] == "helm.sh/release.v1":
            harbor.admin.delete(harbor.path("", "secrets", secret["metadata"]["name"]))
    preset = str(harbor.folder / "preset.yaml")
    since = harbor.control_plane.audit.mark()
    verified = harbor.run("verify", "--preset", preset).require(0)
    assert "admin can log in" in verified.stdout

    looked = harbor.run("troubleshoot", "--preset", preset, "--once", "--output", "json")
    document = looked.require(0).document
    schema("troubleshoot.json").validate(document)
    states = {one["id"]: one["state"] for one in document["components"]}
    assert states.pop("dns") == "unknown", "the test cluster has none"
    assert set(states.values()) == {"ok"}
    assert harbor.control_plane.audit.writes(harbor.identity.user, since) == []

    harbor.standin.state.problems["jobservice"] = "down"
    assert "jobservice down" in harbor.run("verify", "--preset", preset).require(9).stdout
