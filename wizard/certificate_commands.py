"""What `wizard certificate …` does: judges files, makes keys and requests."""

import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from wizard.answers.secret_files import write_secret
from wizard.certificates import (
    CertificateFacts,
    CertificateRequest,
    Certificates,
    GivenCertificate,
    Judgement,
    Verdict,
)
from wizard.errors import ExitCode, SecretMissing, UsageError, WizardError
from wizard.run.rendering import Style
from wizard.steps.commercial import file_bytes
from wizard.text import plain
from wizard.voices import Voices

_CODES: Mapping[Verdict, ExitCode] = {
    "ok": ExitCode.DONE,
    "warn": ExitCode.NOT_ACCEPTED,
    "bad": ExitCode.CHECK_FAILED,
}
_HOST = re.compile(r"(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?")
_SIGNS = {"ok": "ok", "warn": "warn", "bad": "fail"}
_SAID: Mapping[Verdict, str] = {
    "ok": "will do for",
    "warn": "may not do for",
    "bad": "will not do for",
}


@dataclass(frozen=True, slots=True)
class Inspected:
    """The files to look at; `passphrase` names the variable that holds the key's."""

    file: Path
    host: str
    key: Path | None = None
    chain: Path | None = None
    passphrase: str | None = None
    roots: Path | None = None


async def inspect(certificates: Certificates, files: Inspected, voices: Voices) -> ExitCode:
    """Tell whether files will do for a host. Raises UsageError for what is not there."""
    _require_host(files.host)
    passphrase = _passphrase(files.passphrase)
    voices.redactor.conceal(passphrase)
    given = GivenCertificate(
        file_bytes(files.file),
        file_bytes(files.key),
        (file_bytes(files.chain),) if files.chain else (),
        file_bytes(files.roots),
        passphrase,
        only_roots=files.roots is not None,
        key_needed=files.key is not None,
    )
    judgement = certificates.judge(given, files.host)
    if files.key:
        _warn_of_readers(files.key, voices)
    voices.report.data(inspection_document(judgement), partial(inspection_lines, judgement, files))
    return _CODES[judgement.verdict]


def _passphrase(variable: str | None) -> str:
    if variable is None:
        return ""
    if value := os.environ.get(variable):
        return value
    raise SecretMissing(
        "No value for the passphrase",
        why=f"the environment variable {variable} is "
        f"{'empty' if variable in os.environ else 'not set'}",
        where="--passphrase-env",
        fix=f"set {variable}, or leave the option out",
    )


def _warn_of_readers(key: Path, voices: Voices) -> None:
    with suppress(OSError):
        if key.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            what = f"Others on this machine may read {key}"
            voices.console.warning(WizardError(what, fix=f"chmod 600 {key}"))


def inspection_document(judgement: Judgement) -> dict[str, Any]:
    """A judgement as a document; its schema is docs/schemas/certificate.json."""
    return {
        "version": 1,
        "verdict": judgement.verdict,
        "problems": [
            {"level": one.level, "code": one.code, "message": one.message, "fix": one.fix}
            for one in judgement.problems
        ],
        "chain": [_certificate_document(one) for one in judgement.chain],
    }


def _certificate_document(one: CertificateFacts) -> dict[str, Any]:
    return {
        "subject": one.subject,
        "issuer": one.issuer,
        "names": list(one.names),
        "notBefore": _moment(one.not_before),
        "notAfter": _moment(one.not_after),
        "key": one.key,
        "serial": one.serial,
    }


def _moment(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


def inspection_lines(judgement: Judgement, files: Inspected, style: Style) -> Iterator[str]:
    """A judgement for people: the verdict, the chain as it would be served, the problems."""
    verdict = judgement.verdict
    yield f"{style.sign(_SIGNS[verdict])} {verdict}: {files.file} {_SAID[verdict]} {files.host}"
    for number, one in enumerate(judgement.chain, 1):
        yield f"  {number}. {one.subject or 'without a subject'}"
        if one.names:
            yield f"     names      {', '.join(one.names)}"
        yield f"     issued by  {one.issuer}"
        yield f"     valid      {one.not_before:%Y-%m-%d} to {one.not_after:%Y-%m-%d}"
        yield f"     key        {one.key}"
    for problem in judgement.problems:
        yield f"{style.sign(_SIGNS[problem.level])} {problem.code}: {problem.message}"
        yield f"    fix: {problem.fix}"


async def request(
    certificates: Certificates,
    hosts: Sequence[str],
    key_type: str,
    files: tuple[Path, Path],
    voices: Voices,
) -> ExitCode:
    """Write a key and a request for these hosts. Raises UsageError; nothing is left behind then."""
    key_file, csr_file = files
    for host in hosts:
        _require_host(host)
    made = certificates.request(CertificateRequest(hosts[0], tuple(hosts), key_type=key_type))
    voices.redactor.conceal(made.key.decode())
    _require_new(csr_file)
    key = write_secret(key_file, made.key.decode().rstrip())
    try:
        with csr_file.open("xb") as stream:
            stream.write(made.request)
    except OSError as error:
        key.unlink()
        raise _unwritten(csr_file, error.strerror or str(error)) from None
    csr = csr_file.absolute()
    document = {"version": 1, "key": str(key), "request": str(csr), "names": list(hosts)}
    voices.report.data(document, lambda _: _next_steps(key, csr))
    return ExitCode.DONE


def _next_steps(key: Path, csr: Path) -> Iterator[str]:
    yield f"The key is in {key}: keep it, and send it to nobody."
    yield f"Send {csr} to your provider, who makes a certificate of it. Then look at that:"
    yield f"  wizard certificate inspect CERTIFICATE --host NAME --key {key}"


def _require_host(host: str) -> None:
    """Raise UsageError for what no certificate can name."""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        if not _HOST.fullmatch(host):
            raise UsageError(
                f"{plain(host)!r} is no host",
                why="a certificate names hosts and addresses, without https:// and port",
                where="--host",
                fix="give a name such as harbor.example.com",
            ) from None


def _require_new(file: Path) -> None:
    if file.exists():
        raise _unwritten(file, "the file exists")


def _unwritten(file: Path, why: str) -> UsageError:
    return UsageError(
        "The request was not written", why=why.lower(), where=str(file), fix="name another file"
    )
