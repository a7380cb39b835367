"""A trial signature, made exactly as cert-manager will make it.

cert-manager 1.21 posts a request without common name, the names beside it, and the duration in
Go's words (`pkg/issuer/vault` and `internal/vault/vault.go` of its source).
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass

from wizard.answers.pki import SelfSigned
from wizard.answers.preset import Preset
from wizard.answers.rules_exposure import is_address
from wizard.answers.scalars import seconds
from wizard.certificates import CertificateRequest, KeyPair
from wizard.ports import World
from wizard.vaults import VaultSession

_HOUR, _MINUTE = 3600, 60


@dataclass(frozen=True, slots=True)
class Signature:
    """What came back: the certificate with its key, and what stands above it (PEM)."""

    pair: KeyPair
    chain: bytes
    warnings: tuple[str, ...]


async def trial_signature(
    world: World, session: VaultSession, path: str, preset: Preset
) -> Signature:
    """Let `path` sign a certificate for Harbor's host that nobody will use.

    Raises what the session raises: Forbidden, NotFound, and Invalid where the role refuses.
    """
    assert isinstance(preset.pki, SelfSigned)
    host, wanted = preset.harbor.host, preset.pki.certificate
    request = CertificateRequest("", (host,), key_type=wanted.key_type)
    asked = await asyncio.to_thread(world.certificates.request, request)
    reply = await session.write(
        path,
        {
            "common_name": "",
            "alt_names": "" if is_address(host) else host,
            "ip_sans": host if is_address(host) else "",
            "uri_sans": "",
            "ttl": go_duration(seconds(wanted.duration)),
            "csr": asked.request.decode(),
            "exclude_cn_from_sans": "true",
        },
    )
    above = reply.data.get("ca_chain") or [reply.data.get("issuing_ca") or ""]
    pair = KeyPair(f"{reply.data['certificate']}\n".encode(), asked.key)
    return Signature(pair, "".join(f"{one}\n" for one in above).encode(), reply.warnings)


def go_duration(duration: int) -> str:
    """Seconds as Go writes a duration: 7776000 is "2160h0m0s"."""
    hours, rest = divmod(duration, _HOUR)
    return f"{hours}h{rest // _MINUTE}m{rest % _MINUTE}s"


_REFUSALS: Mapping[str, tuple[str, str]] = {
    r"common_name field is required": (
        "the role wants a common name, and cert-manager gives none",
        "set require_cn=false in the role",
    ),
    r"role requires keys of type (\S+)|keys of type": (
        "the role signs other keys than the one that was asked for",
        "set key_type=any in the role, or choose a key of its type in pki.certificate.keyType",
    ),
    r"subject alternate name .* not allowed|IP Subject Alternative Names are not allowed"
    r"|common name .* not allowed": (
        "the role does not allow Harbor's host",
        "add the host to allowed_domains and set allow_bare_domains=true, or for an address "
        "allow_ip_sans=true, in the role",
    ),
    r"unknown role": (
        "there is no such role in that mount",
        "correct the last part of pki.authority.server.signPath, or have the role made",
    ),
    r"no handler for route|unsupported path": (
        "no PKI engine is mounted there",
        "correct pki.authority.server.signPath: it is MOUNT/sign/ROLE",
    ),
    r"beyond the expiration of the CA|notAfter": (
        "the certificate would outlive the authority that signs it",
        "choose a shorter pki.certificate.duration, or have the authority renewed",
    ),
    r"no default issuer|unable to find PKI issuer|missing CA|could not fetch the CA": (
        "there is no authority in that mount yet",
        "have one made or imported there, or name another mount",
    ),
}
"""What roles refuse (OpenBao 2.7.2 was asked), why, and what to do."""


def why_refused(text: str) -> tuple[str, str]:
    """Cause and fix of a refused signature, for people; the server's words stand behind."""
    for pattern, (why, fix) in _REFUSALS.items():
        if re.search(pattern, text):
            return f"{why} ({text})", fix
    return text, "correct the role, or name another one"
