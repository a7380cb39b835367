"""`wizard certificate …`: the command line of certificates in files. Needs no cluster."""

from collections.abc import Sequence
from pathlib import Path

import click

from wizard.options import FILE, Common, common, finish


@click.group("certificate")
def command() -> None:
    """Look at certificates in files, and ask for new ones. Needs no cluster."""


@command.command()
@click.argument("file", type=FILE)
@click.option("--host", metavar="NAME", required=True, help="The host that clients connect to.")
@click.option("--key", type=FILE, metavar="FILE", help="The key, if it is in another file.")
@click.option("--chain", type=FILE, metavar="FILE", help="Intermediates in another file.")
@click.option(
    "--passphrase-env", metavar="VARIABLE", help="The variable that holds the key's passphrase."
)
@click.option(
    "--ca", type=FILE, metavar="FILE", help="The roots that clients trust, instead of the system's."
)
@common
def inspect(
    settings: Common,
    file: Path,
    host: str,
    key: Path | None,
    chain: Path | None,
    passphrase_env: str | None,
    ca: Path | None,
) -> None:
    """Say whether a certificate will do for a host. Exit 0 if so, 4 with warnings, 3 if not.

    PEM, DER, PKCS#7 or PKCS#12, with or without key and intermediates, in any order. Says what is
    wrong and how to mend it.
    """
    from wizard.certificate_commands import Inspected
    from wizard.certificate_commands import inspect as look
    from wizard.wiring import open_certificates

    files = Inspected(file, host, key, chain, passphrase_env, ca)
    finish(settings, lambda voices: look(open_certificates(), files, voices))


@command.command()
@click.option(
    "--host",
    "hosts",
    metavar="NAME",
    multiple=True,
    required=True,
    help="A host that clients connect to; several may be given.",
)
@click.option(
    "--key", type=FILE, metavar="FILE", default=Path("harbor.key"), help="Where the key is written."
)
@click.option(
    "--csr", type=FILE, metavar="FILE", default=Path("harbor.csr"), help="Where the request is."
)
@click.option(
    "--key-type",
    type=click.Choice(["ec-256", "ec-384", "rsa-2048", "rsa-3072", "rsa-4096"]),
    default="ec-256",
    help="Kind and size of the key; ec-256 by default.",
)
@common
def request(settings: Common, hosts: Sequence[str], key: Path, csr: Path, key_type: str) -> None:
    """Make a key and a signing request, to buy a certificate with.

    The key is readable by you alone; a file is never written over, nor a key into a git work tree.
    """
    from wizard.certificate_commands import request as ask
    from wizard.wiring import open_certificates

    certificates = open_certificates()
    finish(settings, lambda voices: ask(certificates, hosts, key_type, (key, csr), voices))
