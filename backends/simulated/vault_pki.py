"""The certificates of the simulated OpenBao, which are real ones."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from backends.certificates import X509
from wizard.certificates import CertificateRequest, KeyPair, SigningRequest
from wizard.vaults import VaultReply

if TYPE_CHECKING:
    from cryptography import x509

_UNITS = {"h": 3600, "m": 60, "s": 1}


class Refusal(Exception):
    """What the server answers to what it cannot do, in OpenBao's own words."""


@dataclass(slots=True)
class Authority:
    """The authority of a mount: its certificate with its key, and what stands above it."""

    pair: KeyPair | None = None
    above: bytes = b""
    pending: SigningRequest | None = None
    """The latest signing request, with its key."""
    name: str = ""
    """What that key is called."""

    def dump(self) -> dict[str, str]:
        """As JSON."""
        pair = self.pair or KeyPair(b"", b"")
        pending = self.pending or SigningRequest(b"", b"")
        named = self.name.encode()
        texts = (pair.certificate, pair.key, self.above, pending.request, pending.key, named)
        names = ("certificate", "key", "above", "request", "requestKey", "requestName")
        return {name: text.decode() for name, text in zip(names, texts, strict=True)}

    @classmethod
    def load(cls, found: Mapping[str, str]) -> "Authority":
        """What `dump` gave."""
        held = {name: text.encode() for name, text in found.items()}
        pair = KeyPair(held["certificate"], held["key"]) if held["certificate"] else None
        pending = SigningRequest(held["request"], held["requestKey"]) if held["request"] else None
        return cls(pair, held["above"], pending, found.get("requestName", ""))


def made_before() -> Authority:
    """An issuing authority with its root, as a company has them."""
    root = X509().issue(CertificateRequest("Company Root CA", days=3650, is_authority=True), None)
    return Authority(root)


def published(authority: Authority, path: str) -> Mapping[str, Any] | None:
    """What everybody may read: `cert/ca` or `cert/ca_chain`."""
    if authority.pair is None:
        return None
    held = authority.pair.certificate
    if path == "cert/ca_chain":
        held += authority.above
    return {"certificate": held.decode().strip()}


def keys(authority: Authority) -> Mapping[str, Mapping[str, Any]]:
    """The keys of a mount by their ids, as everybody may read them who is allowed to."""
    if authority.pending is None:
        return {}
    identifier = X509().key_of(authority.pending.request)
    return {"request": {"key_name": authority.name, "subject_key_id": identifier}}


def certify(authority: Authority, path: str, data: Mapping[str, Any], longest: int) -> VaultReply:
    """Make roots and intermediates; `longest` is how many seconds the mount allows."""
    if path.endswith("/generate/internal"):
        wanted = CertificateRequest(
            data["common_name"], key_type=_key_type(data), is_authority=True
        )
        if path.startswith("intermediate/"):
            authority.pending = X509().request(wanted)
            authority.name = data.get("key_name", "")
            return VaultReply({"csr": authority.pending.request.decode()})
        life, warnings = _life(data, longest)
        authority.pair = X509().issue(replace(wanted, days=life // 86400), None)
        return VaultReply({"certificate": authority.pair.certificate.decode()}, warnings)
    if path == "intermediate/generate/existing" and authority.pending:
        return VaultReply({"csr": authority.pending.request.decode()})
    if path == "root/sign-intermediate":
        life, warnings = _life(data, longest)
        signed = _signed(authority, data["csr"], data["common_name"], life, names=None)
        return VaultReply({"certificate": signed.decode()}, warnings)
    if path == "intermediate/set-signed" and authority.pending:
        own, mark, above = data["certificate"].partition("-----END CERTIFICATE-----")
        authority.pair = KeyPair(f"{own}{mark}\n".encode(), authority.pending.key)
        authority.above = above.lstrip().encode()
        return VaultReply({"mapping": {"simulated": "request"}})
    raise Refusal("unsupported path")


def sign(
    authority: Authority, name: str, role: Mapping[str, Any] | None, data: Mapping[str, Any]
) -> VaultReply:
    """Sign a request by a role."""
    if role is None:
        raise Refusal(f"unknown role: {name}")
    if role.get("require_cn", True) and not data["common_name"]:
        raise Refusal(
            "the common_name field is required, or must be provided in a CSR with "
            '"use_csr_common_name" set to true, unless "require_cn" is set to false'
        )
    names = [one for key in ("alt_names", "ip_sans") for one in data[key].split(",") if one]
    allowed = role.get("allowed_domains", ())
    for one in names:
        if not role.get("allow_any_name") and not _address(one) and one not in allowed:
            raise Refusal(f"subject alternate name {one} not allowed by this role")
    leaf = _signed(authority, data["csr"], "", seconds(data["ttl"]), names)
    assert authority.pair is not None
    chain = [authority.pair.certificate.decode().strip()]
    chain += [authority.above.decode().strip()] if authority.above else []
    reply = {"certificate": leaf.decode().strip(), "issuing_ca": chain[0], "ca_chain": chain}
    return VaultReply(reply)


def _signed(
    authority: Authority, csr: str, common_name: str, life: int, names: list[str] | None
) -> bytes:
    """A certificate for the key of a request; without names it is an authority's."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
    from cryptography.x509.oid import NameOID

    if authority.pair is None:
        raise Refusal("no default issuer currently configured")
    issuer = x509.load_pem_x509_certificate(authority.pair.certificate)
    asked = x509.load_pem_x509_csr(csr.encode())
    now = datetime.now(UTC)
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)] if common_name else []
    key: Any = load_pem_private_key(authority.pair.key, None)
    builder = (
        x509.CertificateBuilder()
        .issuer_name(issuer.subject)
        .subject_name(x509.Name(attributes))
        .public_key(asked.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(seconds=30))
        .not_valid_after(min(now + timedelta(seconds=life), issuer.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=names is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(asked.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), False)
    )
    if names:
        found = x509.SubjectAlternativeName([_general_name(one) for one in names])
        builder = builder.add_extension(found, critical=not attributes)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def _general_name(name: str) -> "x509.GeneralName":
    from cryptography import x509

    if _address(name):
        return x509.IPAddress(ipaddress.ip_address(name))
    return x509.DNSName(name)


def _address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _key_type(data: Mapping[str, Any]) -> str:
    return f"{data['key_type']}-{data['key_bits']}"


def _life(data: Mapping[str, Any], longest: int) -> tuple[int, tuple[str, ...]]:
    """The seconds that a certificate lives, with the warning where it was cut."""
    wanted = seconds(data["ttl"])
    if wanted <= longest:
        return wanted, ()
    warning = (
        f'TTL "{wanted // 3600}h0m0s" is longer than permitted maxTTL '
        f'"{longest // 3600}h0m0s", so maxTTL is being used'
    )
    return longest, (warning,)


def seconds(duration: Any) -> int:
    """A duration such as "87600h" or "1h0m0s" in seconds."""
    if isinstance(duration, int):
        return duration
    return sum(int(n) * _UNITS[unit] for n, unit in re.findall(r"(\d+)([hms])", duration))
