"""Certificates and authorities, as chart values: always Secrets that exist beside the release."""

from typing import Any

from wizard.answers.pki import Commercial, NoPki, SelfSigned, TlsSecret
from wizard.answers.preset import Preset
from wizard.charts.names import INTERNAL_TLS_COMPONENTS, Names


def certificate_secret(preset: Preset) -> str | None:
    """The TLS Secret under Harbor's URL; None where TLS ends in front of Harbor."""
    match preset.pki:
        case NoPki():
            return None
        case TlsSecret():
            return preset.pki.name
        case _:
            return Names(preset.target.release).certificate


def has_authority(preset: Preset) -> bool:
    """Whether the wizard knows the CA that clients need, and keeps it for the portal."""
    match preset.pki:
        case SelfSigned():
            return True
        case Commercial():
            return preset.pki.ca_bundle is not None
        case _:
            return False


def internal_components(preset: Preset) -> list[str]:
    """The components that get a certificate to talk to each other."""
    if not preset.harbor.internal_tls:
        return []
    trivy = preset.harbor.scanner.trivy.enabled
    return [one for one in INTERNAL_TLS_COMPONENTS if trivy or one != "trivy"]


def trusts_more(preset: Preset) -> bool:
    """Whether Harbor's components trust further CAs: the network's, and Harbor's own."""
    return preset.network.ca_bundle is not None or has_authority(preset)


def tls_values(preset: Preset) -> dict[str, Any]:
    """`internalTLS` and the Secrets with authorities."""
    names = Names(preset.target.release)
    values: dict[str, Any] = {}
    if has_authority(preset):
        values["caSecretName"] = names.authority
    if trusts_more(preset):
        values["caBundleSecretName"] = names.trusted
    if components := internal_components(preset):
        secrets = {one: {"secretName": names.internal_certificate(one)} for one in components}
        # "auto" lasts 365 days and is never renewed (goharbor/harbor-helm#1775).
        values["internalTLS"] = {"enabled": True, "certSource": "secret", **secrets}
    return values
