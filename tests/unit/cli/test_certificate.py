"""`wizard certificate`: files are judged, keys and requests are made, without a cluster."""

import stat
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.certificates.factory import HOST, PASSPHRASE, Signed, dns, key_as, p12, sign
from tests.unit.cli.conftest import Ended, Run
from tests.unit.schemas import validator
from wizard.errors import ExitCode

NOW = datetime.now(UTC)
ROOT = sign("Example Root CA", ca=True, ends=3000, now=NOW)
MIDDLE = sign("Example Issuing CA", ROOT, ca=True, ends=2000, now=NOW)
LEAF = sign(HOST, MIDDLE, names=dns(HOST), now=NOW)


@pytest.fixture
def inspect(wizard: Run, folder: Path):
    """Inspects harbor.pem for the host, with the root of these tests."""
    (folder / "harbor.pem").write_bytes(LEAF.pem + MIDDLE.pem)
    (folder / "harbor.key").write_bytes(LEAF.pem_key)
    (folder / "harbor.key").chmod(0o600)
    (folder / "root.pem").write_bytes(ROOT.pem)

    def run(*more: str, file: str = "harbor.pem", host: str = HOST) -> Ended:
        arguments = ("certificate", "inspect", file, "--host", host, "--ca", "root.pem", *more)
        return wizard(*arguments, "--output", "json")

    return run


def codes(done: Ended) -> list[str]:
    validator("certificate.json").validate(done.document)
    return [problem["code"] for problem in done.document["problems"]]


def test_a_good_one_exits_with_0(inspect) -> None:
    done = inspect("--key", "harbor.key")
    assert done.code is ExitCode.DONE
    assert (done.document["verdict"], codes(done), done.stderr) == ("ok", [], "")
    subjects = [one["subject"] for one in done.document["chain"]]
    assert subjects == [f"CN={HOST}", "CN=Example Issuing CA"]


def test_without_a_key_the_certificate_alone_is_judged(inspect) -> None:
    assert inspect().document["verdict"] == "ok"


def test_warnings_exit_with_4(inspect, folder: Path) -> None:
    (folder / "harbor.pem").write_bytes(MIDDLE.pem + LEAF.pem)
    done = inspect()
    assert done.code is ExitCode.NOT_ACCEPTED
    assert (done.document["verdict"], codes(done)) == ("warn", ["leaf-not-first"])


def test_what_will_not_do_exits_with_3(inspect, folder: Path) -> None:
    done = inspect(host="harbor.other.org")
    assert done.code is ExitCode.CHECK_FAILED
    assert (done.document["verdict"], codes(done)) == ("bad", ["host-not-covered"])
    (folder / "harbor.pem").write_bytes(b"nothing")
    done = inspect()
    assert (done.code, codes(done)) == (ExitCode.CHECK_FAILED, ["unreadable"])


def test_the_roots_of_the_system_do_not_count_beside_given_ones(inspect, folder: Path) -> None:
    (folder / "root.pem").write_bytes(sign("Other", ca=True).pem)
    assert codes(inspect()) == ["untrusted"]


def test_intermediates_may_be_in_a_file_of_their_own(inspect, folder: Path) -> None:
    (folder / "leaf.der").write_bytes(LEAF.der)
    (folder / "chain.pem").write_bytes(MIDDLE.pem)
    assert codes(inspect(file="leaf.der")) == ["chain-incomplete"]
    assert codes(inspect("--chain", "chain.pem", file="leaf.der")) == []


def test_a_passphrase_comes_from_a_variable_and_is_never_told(
    inspect, folder: Path, env: dict[str, str]
) -> None:
    (folder / "harbor.key").write_bytes(key_as(LEAF.key, passphrase=PASSPHRASE))
    (folder / "harbor.p12").write_bytes(p12(LEAF, MIDDLE))
    env["KEY_PASS"] = PASSPHRASE
    for arguments, file in (
        (("--key", "harbor.key"), "harbor.pem"),
        ((), "harbor.p12"),
    ):
        assert codes(inspect(*arguments, file=file)) == ["passphrase-missing"]
        done = inspect(*arguments, "--passphrase-env", "KEY_PASS", file=file)
        assert codes(done) == []
        assert PASSPHRASE not in done.stdout + done.stderr
    env["KEY_PASS"] = "wrong"
    assert codes(inspect("--passphrase-env", "KEY_PASS", file="harbor.p12")) == ["passphrase-wrong"]
    missing = inspect("--passphrase-env", "NOT_THERE")
    assert missing.code is ExitCode.USAGE
    assert "NOT_THERE" in missing.document["error"]["why"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("gone.pem", "--host", HOST), "gone.pem"),
        ((".", "--host", HOST), "directory"),
        (("harbor.pem", "--host", f"https://{HOST}"), "without https://"),
        (("harbor.pem", "--host", f"{HOST}:8443"), "port"),
    ],
)
def test_what_cannot_be_judged_is_a_wrong_use(
    wizard: Run, inspect, arguments: tuple[str, ...], told: str
) -> None:
    done = wizard("certificate", "inspect", *arguments, "--output", "json")
    assert done.code is ExitCode.USAGE
    validator("certificate.json").validate(done.document)
    assert told in done.stderr


def test_people_read_the_verdict_the_chain_and_the_fixes(wizard: Run, inspect) -> None:
    inspect()
    done = wizard("certificate", "inspect", "harbor.pem", "--host", "other", "--ca", "root.pem")
    assert "bad: harbor.pem will not do for other" in done.stdout
    assert "2. CN=Example Issuing CA" in done.stdout
    assert "fix: Get a certificate whose subject alternative names hold other" in done.stdout


def test_a_key_that_others_may_read_is_told(inspect, folder: Path) -> None:
    (folder / "harbor.key").chmod(0o644)
    done = inspect("--key", "harbor.key")
    assert done.code is ExitCode.DONE
    assert "chmod 600 harbor.key" in done.stderr


def requested(wizard: Run, *more: str) -> Ended:
    return wizard("certificate", "request", "--host", HOST, *more, "--output", "json")


def signed_by(issuer: Signed, csr: bytes) -> bytes:
    """The certificate that a provider makes of a request."""
    from cryptography import x509

    request = x509.load_pem_x509_csr(csr)
    names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    asked = type("Asked", (), {"public_key": request.public_key})()
    return sign(HOST, issuer, key=asked, names=list(names), now=NOW).pem


def test_what_is_made_of_a_request_fits_its_key(wizard: Run, inspect, folder: Path) -> None:
    made = requested(wizard, "--host", "10.0.0.5", "--key", "new.key", "--csr", "new.csr")
    assert made.code is ExitCode.DONE, made.stderr
    assert made.document["names"] == [HOST, "10.0.0.5"]
    assert stat.S_IMODE((folder / "new.key").stat().st_mode) == 0o600
    assert "PRIVATE" not in made.stdout + made.stderr
    bought = signed_by(MIDDLE, (folder / "new.csr").read_bytes())
    (folder / "bought.pem").write_bytes(bought + MIDDLE.pem)
    for host in (HOST, "10.0.0.5"):
        assert codes(inspect("--key", "new.key", file="bought.pem", host=host)) == []


def test_no_file_is_written_over(wizard: Run, folder: Path) -> None:
    for existing, other in (("harbor.key", "harbor.csr"), ("harbor.csr", "harbor.key")):
        (folder / existing).write_text("mine")
        refused = requested(wizard)
        assert refused.code is ExitCode.USAGE
        assert "exists" in refused.document["error"]["why"]
        assert (folder / existing).read_text() == "mine"
        assert not (folder / other).exists()
        (folder / existing).unlink()


def test_no_key_is_written_into_a_git_work_tree(wizard: Run, folder: Path) -> None:
    subprocess.run(["git", "init", "-q", folder], check=True)
    refused = requested(wizard)
    assert refused.code is ExitCode.USAGE
    assert "git work tree" in refused.document["error"]["why"]
    assert not (folder / "harbor.key").exists()
    assert not (folder / "harbor.csr").exists()


def test_a_request_that_cannot_be_written_leaves_no_key(wizard: Run, folder: Path) -> None:
    refused = requested(wizard, "--csr", "nowhere/harbor.csr")
    assert refused.code is ExitCode.USAGE
    assert not (folder / "harbor.key").exists()


@pytest.mark.parametrize("host", ["https://h", "a b", "h:443", "", "ümlaut.example.com"])
def test_only_hosts_are_asked_for(wizard: Run, folder: Path, host: str) -> None:
    refused = wizard("certificate", "request", "--host", host)
    assert refused.code is ExitCode.USAGE
    assert not (folder / "harbor.key").exists()
