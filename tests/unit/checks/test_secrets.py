"""Certificates, Secrets that answers refer to, Helm and the chart."""

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from backends.certificates import X509
from tests.unit.checks.conftest import NAMESPACE, Given, deployment, preset_of, thing
from wizard.certificates import CertificateProblem, CertificateRequest
from wizard.charts.catalogue import harbor_chart
from wizard.charts.package import Package
from wizard.errors import CheckFailed
from wizard.ports import Object

EXPIRED = CertificateProblem("bad", "expired", "It ended yesterday.", "Renew it.")
SOON = CertificateProblem("warn", "soon", "It ends tomorrow.", "Renew it soon.")


def commercial(folder: Path, **pki: Any) -> Any:
    answers = {"kind": "commercial", "certificate": str(folder / "harbor.pem"), **pki}
    return preset_of(pki=answers)


async def test_certificate_files(given: Given, tmp_path: Path) -> None:
    (tmp_path / "harbor.pem").write_bytes(b"LEAF")
    (tmp_path / "chain.pem").write_bytes(b"INTERMEDIATE")
    preset = commercial(tmp_path, key={"env": "KEY"}, chain=str(tmp_path / "chain.pem"))
    outcome = await given.ask("certificates.files", preset, secrets={"pki.key": "KEY"})
    assert outcome.state == "ok"
    assert "2027-01-01" in outcome.fact
    [(asked, host)] = given.certificates.asked
    assert (asked.certificate, asked.chain) == (b"LEAF", (b"INTERMEDIATE",))
    assert (asked.key, host) == (b"KEY", "harbor.example.com")


X509_WORLD: Any = X509()
ROOT, OTHER = (
    X509_WORLD.issue(CertificateRequest(name, is_authority=True), None) for name in ("A", "B")
)
HOST = "harbor.example.com"
LEAF = X509_WORLD.issue(CertificateRequest(HOST, (HOST,)), ROOT)


@pytest.mark.parametrize(
    ("bundle", "state", "told"),
    [
        (ROOT.certificate + OTHER.certificate, "ok", "valid for"),
        (OTHER.certificate + ROOT.certificate, "ok", "valid for"),
        (
            OTHER.certificate,
            "fail",
            "CN=A is missing, and is none of the roots that were given",
        ),
        (b"no certificate", "fail", ""),
        (None, "fail", "is none of the authorities that this machine trusts"),
    ],
    ids=["its root first", "its root last", "another root", "none", "no bundle"],
)
async def test_a_bundle_of_roots_in_any_order(
    given: Given, tmp_path: Path, bundle: bytes | None, state: str, told: str
) -> None:
    given.certificates = X509_WORLD
    (tmp_path / "harbor.pem").write_bytes(LEAF.certificate + LEAF.key)
    more = {}
    if bundle is not None:
        (tmp_path / "roots.pem").write_bytes(bundle)
        more = {"caBundle": str(tmp_path / "roots.pem")}
    outcome = await given.ask("certificates.files", commercial(tmp_path, **more))
    assert outcome.state == state, outcome
    assert told in outcome.fact


async def test_a_key_in_the_certificates_file_or_in_a_secret(given: Given, tmp_path: Path) -> None:
    (tmp_path / "harbor.pem").write_bytes(b"BOTH")
    await given.ask("certificates.files", commercial(tmp_path))
    given(NAMESPACE, tls("harbor-key", key=b"KEPT"))
    reference = {"secret": {"name": "harbor-key", "key": "key"}}
    await given.ask("certificates.files", commercial(tmp_path, key=reference))
    assert [asked.key for asked, _ in given.certificates.asked] == [b"", b"KEPT"]


async def test_a_key_that_is_not_known_yet_is_not_judged(given: Given, tmp_path: Path) -> None:
    (tmp_path / "harbor.pem").write_bytes(b"LEAF")
    outcome = await given.ask("certificates.files", commercial(tmp_path, key={"prompt": True}))
    assert outcome.state == "skipped"
    assert given.certificates.asked == []


@pytest.mark.parametrize(("problems", "state"), [([EXPIRED, SOON], "fail"), ([SOON], "warn")])
async def test_certificate_problems(
    given: Given, tmp_path: Path, problems: list[CertificateProblem], state: str
) -> None:
    (tmp_path / "harbor.pem").write_bytes(b"LEAF")
    given.certificates.wrong = problems
    outcome = await given.ask("certificates.files", commercial(tmp_path))
    assert outcome.state == state
    assert outcome.fact == " ".join(problem.message for problem in problems)


async def test_what_cannot_be_read_is_named(given: Given, tmp_path: Path) -> None:
    given.certificates = X509_WORLD
    (tmp_path / "harbor.pem").write_bytes(LEAF.certificate)
    (tmp_path / "chain.pem").write_bytes(b"no certificate")
    key = {"pki.key": LEAF.key.decode()}
    preset = commercial(tmp_path, key={"env": "KEY"}, caBundle=str(tmp_path / "chain.pem"))
    outcome = await given.ask("certificates.files", preset, secrets=key)
    assert "The root certificates cannot be read: it is neither PEM" in outcome.fact
    assert f": pki.caBundle is {tmp_path}/chain.pem." in outcome.fact
    (tmp_path / "harbor.pem").write_bytes(b"")
    outcome = await given.ask("certificates.files", preset, secrets=key)
    found = f"No certificate can be read: it is empty: pki.certificate is {tmp_path}/harbor.pem."
    assert found in outcome.fact
    given(NAMESPACE, tls(tls_crt=b"junk", tls_key=b"junk"))
    outcome = await given.ask("certificates.secret", IN_SECRET)
    assert ": tls.crt in the Secret harbor/harbor-tls." in outcome.fact


async def test_a_certificate_file_that_is_not_there(given: Given, tmp_path: Path) -> None:
    outcome = await given.ask("certificates.files", commercial(tmp_path))
    assert outcome.state == "fail"
    assert "harbor.pem cannot be read: No such file or directory" in outcome.fact


IN_SECRET = preset_of(pki={"kind": "secret", "name": "harbor-tls"})


def tls(name: str = "harbor-tls", **entries: bytes) -> Object:
    data = {key.replace("_", "."): b64encode(value).decode() for key, value in entries.items()}
    return thing("v1/Secret", name, "harbor", data=data)


async def test_tls_secret(given: Given) -> None:
    outcome = await given.ask("certificates.secret", IN_SECRET)
    assert "no Secret harbor/harbor-tls" in outcome.fact
    given(NAMESPACE, tls(tls_crt=b"LEAF"))
    outcome = await given.ask("certificates.secret", IN_SECRET)
    assert (outcome.state, outcome.fact) == (
        "fail",
        "The Secret harbor/harbor-tls has no entry tls.key.",
    )
    given(tls(tls_crt=b"LEAF", tls_key=b"KEY"))
    assert (await given.ask("certificates.secret", IN_SECRET)).state == "ok"
    [(asked, host)] = given.certificates.asked
    assert (asked.certificate, asked.key, host) == (b"LEAF", b"KEY", "harbor.example.com")
    given.certificates.wrong = [EXPIRED]
    assert (await given.ask("certificates.secret", IN_SECRET)).state == "fail"


EXTERNAL = preset_of(
    {
        "database": {
            "kind": "external",
            "host": "postgres.example.com",
            "username": "harbor",
            "password": {"secret": {"name": "database", "key": "password"}},
        }
    }
)


async def test_secrets_that_answers_refer_to(given: Given) -> None:
    outcome = await given.ask("references.secrets", EXTERNAL)
    assert outcome.state == "fail"
    assert "harbor.database.password: there is no Secret harbor/database" in outcome.fact
    given(NAMESPACE, tls("database", other=b"x"))
    outcome = await given.ask("references.secrets", EXTERNAL)
    assert "has no entry password" in outcome.fact
    given(tls("database", password=b"x"))
    assert (await given.ask("references.secrets", EXTERNAL)).state == "ok"


async def test_a_password_that_everybody_knows_is_told_without_its_value(given: Given) -> None:
    reference = {"secret": {"name": "admin", "key": "password"}}
    preset = preset_of(harbor={"adminPassword": reference})
    given(NAMESPACE, tls("admin", password=b"Harbor12345\n"))
    outcome = await given.ask("references.secrets", preset)
    assert outcome.state == "fail"
    assert "harbor.adminPassword" in outcome.fact
    assert "Harbor12345" not in str(outcome)


async def test_a_server_of_others_may_have_such_a_password(given: Given) -> None:
    given(NAMESPACE, tls("database", password=b"changeit"))
    in_cluster = await given.ask("references.secrets", EXTERNAL)
    typed = await given.ask(
        "references.secrets", EXTERNAL, secrets={"harbor.database.password": "changeit"}
    )
    for outcome in (in_cluster, typed):
        assert outcome.state == "warn"
        assert "harbor.database.password" in outcome.fact
        assert "changeit" not in str(outcome)


async def test_a_variable_stands_for_a_secret_of_the_cluster(given: Given) -> None:
    overridden = {"harbor.database.password": "x"}
    outcome = await given.ask("references.secrets", EXTERNAL, secrets=overridden)
    assert outcome.state == "ok"


async def test_helm(given: Given) -> None:
    outcome = await given.ask("delivery.helm")
    assert (outcome.state, outcome.fact) == ("ok", "Helm 4.3.1 is there.")
    given.helm.found = CheckFailed("Helm is missing", why="not on PATH", fix="install it")
    outcome = await given.ask("delivery.helm")
    assert (outcome.state, outcome.fact, outcome.fix) == ("fail", "Helm is missing", "install it")


@pytest.mark.parametrize(
    ("voucher", "state"), [("wizard", "ok"), ("SHA256SUMS", "ok"), ("", "warn")]
)
async def test_chart_package(given: Given, voucher: str, state: str) -> None:
    package = Package(harbor_chart("2.15.2"), Path("harbor-1.19.2.tgz"), "5e1d", voucher)
    outcome = await given.ask("delivery.chart", chart=package)
    assert outcome.state == state
    assert "harbor-1.19.2.tgz, SHA-256 5e1d" in outcome.fact


async def test_a_missing_helm_is_told_once(given: Given) -> None:
    given.helm.found = CheckFailed("Helm was not found")
    for check in ("delivery.chart", "delivery.rendering"):
        assert (await given.ask(check, problem=given.helm.found)).state == "skipped"


async def test_no_chart_package_and_no_rendering(given: Given) -> None:
    problem = CheckFailed("The chart package is missing", fix="fetch it", where="/charts")
    outcome = await given.ask("delivery.chart", problem=problem)
    assert outcome.state == "fail"
    assert outcome.fact == "The chart package is missing (/charts)"
    assert (await given.ask("delivery.rendering", problem=problem)).state == "skipped"
    package = Package(harbor_chart("2.15.2"), Path("harbor-1.19.2.tgz"), "5e1d", "wizard")
    unfit = CheckFailed("The values do not fit")
    outcome = await given.ask("delivery.rendering", chart=package, problem=unfit)
    assert (outcome.state, outcome.fact) == ("fail", "The values do not fit")
    assert (await given.ask("delivery.rendering", manifest=[deployment()])).state == "ok"
