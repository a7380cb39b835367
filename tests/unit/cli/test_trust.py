"""`wizard trust export`: what clients need to trust the authority of an installed Harbor."""

import os
import subprocess
from base64 import b64decode
from pathlib import Path

import pytest
import yaml

from tests.unit.cli.conftest import DEMO, Run, objects_of
from tests.unit.schemas import validator
from wizard.errors import ExitCode

EXPORT = ("trust", "export", *DEMO)


@pytest.fixture
def authority(installed: Path, state: Path) -> str:
    """The authority's certificate, as the installation keeps it."""
    [secret] = [
        one for one in objects_of(state, "Secret") if one["metadata"]["name"] == "harbor-ca"
    ]
    return b64decode(secret["data"]["ca.crt"]).decode()


def test_pem_is_the_certificate_alone(wizard: Run, authority: str) -> None:
    done = wizard(*EXPORT)
    assert done.code is ExitCode.DONE, done.stderr
    assert done.stdout == authority
    assert "PRIVATE" not in done.stdout


def test_a_config_map_is_ready_to_be_applied(wizard: Run, authority: str) -> None:
    made = yaml.safe_load(wizard(*EXPORT, "--format", "configmap").stdout)
    assert (made["kind"], made["metadata"]) == ("ConfigMap", {"name": "harbor-ca"})
    assert made["data"] == {"ca.crt": authority}


@pytest.mark.parametrize("client", ["docker", "containerd"])
def test_a_script_puts_the_certificate_where_the_client_looks(
    wizard: Run, authority: str, client: str, tmp_path: Path
) -> None:
    script = wizard(*EXPORT, "--format", client).stdout
    machine = tmp_path / "machine"
    (programs := tmp_path / "programs").mkdir()
    (programs / "sudo").write_text('#!/bin/sh\nexec "$@"\n')
    (programs / "sudo").chmod(0o700)
    subprocess.run(
        ["sh"],
        input=script.replace("/etc/", f"{machine}/etc/"),
        env={"PATH": f"{programs}:{os.environ['PATH']}", "TMPDIR": str(tmp_path)},
        text=True,
        check=True,
    )
    [host] = (machine / "etc" / client / "certs.d").iterdir()
    assert host.name in script
    assert (host / "ca.crt").read_text() == authority
    assert (host / "hosts.toml").exists() == (client == "containerd")


@pytest.mark.parametrize("kind", ["pem", "docker", "containerd", "configmap"])
def test_programs_get_the_same_in_a_document(wizard: Run, authority: str, kind: str) -> None:
    document = wizard(*EXPORT, "--format", kind, "--output", "json").document
    validator("trust.json").validate(document)
    assert document["content"] == wizard(*EXPORT, "--format", kind).stdout


def test_before_an_installation_there_is_none(wizard: Run) -> None:
    refused = wizard(*EXPORT, "--output", "json")
    assert refused.code is ExitCode.CHECK_FAILED
    validator("trust.json").validate(refused.document)
    assert "has no entry `ca.crt`" in refused.document["error"]["what"]


def test_where_clients_trust_anyway_there_is_none(wizard: Run, folder: Path) -> None:
    text = (folder / "demo.yaml").read_text()
    head, _, rest = text.partition("pki:")
    pki = "pki: {kind: commercial, certificate: c.pem}\n"
    (folder / "bought.yaml").write_text(f"{head}{pki}harbor:{rest.partition('harbor:')[2]}")
    refused = wizard("trust", "export", "--demo", "--preset", "bought.yaml")
    assert refused.code is ExitCode.USAGE
    assert "There is no authority to export" in refused.stderr


def test_without_a_preset_nobody_knows_which_harbor(wizard: Run) -> None:
    assert wizard("trust", "export", "--demo").code is ExitCode.USAGE


def test_a_rehearsal_publishes_the_root_to_pods_and_a_second_one_finds_nothing_to_do(
    wizard: Run, state: Path
) -> None:
    answers = {
        "trust.pods": "trust-manager",
        "storage.provisioner.className": "fast-ssd",
        "harbor.expose.className": "nginx",
    }
    sets = [word for path, value in answers.items() for word in ("--set", f"{path}={value}")]
    command = (*DEMO, "--scenario", "on-premises", "--yes", *sets)
    done = wizard(*command)
    assert done.code is ExitCode.DONE, done.stderr
    [bundle] = objects_of(state, "Bundle")
    [source] = bundle["spec"]["sources"]
    assert source["inLine"] == wizard("trust", "export", *command[:5], *sets).stdout
    name = bundle["metadata"]["name"]
    published = [one for one in objects_of(state, "ConfigMap") if one["metadata"]["name"] == name]
    assert len(published) == len(objects_of(state, "Namespace"))
    assert wizard(*command, "--plan").code is ExitCode.DONE
