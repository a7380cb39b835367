"""From certificates in any order to a chain: the server's own, then each one's issuer.

`cryptography`'s verifier ignores the order and what else is given, and says the same of a missing
intermediate and of a foreign root (measured with 50.0.2), so the chain is walked here.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.x509.oid import AuthorityInformationAccessOID

from .reading import extension, is_authority, issued_by

_LONGEST = 10


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain without its root, which every client has to have itself.

    `anchor` is the trusted authority that issued one of it, if there is one; `root` is that
    or the self-signed one that it ends at in the files. `borrowed` come from the roots' file.
    """

    path: tuple[x509.Certificate, ...]
    anchor: x509.Certificate | None
    root: x509.Certificate | None
    borrowed: tuple[x509.Certificate, ...] = ()

    @property
    def leaf(self) -> x509.Certificate:
        """The server's own certificate."""
        return self.path[0]

    @property
    def last(self) -> x509.Certificate:
        """The one whose issuer is a root, or missing."""
        return self.path[-1]


def leaf_of(found: Sequence[x509.Certificate], key: PublicKeyTypes | None) -> x509.Certificate:
    """The server's certificate: that of the key, the newest of several; else the likeliest."""
    own = [one for one in found if key is not None and one.public_key() == key]
    if own:
        return max(own, key=lambda one: one.not_valid_after_utc)
    return next((one for one in found if not is_authority(one)), found[0])


def chain_of(
    leaf: x509.Certificate,
    given: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    now: datetime,
) -> Chain:
    """The longest chain that the given ones make, and the trusted one of `roots` behind it.

    Of several issuers one that is valid now is taken. An intermediate of the roots' file is
    borrowed where nothing else leads on.
    """
    path, root, borrowed = [leaf], None, []
    while len(path) < _LONGEST and not issued_by(path[-1], path[-1]):
        issuers = [one for one in _issuers(path[-1], given) if one not in path]
        trusted = [*_issuers(path[-1], roots)]
        if between := _next(issuers, now, anchored=bool(trusted)):
            path.append(between)
            continue
        root = next((one for one in issuers if issued_by(one, one)), None)
        if root or any(issued_by(one, one) for one in trusted):
            break
        lent = [one for one in trusted if one not in path]
        if not lent or not any(_issuers(lent[0], roots)):
            break
        path.append(lent[0])
        borrowed.append(lent[0])
    anchor = _anchor(path, root, roots)
    return Chain(tuple(path), anchor, anchor or root, tuple(borrowed))


def _next(
    issuers: Sequence[x509.Certificate], now: datetime, *, anchored: bool
) -> x509.Certificate | None:
    """The intermediate to go on with; one that is not valid now only where nobody else vouches."""
    between = [one for one in issuers if not issued_by(one, one)]
    valid = [one for one in between if one.not_valid_before_utc <= now <= one.not_valid_after_utc]
    return next(iter(valid or ([] if anchored else between)), None)


def _issuers(
    certificate: x509.Certificate, among: Iterable[x509.Certificate]
) -> Iterator[x509.Certificate]:
    return (one for one in among if issued_by(certificate, one))


def _anchor(
    path: Sequence[x509.Certificate],
    root: x509.Certificate | None,
    roots: Sequence[x509.Certificate],
) -> x509.Certificate | None:
    """The authority among the roots that vouches for the chain; a self-signed one if possible."""
    if issued_by(path[0], path[0]):
        return path[0] if path[0] in roots else None
    if root is not None and root in roots:
        return root
    found = [issuer for one in path for issuer in _issuers(one, roots)]
    return next((one for one in found if issued_by(one, one)), next(iter(found), None))


def issuer_urls(certificate: x509.Certificate) -> tuple[str, ...]:
    """Where a certificate says that its issuer's can be fetched."""
    access = extension(certificate, x509.AuthorityInformationAccess)
    return tuple(
        one.access_location.value
        for one in access or ()
        if one.access_method == AuthorityInformationAccessOID.CA_ISSUERS
        and isinstance(one.access_location, x509.UniformResourceIdentifier)
        and one.access_location.value.startswith(("http://", "https://"))
    )
