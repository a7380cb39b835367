"""Harbor's certificates: from files, from an authority made here, and between its components."""

from collections.abc import Iterator, Sequence

from wizard.answers.authority import LocalAuthority, ServedAuthority
from wizard.answers.pki import Acme, Commercial, Issuer, SelfSigned
from wizard.answers.scalars import seconds
from wizard.certificates import CertificateRequest
from wizard.charts.tls import has_authority, internal_components, trusts_more
from wizard.ports import World
from wizard.steps.acme import acme_steps
from wizard.steps.base import Step
from wizard.steps.certificates import TLS_SECRET, Published, SignedCertificates, Wanted
from wizard.steps.commercial import file_bytes, file_content, served
from wizard.steps.inputs import Inputs
from wizard.steps.issuers import issuing_steps
from wizard.steps.issuing import IssuerRef
from wizard.steps.secrets import Copied, CopySecrets, Entries
from wizard.steps.vault.chain import vault_steps

_DAY = 24 * 3600
_INTERNAL_YEARS = 10
"""The authority between components is trusted by nobody else, so it may last."""


def certificate_steps(inputs: Inputs) -> Iterator[Step]:
    """The steps that put certificates and trusted authorities into Secrets."""
    pki = inputs.preset.pki
    if isinstance(pki, SelfSigned) and isinstance(pki.authority, LocalAuthority):
        yield _own_authority(inputs, pki, pki.authority)
    if isinstance(pki, SelfSigned) and isinstance(pki.authority, ServedAuthority):
        yield from vault_steps(inputs, pki, pki.authority)
    if isinstance(pki, Commercial):
        yield _commercial(inputs, pki)
    if isinstance(pki, Issuer):
        issuer = IssuerRef(pki.name, pki.issuer_kind, pki.group)
        yield from issuing_steps(inputs, issuer, pki.certificate)
    if isinstance(pki, Acme):
        yield from acme_steps(inputs, pki)
    if bundles := _bundles(inputs):
        yield CopySecrets("trust.bundle", "Authorities that Harbor trusts", inputs, bundles)
    if components := internal_components(inputs.preset):
        yield _internal(inputs, components)


def _own_authority(inputs: Inputs, pki: SelfSigned, authority: LocalAuthority) -> Step:
    names, host, root = inputs.names, inputs.preset.harbor.host, authority.root
    days = max(1, seconds(pki.certificate.duration) // _DAY)
    ca = CertificateRequest(
        root.common_name, days=365 * root.years, key_type=root.key_type, is_authority=True
    )
    leaf = CertificateRequest(host, (host,), days, pki.certificate.key_type)
    return SignedCertificates(
        "pki.authority",
        "Authority and certificate",
        inputs,
        authority=Wanted(names.signing_authority, ca),
        signed=[Wanted(names.certificate, leaf)],
        published=[
            Published(names.authority),
            Published(names.trusted, lambda: file_content(inputs.preset.network.ca_bundle)),
        ],
    )


def _commercial(inputs: Inputs, pki: Commercial) -> Step:
    path, key = "pki.key", pki.key

    async def read(world: World) -> Entries:
        return await served(world, inputs, pki)

    also = (("pki.passphrase", pki.passphrase),)
    copied = Copied(inputs.names.certificate, read, path, key, TLS_SECRET, also)
    return CopySecrets("pki.certificate", "Certificate from files", inputs, [copied])


def _bundles(inputs: Inputs) -> Sequence[Copied]:
    """Authorities from files, where none is made here: for the portal, and for Harbor itself."""
    preset, names = inputs.preset, inputs.names
    if isinstance(preset.pki, SelfSigned):
        return ()
    root = preset.pki.ca_bundle if isinstance(preset.pki, Commercial) else None

    def own(world: World) -> bytes:
        return world.certificates.pem(file_bytes(root)) if root else b""

    async def published(world: World) -> Entries:
        return {"ca.crt": own(world)}

    async def trusted(world: World) -> Entries:
        return {"ca.crt": file_content(preset.network.ca_bundle) + own(world)}

    copied = []
    if has_authority(preset):
        copied.append(Copied(names.authority, published, "pki.caBundle"))
    if trusts_more(preset):
        copied.append(Copied(names.trusted, trusted, "network.caBundle"))
    return copied


def _internal(inputs: Inputs, components: Sequence[str]) -> Step:
    names = inputs.names
    ca = CertificateRequest(
        "Harbor components", days=365 * _INTERNAL_YEARS, key_type="ec-256", is_authority=True
    )
    signed = [
        Wanted(
            names.internal_certificate(component),
            CertificateRequest(
                names.component(component),
                (names.component(component), "localhost", "127.0.0.1"),
                days=365 * _INTERNAL_YEARS,
            ),
        )
        for component in components
    ]
    return SignedCertificates(
        "pki.internal",
        "Certificates between components",
        inputs,
        authority=Wanted(names.internal_authority, ca),
        signed=signed,
    )
