"""All checks together: order, what is skipped and why, deadlines, and that none writes."""

import asyncio
from typing import Any

import pytest

from backends.simulated.faults import Fault
from tests.unit.checks.conftest import NAMESPACE, Given, claim, deployment, node, preset_of
from wizard.checks.base import Check, Outcome, Result, Subject
from wizard.checks.suite import CHECKS, applying, ask, needed_rights, run_checks
from wizard.errors import Throttled, Unreachable
from wizard.ports import Right, World


async def run(given: Given, subject: Subject) -> dict[str, Result]:
    heard: list[Result] = []
    results = await run_checks(given.world, subject, heard.append)
    assert sorted(one.check.id for one in heard) == sorted(one.check.id for one in results)
    assert [one.check for one in results] == applying(subject.preset)
    return {one.check.id: one for one in results}


def test_ids_are_unique_and_named_after_their_file() -> None:
    ids = [check.id for check in CHECKS]
    assert len(set(ids)) == len(ids)
    for check in CHECKS:
        assert check.ask.__module__ == f"wizard.checks.{check.id.partition('.')[0]}"


def test_only_what_fits_the_answers_is_asked() -> None:
    ids = {check.id for check in applying(preset_of())}
    assert "exposure.ingress-class" in ids
    assert not ids & {"services.node-ports", "gateway.listeners", "certificates.files"}


async def test_a_healthy_empty_cluster_and_nothing_written(given: Given) -> None:
    given(NAMESPACE, node())
    before = given.store.resource_version
    results = await run(given, Subject(preset_of(), manifest=[deployment()]))
    assert results["nodes.room"].outcome.state == "ok"
    assert given.store.resource_version == before


async def test_an_unreachable_server_fails_once_and_skips_the_rest(given: Given) -> None:
    given.server = Unreachable("nobody there")
    results = await run(given, Subject(preset_of(), manifest=[deployment()]))
    assert results.pop("cluster.answers").outcome.state == "fail"
    online = [one for one in results.values() if not one.check.offline]
    assert {one.outcome.fact for one in online} == {"The API server does not answer."}
    assert results["delivery.helm"].outcome.state == "ok"
    assert results["exposure.dns"].outcome.state == "ok"


async def test_a_missing_right_skips_its_check_only_and_names_the_right(given: Given) -> None:
    given(NAMESPACE, node())
    given.denied.add(("list", "storageclasses"))
    results = await run(given, Subject(preset_of(), manifest=[deployment(), claim()]))
    skipped = results["storage.classes"].outcome
    assert skipped.state == "skipped"
    assert "list storageclasses.storage.k8s.io" in skipped.fact
    assert "wizard rbac" in skipped.fix
    assert results["nodes.ready"].outcome.state == "ok"


async def test_without_a_rendered_chart_its_checks_are_skipped(given: Given) -> None:
    given(node())
    results = await run(given, Subject(preset_of()))
    assert results["nodes.room"].outcome.state == "skipped"
    assert results["delivery.chart"].outcome.state == "fail"
    assert results["delivery.rendering"].outcome.state == "skipped"
    assert results["nodes.ready"].outcome.state == "ok"


async def test_trouble_with_the_server_skips_with_its_words(given: Given) -> None:
    given(node())
    given.faults.add(Fault(lambda: Throttled("slow down"), kind="Node", times=99))
    results = await run(given, Subject(preset_of()))
    assert results["nodes.ready"].outcome == Outcome("skipped", "slow down")


async def never(world: World, subject: Subject) -> Outcome:
    await asyncio.Event().wait()
    raise AssertionError


async def test_a_check_has_a_deadline(given: Given) -> None:
    result = await ask(Check("x", "X", (), never), given.world, Subject(preset_of()), 0.01)
    assert result.outcome.state == "skipped"
    assert "No answer within" in result.outcome.fact
    assert result.seconds >= 0.01


async def test_a_bug_in_a_check_is_not_hidden(given: Given) -> None:
    async def broken(world: World, subject: Subject) -> Outcome:
        raise KeyError("spec")

    with pytest.raises(KeyError):
        await ask(Check("x", "X", (), broken), given.world, Subject(preset_of()))


def test_rights_of_the_checks_that_apply() -> None:
    rights = {needed.right for needed in needed_rights(preset_of())}
    assert Right("list", "", "nodes") in rights
    assert Right("list", "networking.k8s.io", "networkpolicies", "harbor") in rights
    assert Right("list", "", "services") not in rights
    ported = needed_rights(preset_of({"expose": {"kind": "nodePort"}}))
    assert Right("list", "", "services") in {needed.right for needed in ported}
    assert all(needed.right.verb in {"get", "list"} for needed in ported)


S3_BY_SECRET = {
    "kind": "s3",
    "bucket": "b",
    "accessKey": {"secret": {"name": "s3", "key": "id"}},
    "secretKey": {"secret": {"name": "s3", "key": "key"}},
}


def _vault(**server: str) -> dict[str, Any]:
    token = {"secret": {"name": "vault", "key": "token"}}
    auth = {"kind": "token", "token": token}
    existing = {"kind": "existing", "address": "https://vault.test", "auth": auth, **server}
    return {"kind": "self-signed", "authority": {"kind": "vault", "server": existing}}


def _offline() -> dict[str, Any]:
    signer = {"kind": "offline", "root": "/nowhere/root.pem", "certificate": "/nowhere/ca.pem"}
    signed = _vault()
    signed["authority"]["issuing"] = {"signer": signer}
    return signed


NFS = {"kind": "nfs", "server": "10.0.0.5", "path": "/e"}
PRESETS = [
    preset_of(),
    preset_of({"expose": {"kind": "nodePort"}}),
    preset_of({"expose": {"kind": "loadBalancer"}}),
    preset_of({"expose": {"kind": "gateway", "parentRefs": [{"name": "public"}]}}),
    preset_of({"adminPassword": {"secret": {"name": "admin", "key": "password"}}}),
    preset_of(storage={"volumes": {"registry": {"existingClaim": "images"}}}),
    preset_of(pki={"kind": "secret", "name": "tls"}),
    preset_of({"values": {"logLevel": "debug"}}),
    preset_of(pki={"kind": "commercial", "certificate": "/nowhere/harbor.pem"}),
    preset_of(storage={"blobs": S3_BY_SECRET}),
    preset_of(trust={"pods": "trust-manager"}),
    preset_of(storage={"provisioner": {"kind": "local", "node": "worker"}}),
    preset_of(storage={"provisioner": NFS}),
    preset_of(storage={"provisioner": {**NFS, "driver": "subdir"}}),
    preset_of(pki={"kind": "issuer", "name": "corp"}),
    preset_of(pki={"kind": "self-signed"}, trust={"pods": "trust-manager"}),
    preset_of(pki=_vault()),
    preset_of(pki=_vault(signPath="pki_int/sign/harbor")),
    preset_of(pki={"kind": "self-signed"}, trust={"nodes": "daemonset"}),
    preset_of(pki=_offline()),
]
OF_THE_RELEASE = {("get", "deployments"), ("get", "services"), ("create", "services")}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
async def test_each_check_takes_no_more_than_the_rights_it_declares(
    given: Given, check: Check
) -> None:
    preset = next(one for one in PRESETS if check.applies(one))
    given(NAMESPACE, node())
    await check.ask(given.world, Subject(preset, manifest=[deployment()]))
    declared = {(one.verb, one.resource) for one in check.rights(preset)}
    assert given.asked <= declared | OF_THE_RELEASE
