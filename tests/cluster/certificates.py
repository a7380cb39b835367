"""Keys and certificates of the test cluster: one authority, valid for some days."""

from __future__ import annotations

import datetime as dt
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SERVER_NAMES = ("localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc")
SERVER_ADDRESSES = ("127.0.0.1", "10.0.0.1")


def _name(common_name: str, organization: str | None = None) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    if organization is not None:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    return x509.Name(parts)


class Certificates:
    """A folder with `ca.crt`, and pairs `NAME.crt`, `NAME.key` signed by it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700)
        self._key = self._new_key("ca")
        subject = _name("harbor-wizard test authority")
        ca = self._builder(subject, subject, self._key.public_key()).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self._ca = ca.add_extension(_ca_usage(), critical=True).sign(self._key, hashes.SHA256())
        self._write_certificate("ca", self._ca)
        self._server()
        self._client("admin", organization="system:masters")
        self._service_accounts()

    def path(self, file_name: str) -> str:
        """A file of the folder."""
        return str(self.folder / file_name)

    def serving(self, name: str, host: str) -> tuple[str, str]:
        """The files (certificate, key) with which a server answers for a host."""
        self._issue(name, _name(host), ExtendedKeyUsageOID.SERVER_AUTH, [x509.DNSName(host)])
        return self.path(f"{name}.crt"), self.path(f"{name}.key")

    def _new_key(self, name: str) -> ec.EllipticCurvePrivateKey:
        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        path = self.folder / f"{name}.key"
        path.touch(mode=0o600)
        path.write_bytes(pem)
        return key

    def _builder(
        self, subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
    ) -> x509.CertificateBuilder:
        now = dt.datetime.now(dt.UTC)
        return (
            x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(hours=1))
            .not_valid_after(now + dt.timedelta(days=7))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        )

    def _issue(
        self,
        name: str,
        subject: x509.Name,
        usage: x509.ObjectIdentifier,
        names: list[x509.GeneralName] | None = None,
    ) -> None:
        key = self._new_key(name)
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = (
            self._builder(subject, self._ca.subject, key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(authority, critical=False)
        )
        if names is not None:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        self._write_certificate(name, builder.sign(self._key, hashes.SHA256()))

    def _server(self) -> None:
        names: list[x509.GeneralName] = [x509.DNSName(name) for name in SERVER_NAMES]
        names += [x509.IPAddress(ipaddress.ip_address(address)) for address in SERVER_ADDRESSES]
        self._issue("server", _name("kubernetes"), ExtendedKeyUsageOID.SERVER_AUTH, names)

    def _client(self, name: str, organization: str) -> None:
        self._issue(name, _name(name, organization), ExtendedKeyUsageOID.CLIENT_AUTH)

    def _service_accounts(self) -> None:
        public = self._new_key("service-accounts").public_key()
        pem = public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        (self.folder / "service-accounts.pub").write_bytes(pem)

    def _write_certificate(self, name: str, certificate: x509.Certificate) -> None:
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        (self.folder / f"{name}.crt").write_bytes(pem)


def _ca_usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
