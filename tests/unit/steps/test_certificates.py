"""Certificates from an authority that is made here, and from files."""

import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backends.simulated.world import SimulatedWorld
from tests.unit.certificates.factory import (
    DER,
    LEAF,
    MIDDLE,
    PASSPHRASE,
    ROOT,
    key_as,
    p7b,
    p12,
)
from tests.unit.steps.conftest import Heard, inputs_for
from wizard.answers.secret_values import known
from wizard.certificates import CertificateRequest, GivenCertificate
from wizard.errors import CheckFailed, SecretMissing
from wizard.steps.base import Step
from wizard.steps.certificates import TLS_SECRET
from wizard.steps.inputs import Inputs
from wizard.steps.tls import certificate_steps

NOW = datetime.now(UTC)


def only(inputs: Inputs) -> Step:
    (step,) = certificate_steps(inputs)
    return step


async def done(step: Step, world: SimulatedWorld) -> list[str]:
    changes = await step.check(world)
    await step.apply(world, changes, Heard())
    return [f"{change.action} {change.ref.name}" for change in changes]


async def test_an_authority_signs_harbors_certificate_and_is_published(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    inputs = inputs_for(world, tmp_path)

    made, again = await done(only(inputs), world), await done(only(inputs), world)

    assert made == [
        "create harbor-ca-key",
        "create harbor-tls",
        "create harbor-ca",
        "create harbor-trusted-ca",
    ]
    assert again == []
    tls = await inputs.entries(world, "harbor-tls")
    (leaf,) = world.certificates.read(tls["tls.crt"])
    assert leaf.names == ("harbor.example.com",)
    given = GivenCertificate(tls["tls.crt"], tls["tls.key"], roots=tls["ca.crt"])
    assert world.certificates.judge(given, "harbor.example.com").verdict == "ok"
    trusted = ssl.create_default_context(cadata=tls["ca.crt"].decode())
    assert trusted.cert_store_stats()["x509_ca"] >= 1
    assert (await inputs.entries(world, "harbor-ca")).keys() == {"ca.crt"}


async def test_with_a_third_of_its_life_left_a_certificate_is_renewed(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    await done(only(inputs_for(world, tmp_path)), world)
    after_59, after_61 = NOW + timedelta(days=59), NOW + timedelta(days=61)

    early = await only(inputs_for(world, tmp_path, clock=after_59)).check(world)
    late = await only(inputs_for(world, tmp_path, clock=after_61)).check(world)

    assert early == []
    assert [(change.action, change.ref.name) for change in late] == [("update", "harbor-tls")]
    assert "a third of its life or less is left" in late[0].fields[0].before


@pytest.mark.parametrize(
    ("name", "entry", "why"),
    [
        ("harbor-tls", "tls.crt", "cannot be read"),
        ("harbor-tls", "tls.key", "The private key cannot be read"),
        ("harbor-ca-key", "tls.key", "The private key cannot be read"),
    ],
)
async def test_what_cannot_be_read_is_made_anew(
    world: SimulatedWorld, tmp_path: Path, name: str, entry: str, why: str
) -> None:
    inputs = inputs_for(world, tmp_path)
    await done(only(inputs), world)
    entries = await inputs.entries(world, name)
    broken = inputs.secret_object(name, entries | {entry: b"garbage"}, TLS_SECRET)
    await world.objects.apply(broken, force=True)

    changes = await only(inputs).check(world)
    await only(inputs).apply(world, changes, Heard())

    [change] = [change for change in changes if change.ref.name == name]
    assert why in change.fields[0].before
    assert await only(inputs).check(world) == []


async def test_another_host_gets_another_certificate(world: SimulatedWorld, tmp_path: Path) -> None:
    await done(only(inputs_for(world, tmp_path)), world)
    moved = inputs_for(world, tmp_path, harbor={"url": "https://registry.example.com"})

    changed = await done(only(moved), world)

    assert changed == ["update harbor-tls"]
    (leaf,) = world.certificates.read((await moved.entries(world, "harbor-tls"))["tls.crt"])
    assert leaf.names == ("registry.example.com",)


async def test_a_renewed_authority_renews_all_that_it_signed(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    await done(only(inputs_for(world, tmp_path)), world)
    late = inputs_for(world, tmp_path, clock=NOW + timedelta(days=365 * 9))

    changes = await only(late).check(world)

    assert [change.ref.name for change in changes] == [
        "harbor-ca-key",
        "harbor-tls",
        "harbor-ca",
        "harbor-trusted-ca",
    ]


async def test_an_authority_lost_behind_the_certificate_is_replaced_with_it(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    inputs = inputs_for(world, tmp_path)
    await done(only(inputs), world)
    await world.objects.delete(inputs.secret("harbor-ca-key"))

    changed = await done(only(inputs), world)

    assert changed[:2] == ["create harbor-ca-key", "update harbor-tls"]
    tls = await inputs.entries(world, "harbor-tls")
    assert tls["ca.crt"] == (await inputs.entries(world, "harbor-ca-key"))["tls.crt"]


async def test_components_get_certificates_of_their_own(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    inputs = inputs_for(world, tmp_path, harbor={"internalTls": True})
    internal = list(certificate_steps(inputs))[-1]

    await done(internal, world)

    core = await inputs.entries(world, inputs.names.internal_certificate("core"))
    (leaf,) = world.certificates.read(core["tls.crt"])
    assert set(leaf.names) == {"harbor-core", "localhost", "127.0.0.1"}
    assert core["ca.crt"] == (await inputs.entries(world, "harbor-internal-ca-key"))["tls.crt"]


def commercial(
    world: SimulatedWorld, folder: Path, certificate: bytes, own_key: bytes | None, **more: object
) -> Inputs:
    (folder / "harbor.pem").write_bytes(certificate)
    answers = {"kind": "commercial", "certificate": str(folder / "harbor.pem"), **more}
    if own_key is not None:
        (folder / "harbor.key").write_bytes(own_key)
        answers["key"] = {"file": str(folder / "harbor.key")}
    found = inputs_for(world, folder, pki=answers)
    return replace(found, secrets=known(found.preset, {"KEY_PASS": PASSPHRASE}))


async def test_a_certificate_from_files_is_copied_and_replaced_by_one_change(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    request = CertificateRequest("harbor.example.com", ("harbor.example.com",))
    old, new = (world.certificates.issue(request, None) for _ in range(2))

    first = await done(only(commercial(world, tmp_path, old.certificate, old.key)), world)
    second = await done(only(commercial(world, tmp_path, new.certificate, new.key)), world)

    assert (first, second) == (["create harbor-tls"], ["update harbor-tls"])


async def test_a_file_without_a_certificate_says_what_is_missing(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    key = world.certificates.issue(CertificateRequest("h"), None).key
    inputs = commercial(world, tmp_path, b"not pem", key)

    with pytest.raises(CheckFailed, match="No certificate can be read") as error:
        await only(inputs).check(world)

    assert error.value.where == str(tmp_path / "harbor.pem")


SHUT = {"passphrase": {"env": "KEY_PASS"}}
FORMS: dict[str, tuple[bytes, bytes | None, dict[str, object]]] = {
    "PEM": (LEAF.pem + MIDDLE.pem, LEAF.pem_key, {}),
    "PEM out of order, with root and CRLF": (
        (ROOT.pem + MIDDLE.pem + LEAF.pem).replace(b"\n", b"\r\n"),
        LEAF.pem_key,
        {},
    ),
    "one file": (LEAF.pem_key + LEAF.pem + MIDDLE.pem, None, {}),
    "encrypted key": (LEAF.pem + MIDDLE.pem, key_as(LEAF.key, passphrase=PASSPHRASE), SHUT),
    "DER key": (LEAF.pem + MIDDLE.pem, key_as(LEAF.key, DER), {}),
    "PKCS#7": (p7b(ROOT, LEAF, MIDDLE, encoding=DER), LEAF.pem_key, {}),
    "PKCS#12": (p12(LEAF, ROOT, MIDDLE), None, SHUT),
}


@pytest.mark.parametrize("form", FORMS)
async def test_every_form_of_a_certificate_installs_the_same(
    world: SimulatedWorld, tmp_path: Path, form: str
) -> None:
    certificate, key, more = FORMS[form]
    assert await done(only(commercial(world, tmp_path, *FORMS["PEM"][:2])), world)
    inputs = commercial(world, tmp_path, certificate, key, **more)

    assert await done(only(inputs), world) == []

    entries = await inputs.entries(world, "harbor-tls")
    assert entries == {"tls.crt": LEAF.pem + MIDDLE.pem, "tls.key": LEAF.pem_key}


async def test_the_opened_key_is_concealed(world: SimulatedWorld, tmp_path: Path) -> None:
    shut = key_as(LEAF.key, passphrase=PASSPHRASE)
    concealed: list[str] = []
    inputs = replace(
        commercial(world, tmp_path, LEAF.pem + MIDDLE.pem, shut, **SHUT), conceal=concealed.append
    )
    await only(inputs).check(world)
    assert LEAF.pem_key.decode() in concealed


async def test_key_and_passphrase_may_be_in_secrets_and_are_asked_for_in_the_role(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    entries = {"key.der": key_as(LEAF.key, DER, passphrase=PASSPHRASE), "word": b"correct horse"}
    given = {
        "key": {"secret": {"name": "bought", "key": "key.der"}},
        "passphrase": {"secret": {"name": "bought", "key": "word"}},
    }
    inputs = commercial(world, tmp_path, LEAF.pem + MIDDLE.pem, None, **given)
    with pytest.raises(SecretMissing, match="has no entry"):
        await only(inputs).check(world)
    await world.objects.apply(inputs.secret_object("bought", entries))

    await done(only(inputs), world)

    assert (await inputs.entries(world, "harbor-tls"))["tls.key"] == LEAF.pem_key
    rights = {(one.right.verb, one.right.name) for one in await only(inputs).rights(world.charts)}
    assert ("get", "bought") in rights


async def test_a_root_in_binary_form_is_published_as_text(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    (tmp_path / "root.cer").write_bytes(ROOT.der)
    more = {"caBundle": str(tmp_path / "root.cer")}
    inputs = commercial(world, tmp_path, LEAF.pem + MIDDLE.pem, LEAF.pem_key, **more)

    for step in certificate_steps(inputs):
        await done(step, world)

    for secret in ("harbor-ca", "harbor-trusted-ca"):
        assert (await inputs.entries(world, secret))["ca.crt"] == ROOT.pem
