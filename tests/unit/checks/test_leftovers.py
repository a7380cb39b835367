"""What is there already: releases, Secrets, volumes, and what others own."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.checks.conftest import NAMESPACE, Given, claim, deployment, preset_of, thing
from wizard.diagnose.kinds import PRESET_LABEL
from wizard.ports import Object, Ref, Release
from wizard.steps.inputs import SECRET

RELEASE = Release("harbor", "harbor", 3, "deployed", "harbor", "1.19.2", "2.15.2", 3)
OWNED = [Ref(SECRET, "harbor", "harbor-encryption-key")]


def secret(label: str | None = "test") -> Object:
    labels = {PRESET_LABEL: label} if label else {}
    return thing("v1/Secret", "harbor-encryption-key", "harbor", labels=labels)


async def test_no_release_yet(given: Given) -> None:
    assert (await given.ask("leftovers.release", owned=OWNED)).state == "ok"


@pytest.mark.parametrize(
    ("installed", "state", "told"),
    [
        (RELEASE, "ok", "revision 3, deployed"),
        (replace(RELEASE, chart="gitlab"), "fail", "gitlab"),
        (replace(RELEASE, chart_version="1.20.0"), "fail", "older chart 1.19.2"),
        (replace(RELEASE, chart_version="1.17.3"), "ok", "1.17.3"),
        (replace(RELEASE, chart_version="1.16.0"), "fail", "3 minor versions later"),
        (replace(RELEASE, status="pending-upgrade"), "ok", "pending-upgrade"),
    ],
)
async def test_a_release_of_that_name(
    given: Given, installed: Release, state: str, told: str
) -> None:
    given(NAMESPACE, secret())
    given.helm.installed = installed
    outcome = await given.ask("leftovers.release", owned=OWNED)
    assert outcome.state == state
    assert told in outcome.fact
    assert ("plan repairs" in outcome.fix) == (installed.status == "pending-upgrade")


async def test_a_harbor_whose_secrets_are_unknown_is_not_touched(given: Given) -> None:
    given(NAMESPACE)
    given.helm.installed = RELEASE
    outcome = await given.ask("leftovers.release", owned=OWNED)
    assert outcome.state == "fail"
    assert "did not install it" in outcome.fact


@pytest.mark.parametrize(("label", "state"), [("test", "ok"), ("other", "warn"), (None, "fail")])
async def test_secrets_with_the_wizards_names(given: Given, label: str | None, state: str) -> None:
    given(NAMESPACE, secret(label))
    outcome = await given.ask("leftovers.secrets", owned=OWNED)
    assert outcome.state == state
    assert ("kubectl label" in outcome.fix) == (state == "fail")


async def test_a_harbor_that_lost_its_encryption_key_gets_no_new_one(given: Given) -> None:
    other = thing("v1/Secret", "harbor-core-secret", "harbor", labels={PRESET_LABEL: "test"})
    given(NAMESPACE, other)
    owned = [*OWNED, Ref(SECRET, "harbor", "harbor-core-secret")]
    assert (await given.ask("leftovers.secrets", owned=owned)).state == "ok"
    given.helm.installed = RELEASE
    outcome = await given.ask("leftovers.secrets", owned=owned)
    assert outcome.state == "fail"
    assert "harbor-encryption-key" in outcome.fact
    assert "harbor-core-secret" not in outcome.fact


DATABASE = "database-data-harbor-database-0"


@pytest.mark.parametrize(
    ("names", "state"), [((), "ok"), (("harbor-registry",), "warn"), ((DATABASE,), "fail")]
)
async def test_volumes_of_an_earlier_harbor(
    given: Given, names: tuple[str, ...], state: str
) -> None:
    given(NAMESPACE, claim("unrelated"), *map(claim, names))
    manifest = [claim("harbor-registry"), claim(DATABASE)]
    outcome = await given.ask("leftovers.volumes", manifest=manifest, owned=OWNED)
    assert outcome.state == state
    assert "unrelated" not in outcome.fact
    assert all(name in outcome.fact for name in names)


async def test_labelled_claims_count_too(given: Given) -> None:
    scaled_down = claim("data-harbor-trivy-4")
    scaled_down["metadata"]["labels"] = {"release": "harbor", "app": "harbor"}
    given(NAMESPACE, scaled_down)
    outcome = await given.ask("leftovers.volumes", manifest=[claim()], owned=OWNED)
    assert outcome.state == "warn"


async def test_volumes_with_their_secrets_or_their_release_are_used_again(given: Given) -> None:
    given(NAMESPACE, claim(DATABASE), secret())
    manifest = [claim(DATABASE)]
    outcome = await given.ask("leftovers.volumes", manifest=manifest, owned=OWNED)
    assert outcome.state == "ok"
    given.helm.installed = RELEASE
    assert (await given.ask("leftovers.volumes", manifest=manifest)).state == "ok"


@pytest.mark.parametrize("missing", ["harbor-encryption-key", "harbor-database-password"])
@pytest.mark.parametrize("given_again", [False, True], ids=["lost", "given again"])
async def test_a_database_is_used_again_only_with_the_secrets_that_fit_it(
    given: Given, missing: str, given_again: bool
) -> None:
    owned = [
        Ref(SECRET, "harbor", f"harbor-{one}") for one in ("encryption-key", "database-password")
    ]
    there = [
        thing("v1/Secret", ref.name, "harbor", labels={PRESET_LABEL: "test"})
        for ref in owned
        if ref.name != missing
    ]
    given(NAMESPACE, claim(DATABASE), *there)
    answers: dict[str, Any] = {
        "database": {"kind": "internal", "password": {"env": "PASSWORD"}},
        "secretKey": {"env": "KEY"},
    }
    outcome = await given.ask(
        "leftovers.volumes",
        preset_of(answers if given_again else {}),
        manifest=[claim(DATABASE)],
        owned=owned,
    )
    assert outcome.state == ("ok" if given_again else "fail")
    assert (missing in outcome.why) != given_again


def live(annotations: dict[str, str] | None = None, **metadata: Any) -> Object:
    obj = deployment()
    obj["metadata"] |= {"annotations": annotations or {}, **metadata}
    return obj


def of_release(name: str, namespace: str = "harbor") -> dict[str, str]:
    return {"meta.helm.sh/release-name": name, "meta.helm.sh/release-namespace": namespace}


@pytest.mark.parametrize(
    ("annotations", "told"),
    [
        (of_release("harbor"), ""),
        (of_release("registry"), "release harbor/registry"),
        (of_release("harbor", "old"), "release old/harbor"),
        ({}, "no release"),
    ],
)
async def test_owners_of_objects(given: Given, annotations: dict[str, str], told: str) -> None:
    given(NAMESPACE, live(annotations))
    outcome = await given.ask("ownership.objects", manifest=[deployment()])
    assert outcome.state == ("fail" if told else "ok")
    assert told in outcome.fact


async def test_nothing_there_belongs_to_nobody(given: Given) -> None:
    unserved = thing("monitoring.coreos.com/v1/ServiceMonitor", "harbor", "harbor")
    manifest = [deployment(), unserved]
    assert (await given.ask("ownership.objects", manifest=manifest)).state == "ok"
    assert (await given.ask("ownership.gitops", manifest=manifest)).state == "ok"


@pytest.mark.parametrize(
    ("metadata", "owner"),
    [
        ({"annotations": {"argocd.argoproj.io/tracking-id": "app:apps/Deployment:x"}}, "Argo CD"),
        ({"labels": {"argocd.argoproj.io/instance": "app"}}, "Argo CD"),
        ({"labels": {"kustomize.toolkit.fluxcd.io/name": "apps"}}, "Flux"),
        ({"labels": {"helm.toolkit.fluxcd.io/name": "harbor"}}, "Flux"),
        ({"labels": {"app.kubernetes.io/managed-by": "ArgoCD"}}, "Argo CD"),
        ({"managedFields": [{"manager": "argocd-controller"}]}, "Argo CD"),
    ],
)
async def test_argo_and_flux(given: Given, metadata: dict[str, Any], owner: str) -> None:
    given(NAMESPACE, live(**metadata))
    outcome = await given.ask("ownership.gitops", manifest=[deployment()])
    assert outcome.state == "fail"
    assert f"{owner} looks after Deployment harbor/harbor-core" in outcome.fact
    assert "wizard render" in outcome.fix


async def test_a_namespace_that_flux_looks_after(given: Given) -> None:
    given(thing("v1/Namespace", "harbor", labels={"kustomize.toolkit.fluxcd.io/name": "apps"}))
    outcome = await given.ask("ownership.gitops")
    assert outcome.state == "fail"
    assert "Namespace harbor" in outcome.fact


async def test_a_namespace_that_argo_may_manage_is_not_managed_yet(given: Given) -> None:
    marks = {"argocd.argoproj.io/managed-by": "openshift-gitops"}
    given(thing("v1/Namespace", "harbor", labels=marks))
    helm = live(of_release("harbor"), labels={"app.kubernetes.io/managed-by": "Helm"})
    given(helm)
    assert (await given.ask("ownership.gitops", manifest=[deployment()])).state == "ok"
