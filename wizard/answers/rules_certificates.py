"""Rules about certificates, authorities and trust."""

from collections.abc import Iterator

from wizard.answers.acme import Http01Solver
from wizard.answers.authority import DeployedServer, OpenBaoAuthority, VaultAuthority, holders_of
from wizard.answers.pki import Acme, Issuer, SelfSigned
from wizard.answers.preset import Preset
from wizard.answers.problems import Problem
from wizard.answers.rules_exposure import is_address
from wizard.answers.scalars import seconds
from wizard.answers.unseal import (
    AwsKmsUnseal,
    AzureUnseal,
    Recovery,
    Shamir,
    StaticUnseal,
    TransitUnseal,
)


def validity(preset: Preset) -> Iterator[Problem]:
    """cert-manager's limits: at least an hour, renewed before the end."""
    if not isinstance(preset.pki, SelfSigned | Acme | Issuer):
        return
    duration, renewed = preset.pki.certificate.duration, preset.pki.certificate.renew_before
    if seconds(duration) < 3600:
        yield Problem("pki.certificate.duration", f"{duration} is less than an hour", "")
    if seconds(renewed) < 300:
        yield Problem("pki.certificate.renewBefore", f"{renewed} is less than five minutes", "")
    if seconds(renewed) >= seconds(duration):
        yield Problem(
            "pki.certificate.renewBefore",
            f"{renewed} is not shorter than the certificate's {duration}",
            "A third of the duration is usual.",
        )


def acme(preset: Preset) -> Iterator[Problem]:
    """What an ACME server can prove."""
    if not isinstance(preset.pki, Acme):
        return
    if is_address(preset.harbor.host):
        yield Problem(
            "harbor.url", "names an IP address, but ACME proves host names", "Use a host name."
        )
    solver = preset.pki.solver
    if isinstance(solver, Http01Solver) and solver.ingress_class and solver.gateway:
        yield Problem(
            "pki.solver.gateway", "stands beside ingressClass: only one can serve the proof", ""
        )


def unsealing(preset: Preset) -> Iterator[Problem]:
    """How a deployed server opens: share counts, and what the chosen engine knows.

    OpenBao 2.7 was measured to build in static, transit and kmip seals only.
    """
    authority = preset.pki.authority if isinstance(preset.pki, SelfSigned) else None
    if not isinstance(authority, OpenBaoAuthority | VaultAuthority):
        return
    if not isinstance(authority.server, DeployedServer):
        return
    unseal, path = authority.server.unseal, "pki.authority.server.unseal"
    recovery, recovered = authority.server.recovery, "pki.authority.server.recovery"
    if isinstance(unseal, Shamir):
        yield from _shares(unseal, path)
    elif isinstance(unseal, AwsKmsUnseal) and (not unseal.access_key) != (not unseal.secret_key):
        yield Problem(path, "accessKey and secretKey belong together", "Give both or none.")
    elif isinstance(unseal, AzureUnseal) and unseal.client_secret and not unseal.client_id:
        yield Problem(f"{path}.clientSecret", "belongs to a clientId", "Give both, or take it out.")
    only_openbao = isinstance(unseal, StaticUnseal)
    everywhere = isinstance(unseal, Shamir | TransitUnseal)
    if not everywhere and only_openbao != isinstance(authority, OpenBaoAuthority):
        known = "static" if authority.kind == "openbao" else "awskms, gcpckms, azurekeyvault"
        yield Problem(
            f"{path}.kind",
            f"'{unseal.kind}' is unknown to {authority.kind}",
            f"It knows shamir, transit, {known}.",
        )
    holders = holders_of(authority, authority.server)
    if isinstance(holders, Recovery):
        yield from _shares(holders, recovered)
    elif recovery is not None:
        has = "only a Vault, or an OpenBao of three replicas, that opens itself has recovery keys"
        yield Problem(recovered, has, "Leave it out.")


def _shares(holders: Shamir | Recovery, path: str) -> Iterator[Problem]:
    if holders.threshold > holders.shares:
        yield Problem(
            f"{path}.threshold",
            f"{holders.threshold} shares are needed, but only {holders.shares} are made",
            "Make more shares, or need fewer.",
        )
    elif holders.shares > 1 and holders.threshold == 1:
        use = "open the server" if isinstance(holders, Shamir) else "make a root token"
        yield Problem(
            f"{path}.threshold",
            f"a single share out of several would {use}",
            "Need two or more, or make one share only (labs).",
        )
    if holders.pgp_keys and len(holders.pgp_keys) != holders.shares:
        yield Problem(
            f"{path}.pgpKeys",
            f"{len(holders.pgp_keys)} keys for {holders.shares} shares",
            "Give one key for each share.",
        )


def nothing_to_trust(preset: Preset) -> Iterator[Problem]:
    """Without a certificate of Harbor's own there is no root to publish."""
    if preset.pki.kind != "none":
        return
    for key, value, idle in (
        ("pods", preset.trust.pods, "none"),
        ("nodes", preset.trust.nodes, "instructions"),
    ):
        if value != idle:
            yield Problem(
                f"trust.{key}",
                "there is no root certificate to publish: pki.kind is none",
                f"Set it to {idle}.",
            )
