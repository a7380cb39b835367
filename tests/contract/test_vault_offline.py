"""An authority outside signs the request of a real OpenBao: in two phases, days apart."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from backends.certificates import X509
from backends.simulated.world import simulated_world
from backends.vault import VaultClient
from tests.bao import Bao
from tests.contract.test_vault_setup import HOST, Dying, Killed, Site, policy_token
from tests.unit.certificates.factory import Signed, ec_key, sign
from tests.unit.steps.conftest import Heard
from wizard.certificates import GivenCertificate
from wizard.checks.authority import signed_outside
from wizard.checks.base import Outcome, Subject
from wizard.checks.vault import rights
from wizard.errors import CheckFailed, PersonAwaited
from wizard.steps.inputs import Inputs
from wizard.steps.vault.policy import needed_capabilities, policy_text
from wizard.steps.vault.reaching import served_authority


def corporate(subject: str, issuer: Signed | None = None, **options: Any) -> Signed:
    return sign(subject, issuer, ca=True, now=datetime.now(UTC), **{"ends": 3000, **options})


ROOT = corporate("Corporate Root")
MIDDLE = corporate("Corporate Policy CA", ROOT)


@dataclass
class Office:
    """The wizard's side, and that of the people who sign."""

    site: Site
    folder: Path

    def inputs(self, token: str = "", **issuing: Any) -> Inputs:
        files = {"root": f"{self.folder}/root.pem", "certificate": f"{self.folder}/issuing.pem"}
        signed = {"signer": {"kind": "offline", **files}, **issuing}
        return self.site.inputs(token, issuing=signed)

    @property
    def request(self) -> Path:
        return self.folder / "harbor-wizard/requests/test-pki_int.csr"

    def sign(self, issuer: Signed = MIDDLE, **options: Any) -> bytes:
        """Sign what the request asks for, as corporate authorities do: with a name of their own."""
        asked = x509.load_pem_x509_csr(self.request.read_bytes())
        assert asked.is_signature_valid
        key = {"key": _Public(asked.public_key())}
        made = corporate("Harbor, by Corp", issuer, **{**key, "path_length": 0, **options})
        return made.pem + issuer.pem

    def put(self, content: bytes) -> None:
        (self.folder / "issuing.pem").write_bytes(content)

    async def check(self, inputs: Inputs) -> Outcome:
        return await signed_outside(self.site.world, Subject(inputs.preset))

    def authority(self) -> list[str]:
        chain = self.site.read("pki_int/cert/ca_chain")["certificate"]
        return [one.subject for one in X509().read(chain.encode())]


@dataclass(frozen=True)
class _Public:
    """The half of a key that a request shows."""

    key: Any

    def public_key(self) -> Any:
        return self.key


@pytest.fixture
async def office(
    bao: Bao, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Office]:
    namespace = f"offline-{abs(hash(request.node.name))}"
    bao.write(f"sys/namespaces/{namespace}")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    (tmp_path / "root.pem").write_bytes(ROOT.pem)
    async with simulated_world(speed=0) as world:
        named = {"metadata": {"name": "harbor"}}
        await world.stage.objects.create({"apiVersion": "v1", "kind": "Namespace", **named})
        site = Site(bao, replace(world, vault=VaultClient()), tmp_path, namespace)
        yield Office(site, tmp_path)


async def requested(office: Office) -> Inputs:
    """The first phase, up to where somebody outside has to sign."""
    inputs = office.inputs()
    with pytest.raises(PersonAwaited):
        await office.site.run(inputs)
    return inputs


async def test_the_plan_tells_that_somebody_has_to_sign(office: Office) -> None:
    inputs = office.inputs()
    planned = {str(one.ref): one for one in await office.site.plan(inputs)}
    assert "Mount sys/mounts/pki" not in planned
    assert "Urls pki/config/urls" not in planned
    request = {one.path: one.after for one in planned["SigningRequest pki_int"].fields}
    assert request["saved as"] == str(office.request)
    waits = {one.path: one.after for one in planned["Authority pki_int"].fields}
    assert "below CN=Corporate Root, outside: the run waits" in waits["signed by"]
    assert waits["read from"] == f"{office.folder}/issuing.pem"
    outcome = await office.check(inputs)
    assert outcome.state == "ok"
    assert "exit code 5" in outcome.fact


async def test_it_waits_for_a_person_and_goes_on_with_what_was_signed(office: Office) -> None:
    inputs, heard = office.inputs(), Heard()
    issuing = office.site.steps(inputs)[1]
    with pytest.raises(PersonAwaited) as awaited:
        await issuing.apply(office.site.world, await issuing.check(office.site.world), heard)
    assert awaited.value.exit_code == 5
    assert str(office.request) in awaited.value.where
    assert f"{office.folder}/issuing.pem" in awaited.value.fix
    assert "\n".join(heard.texts) == office.request.read_text().strip()
    offset = office.site.bao.audit.stat().st_size
    (left,) = await issuing.check(office.site.world)
    assert str(left.ref) == "Authority pki_int"
    with pytest.raises(PersonAwaited):
        await issuing.apply(office.site.world, [left], Heard())
    assert office.site.written(offset) == []

    office.put(office.sign())
    (left,) = await issuing.check(office.site.world)
    assert left.fields[0].after == "CN=Harbor\\, by Corp"
    await office.site.run(inputs)
    assert office.authority() == [
        "CN=Harbor\\, by Corp",
        "CN=Corporate Policy CA",
        "CN=Corporate Root",
    ]
    offset = office.site.bao.audit.stat().st_size
    assert await office.site.plan(inputs) == []
    await office.site.run(inputs)
    assert office.site.written(offset) == []
    (office.folder / "issuing.pem").unlink()
    assert await office.site.plan(inputs) == []


async def test_clients_need_the_corporate_root_and_nothing_else(office: Office) -> None:
    inputs = await requested(office)
    office.put(office.sign())
    await office.site.run(inputs)
    path = f"{office.site.namespace}/pki_int/issue/harbor"
    wanted = {"common_name": HOST, "key_type": "ec", "key_bits": 256, "alt_names": HOST}
    made = office.site.bao.write(path, **wanted)["data"]
    chain = "\n".join(made["ca_chain"]).encode()
    leaf, key = made["certificate"].encode(), made["private_key"].encode()
    given = GivenCertificate(leaf, key, (chain,), ROOT.pem, only_roots=True)
    assert X509().judge(given, HOST).verdict == "ok"
    stranger = replace(given, roots=corporate("Corporate Root").pem)
    assert X509().judge(stranger, HOST).verdict == "bad"


async def test_the_request_is_saved_again_on_another_machine(office: Office) -> None:
    await requested(office)
    first = X509().key_of(office.request.read_bytes())
    for left in (None, b"", office.request.read_bytes().replace(b"M", b"N", 1)):
        office.request.unlink()
        if left is not None:
            office.request.write_bytes(left)
        await requested(office)
        assert X509().key_of(office.request.read_bytes()) == first


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"key": ec_key()}, "belongs to the key in the server"),
        ({"ends": -1}, "expired"),
        ({"ends": 30}, "before the first certificate"),
        ({"issuer": corporate("Corporate Root")}, "another one of that name"),
        ({"issuer": corporate("No more", ROOT, path_length=0)}, "path length"),
    ],
    ids=["key", "expired", "short", "root", "length"],
)
async def test_a_wrong_certificate_changes_nothing(
    office: Office, options: dict[str, Any], words: str
) -> None:
    inputs = await requested(office)
    office.put(office.sign(**options))
    offset = office.site.bao.audit.stat().st_size
    with pytest.raises(CheckFailed) as refused:
        await office.site.plan(inputs)
    told = f"{refused.value.what} {refused.value.why}"
    assert words in told
    assert refused.value.where == f"{office.folder}/issuing.pem"
    assert office.site.written(offset) == []
    if "key" not in options:
        assert (await office.check(inputs)).state == "fail"
    office.put(office.sign())
    await office.site.run(inputs)
    assert await office.site.plan(inputs) == []


async def test_a_certificate_from_before_the_request_is_refused(office: Office) -> None:
    office.put(corporate("Old", MIDDLE, path_length=0).pem + MIDDLE.pem)
    with pytest.raises(CheckFailed, match="before there was a request"):
        await office.site.plan(office.inputs())


async def test_a_longer_one_of_the_same_request_takes_its_place(office: Office) -> None:
    inputs = await requested(office)
    office.put(office.sign(ends=400))
    await office.site.run(inputs)
    office.put(office.sign(ends=800))
    (change,) = await office.site.plan(inputs)
    assert (change.action, str(change.ref)) == ("update", "Authority pki_int")
    until = change.fields[-1]
    assert until.before < until.after
    await office.site.run(inputs)
    chain = office.site.read("pki_int/cert/ca")["certificate"]
    (own,) = X509().read(chain.encode())
    assert f"{own.not_after:%Y-%m-%d}" == until.after
    assert await office.site.plan(inputs) == []


async def test_one_that_ends_soon_is_told(office: Office) -> None:
    inputs = await requested(office)
    office.put(office.sign(begins=-300, ends=100))
    heard = await office.site.run(inputs)
    assert [one.id for one in heard.findings] == ["HW-212"]


async def test_an_authority_that_was_made_here_is_never_replaced(office: Office) -> None:
    await office.site.run(office.site.inputs())
    with pytest.raises(CheckFailed, match="holds another authority"):
        await office.site.plan(office.inputs())


async def test_another_root_in_the_answers_is_told(office: Office) -> None:
    inputs = await requested(office)
    office.put(office.sign())
    await office.site.run(inputs)
    (office.folder / "issuing.pem").unlink()
    (office.folder / "root.pem").write_bytes(corporate("New Root").pem)
    with pytest.raises(CheckFailed) as refused:
        await office.site.plan(inputs)
    assert "CN=New Root is the root that was named" in refused.value.why


async def test_an_attempt_that_was_killed_anywhere_is_gone_on_with(office: Office) -> None:
    """After every single write the process may be gone; one key is made, and never lost."""
    inputs = office.inputs()
    for allowed in range(30):
        world = replace(office.site.world, vault=Dying(allowed))
        try:
            await replace(office.site, world=world).run(inputs)
            break
        except Killed:
            continue
        except PersonAwaited:
            office.put(office.sign())
    assert await office.site.plan(inputs) == []
    namespace = office.site.namespace
    assert len(office.site.bao.call("LIST", f"{namespace}/pki_int/keys")["data"]["keys"]) == 1


async def test_the_printed_policy_is_enough_and_all_of_it_is_needed(office: Office) -> None:
    authority = served_authority(office.inputs().preset)
    assert authority
    needed = needed_capabilities(office.inputs().preset, authority)
    token = policy_token(office.site, policy_text(needed))
    inputs = office.inputs(token)
    with pytest.raises(PersonAwaited):
        await office.site.run(inputs)
    office.request.unlink()
    with pytest.raises(PersonAwaited):
        await office.site.run(inputs)
    office.put(office.sign())
    await office.site.run(inputs)
    assert await office.site.plan(inputs) == []
    assert not [path for path in needed if path.startswith("pki/")]
    subject = Subject(inputs.preset, secrets=dict(inputs.secrets))
    assert (await rights(office.site.world, subject)).state == "ok"
