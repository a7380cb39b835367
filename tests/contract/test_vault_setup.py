"""The steps that set up an authority, against a real OpenBao and a simulated cluster."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from backends.certificates import X509
from backends.simulated.world import simulated_world
from backends.vault import VaultClient
from tests.bao import ANOTHER_ROOT, Bao
from tests.unit.steps.conftest import Heard, inputs_for
from wizard.certificates import GivenCertificate
from wizard.checks.base import Subject
from wizard.checks.vault import rights
from wizard.errors import CheckFailed, Unreachable, WizardError
from wizard.ports import World
from wizard.steps.base import ObjectChange, Step
from wizard.steps.inputs import Inputs
from wizard.steps.vault.chain import PublishedRoot
from wizard.steps.vault.policy import needed_capabilities, policy_text
from wizard.steps.vault.reaching import existing_server, served_authority
from wizard.steps.vault.sessions import existing_sessions
from wizard.steps.vault.setup import setup_steps

HOST = "harbor.example.com"
ASKING = {"auth/token/lookup-self", "sys/capabilities-self"}
"""What is posted and changes nothing."""


@dataclass
class Site:
    """A server's namespace of its own, a world, and the answers for both."""

    bao: Bao
    world: World
    folder: Path
    namespace: str

    def inputs(self, token: str = "", **authority: Any) -> Inputs:
        auth = {"kind": "token", "token": {"env": "TOKEN"}}
        server = {
            "kind": "existing",
            "address": self.bao.url,
            "namespace": self.namespace,
            "auth": auth,
        }
        pki = {"kind": "self-signed", "authority": {"kind": "openbao", "server": server}}
        pki["authority"] |= authority  # type: ignore[operator]
        secrets = {"pki.authority.server.auth.token": token or self.bao.root_token}
        return inputs_for(self.world, self.folder, secrets=secrets, pki=pki)

    def steps(self, inputs: Inputs) -> Sequence[Step]:
        authority = served_authority(inputs.preset)
        assert authority
        sessions = existing_sessions(inputs, authority.server)  # type: ignore[arg-type]
        return setup_steps(inputs, authority, sessions, self.bao.url)

    async def plan(self, inputs: Inputs) -> list[ObjectChange]:
        return [one for step in self.steps(inputs) for one in await step.check(self.world)]

    async def run(self, inputs: Inputs) -> Heard:
        heard = Heard()
        for step in self.steps(inputs):
            if changes := await step.check(self.world):
                await _until_filled(step, self.world, changes, heard)
            await step.verify(self.world, heard)
        return heard

    def read(self, path: str) -> dict[str, Any]:
        return self.bao.call("GET", f"{self.namespace}/{path}")["data"]

    def written(self, offset: int) -> list[tuple[str, str]]:
        """What was written to the server since then."""
        asked = self.bao.requests(offset)
        place = f"{self.namespace}/"
        return [
            (operation, path)
            for operation, path in asked
            if operation not in {"read", "list"} and path.removeprefix(place) not in ASKING
        ]


async def _until_filled(
    step: Step, world: World, changes: Sequence[ObjectChange], heard: Heard
) -> None:
    """As the engine does: again, while the cluster's controllers have not done their part."""
    for _ in range(1000):
        try:
            return await step.apply(world, changes, heard)
        except Unreachable:
            continue
    raise AssertionError("never filled")


@pytest.fixture
async def site(bao: Bao, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Site]:
    namespace = f"set-up-{abs(hash(request.node.name))}"
    bao.write(f"sys/namespaces/{namespace}")
    async with simulated_world(speed=0) as world:
        named = {"metadata": {"name": "harbor"}}
        await world.stage.objects.create({"apiVersion": "v1", "kind": "Namespace", **named})
        yield Site(bao, replace(world, vault=VaultClient()), tmp_path, namespace)


async def test_all_of_it_is_planned_made_and_then_left_alone(site: Site) -> None:
    inputs = site.inputs()
    planned = [f"{one.action} {one.ref}" for one in await site.plan(inputs)]
    assert planned == [
        "create ServiceAccount harbor/harbor-issuer",
        "create Role harbor/harbor-issuer",
        "create RoleBinding harbor/harbor-issuer",
        "create ServiceAccount harbor/harbor-issuer-reviewer",
        "create Secret harbor/harbor-issuer-reviewer",
        "create ClusterRoleBinding harbor-harbor-issuer-reviewer",
        "create Mount sys/mounts/pki",
        "create Authority pki",
        "create Mount sys/mounts/pki_int",
        "create Authority pki_int",
        "create Urls pki/config/urls",
        "create Urls pki_int/config/urls",
        "create Role pki_int/roles/harbor",
        "create Policy sys/policies/acl/harbor-issuer",
        "create Mount sys/auth/kubernetes-harbor-harbor-issuer",
        "create LoginConfig auth/kubernetes-harbor-harbor-issuer/config",
        "create LoginRole auth/kubernetes-harbor-harbor-issuer/role/harbor-issuer",
    ]
    heard = await site.run(inputs)
    assert heard.findings == []
    offset = site.bao.audit.stat().st_size
    await site.run(inputs)
    assert await site.plan(inputs) == []
    assert site.written(offset) == []


async def test_what_it_signs_ends_at_the_root_that_comes_with_it(site: Site) -> None:
    await site.run(site.inputs())
    chain = site.read("pki_int/cert/ca_chain")["certificate"]
    issuing, root = X509().read(chain.encode())
    assert (issuing.subject, root.subject) == ("CN=Harbor Issuing CA", "CN=Harbor Root CA")
    assert (issuing.key, root.key) == ("EC P-384", "EC P-384")
    assert (root.not_after - root.not_before).days in range(3649, 3651)
    assert (issuing.not_after - issuing.not_before).days in range(1824, 1826)
    wanted = {"common_name": HOST, "key_type": "ec", "key_bits": 256, "exclude_cn_from_sans": True}
    path = f"{site.namespace}/pki_int/issue/harbor"
    made = site.bao.write(path, **(wanted | {"alt_names": HOST}))["data"]
    chain = "\n".join(made["ca_chain"]).encode()
    leaf, key = made["certificate"].encode(), made["private_key"].encode()
    given = GivenCertificate(leaf, key, (chain,), chain, only_roots=True)
    judged = X509().judge(given, HOST)
    assert judged.verdict == "ok", judged.problems
    with pytest.raises(OSError, match="400"):
        site.bao.write(path, **(wanted | {"alt_names": "other.example.com"}))


async def test_an_attempt_that_was_killed_anywhere_is_gone_on_with(site: Site) -> None:
    """After every single write the process may be gone; the next one ends with the same."""
    inputs, done = site.inputs(), False
    for allowed in range(40):
        world = replace(site.world, vault=Dying(allowed))
        try:
            await replace(site, world=world).run(inputs)
            done = True
            break
        except Killed:
            continue
    assert done
    assert await site.plan(inputs) == []
    assert len(site.bao.call("LIST", f"{site.namespace}/pki/issuers")["data"]["keys"]) == 1
    _, root = X509().read(site.read("pki_int/cert/ca_chain")["certificate"].encode())
    assert root.self_signed


class Killed(Exception):
    pass


class Dying(VaultClient):
    """A wizard that is killed after so many writes, the last of which is done."""

    def __init__(self, allowed: int) -> None:
        self.left = allowed

    def session(self, server: Any, login: Any) -> Any:
        from contextlib import asynccontextmanager

        @asynccontextmanager
        async def opened() -> AsyncIterator[Any]:
            async with super(Dying, self).session(server, login) as session:
                write = session.write

                async def counted(path: str, data: Any) -> Any:
                    reply = await write(path, data)
                    self.left -= 1
                    if self.left < 0:
                        raise Killed
                    return reply

                session.write = counted  # type: ignore[method-assign]
                yield session

        return opened()


async def test_what_others_changed_is_planned_back(site: Site) -> None:
    inputs = site.inputs()
    await site.run(inputs)
    prefix = f"{site.namespace}/"
    site.bao.write(f"{prefix}pki_int/roles/harbor", allow_any_name=True, max_ttl="1h", ttl="1h")
    site.bao.write(f"{prefix}sys/policies/acl/harbor-issuer", policy='path "x" {}')
    role, policy = await site.plan(inputs)
    assert str(role.ref) == "Role pki_int/roles/harbor"
    fields = {field.path: (field.before, field.after) for field in role.fields}
    assert fields["max_ttl"] == ("3600", "7776000")
    assert fields["allowed_domains"] == ("", HOST)
    assert (policy.action, str(policy.ref)) == ("update", "Policy sys/policies/acl/harbor-issuer")
    await site.run(inputs)
    assert await site.plan(inputs) == []


async def test_another_host_changes_the_role_alone(site: Site) -> None:
    inputs = site.inputs()
    await site.run(inputs)
    harbor = inputs.preset.harbor.model_copy(update={"url": "https://other.example.com"})
    moved = replace(inputs, preset=inputs.preset.model_copy(update={"harbor": harbor}))
    (change,) = await site.plan(moved)
    assert [field.path for field in change.fields] == ["allowed_domains"]


async def test_an_account_made_anew_is_told_to_the_server(site: Site) -> None:
    inputs = site.inputs()
    await site.run(inputs)
    await site.world.objects.delete(inputs.secret("harbor-issuer-reviewer"))
    assert "description" in [field.path for one in await site.plan(inputs) for field in one.fields]
    await site.run(inputs)
    assert await site.plan(inputs) == []


async def test_another_authority_in_the_mount_is_never_replaced(site: Site) -> None:
    await site.run(site.inputs())
    offset = site.bao.audit.stat().st_size
    with pytest.raises(CheckFailed) as refused:
        await site.plan(site.inputs(root={"commonName": "Another Root"}))
    assert "CN=Harbor Root CA" in refused.value.why
    assert "another mount" in refused.value.fix
    assert site.written(offset) == []


async def test_a_new_root_needs_a_new_mount_for_what_it_signs(site: Site) -> None:
    await site.run(site.inputs())
    new = {"mount": "pki2", "commonName": "Harbor Root CA 2"}
    with pytest.raises(CheckFailed) as refused:
        await site.plan(site.inputs(root=new))
    assert "below CN=Harbor Root CA" in refused.value.why
    assert "pki.authority.issuing.mount" in refused.value.fix


async def test_old_and_new_root_stand_side_by_side_until_the_certificate_is_below_the_new(
    site: Site,
) -> None:
    await site.run(site.inputs())
    old = site.read("pki/cert/ca")["certificate"].strip().encode() + b"\n"
    served = site.inputs().secret_object(
        "harbor-tls", {"ca.crt": old, "tls.crt": b"", "tls.key": b""}
    )
    await site.world.objects.apply(served)
    assert await _published(site, site.inputs()) == ["CN=Harbor Root CA"]
    new = {"mount": "pki2", "commonName": "Harbor Root CA 2"}
    moved = site.inputs(root=new, issuing={"mount": "pki_int2"})
    planned = [f"{one.action} {one.ref}" for one in await site.plan(moved)]
    assert planned == ANOTHER_ROOT
    await site.run(moved)
    assert await site.plan(moved) == []
    assert await _published(site, moved) == ["CN=Harbor Root CA", "CN=Harbor Root CA 2"]
    assert await _published(site, moved) == ["CN=Harbor Root CA", "CN=Harbor Root CA 2"]
    renewed = site.read("pki2/cert/ca")["certificate"].encode()
    entries = {"ca.crt": renewed, "tls.crt": b"", "tls.key": b""}
    await site.world.objects.apply(moved.secret_object("harbor-tls", entries), force=True)
    assert await _published(site, moved) == ["CN=Harbor Root CA 2"]


async def _published(site: Site, inputs: Inputs) -> list[str]:
    """The roots that clients are given after a run."""
    authority, server = served_authority(inputs.preset), existing_server(inputs.preset)
    assert authority
    assert server
    sessions = existing_sessions(inputs, server)
    step = PublishedRoot(inputs, authority.issuing.mount, sessions)
    if changes := await step.check(site.world):
        await step.apply(site.world, changes, Heard())
    assert await step.check(site.world) == []
    held = (await inputs.entries(site.world, "harbor-ca"))["ca.crt"]
    return [one.subject for one in X509().read(held)]


async def test_something_else_in_the_mount_is_refused(site: Site) -> None:
    site.bao.write(f"{site.namespace}/sys/mounts/pki", type="kv")
    with pytest.raises(CheckFailed, match="Something else is mounted"):
        await site.plan(site.inputs())


async def test_the_printed_policy_is_enough_and_all_of_it_is_needed(site: Site) -> None:
    inputs = site.inputs()
    authority = served_authority(inputs.preset)
    assert authority
    needed = needed_capabilities(inputs.preset, authority)
    token = policy_token(site, policy_text(needed))
    assert (await _rights(site, token)).state == "ok"
    await site.run(site.inputs(token))
    assert await site.plan(site.inputs(token)) == []
    for path in needed:
        narrower = {one: what for one, what in needed.items() if one != path}
        outcome = await _rights(site, policy_token(site, policy_text(narrower)))
        assert outcome.state == "fail"
        assert f'path "{path}"' in outcome.fix


def policy_token(site: Site, policy: str) -> str:
    site.bao.write(f"{site.namespace}/sys/policies/acl/wizard", policy=policy)
    made = site.bao.write(f"{site.namespace}/auth/token/create", policies=["wizard"])
    token: str = made["auth"]["client_token"]
    return token


async def _rights(site: Site, token: str) -> Any:
    inputs = site.inputs(token)
    return await rights(site.world, Subject(inputs.preset, secrets=dict(inputs.secrets)))


async def test_a_server_that_cuts_the_life_of_the_root_is_told(
    site: Site,
) -> None:
    site.bao.write(f"{site.namespace}/sys/mounts/pki", type="pki")
    inputs = site.inputs()
    root = site.steps(inputs)[1]
    changes = [one for one in await root.check(site.world) if one.ref.kind.name == "Authority"]
    heard = Heard()
    await root.apply(site.world, changes, heard)
    assert [(one.id, one.severity) for one in heard.findings] == [("HW-211", "warn")]
    assert "768h" in heard.findings[0].cause


async def test_a_login_that_is_refused_is_told_before_anything_is_planned(site: Site) -> None:
    with pytest.raises(WizardError, match="refuses the login"):
        await site.plan(site.inputs("s.expired"))
