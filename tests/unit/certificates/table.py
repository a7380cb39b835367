"""Certificate files with the verdict that each deserves: name, what is given, verdict, codes."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from tests.unit.certificates.factory import (
    DER,
    HOST,
    LEAF,
    MIDDLE,
    OTHER,
    OTHER_ROOT,
    PASSPHRASE,
    PEM,
    ROOT,
    Signed,
    dns,
    ec_key,
    key_as,
    leaf,
    p7b,
    p12,
    sign,
    signed_with_sha1,
    version_1,
    weak_keys,
)
from wizard.certificates import GivenCertificate, Verdict

TRADITIONAL = serialization.PrivateFormat.TraditionalOpenSSL
OPENSSH = serialization.PrivateFormat.OpenSSH
GOOD = LEAF.pem + MIDDLE.pem


@dataclass(frozen=True)
class Case:
    """One file, or several, for a host; `length` is that of the chain that is served of them."""

    name: str
    given: GivenCertificate
    verdict: Verdict = "ok"
    codes: tuple[str, ...] = ()
    host: str = HOST
    length: int = field(default=2)


def given(certificate: bytes, key: bytes = LEAF.pem_key, **more: object) -> GivenCertificate:
    """With the root of these tests as the only one."""
    settings = {"roots": ROOT.pem, "only_roots": True, **more}
    return GivenCertificate(certificate, key, **settings)  # type: ignore[arg-type]


def cases() -> list[Case]:
    """The whole table."""
    return [*_forms(), *_keys(), *_chains(), *_leaves(), *_names(), *_strict(), *_unreadable()]


def _forms() -> Iterator[Case]:
    text = GOOD.decode()
    yield Case("PEM", given(GOOD))
    yield Case("PEM with CRLF", given(text.replace("\n", "\r\n").encode()))
    yield Case("PEM with CR alone", given(text.replace("\n", "\r").encode()))
    yield Case("PEM with a byte order mark", given(b"\xef\xbb\xbf" + GOOD))
    yield Case("PEM that is indented", given(text.replace("\n", "\n    ").encode()))
    yield Case("PEM with blanks at line ends", given(text.replace("\n", "  \n").encode()))
    yield Case("PEM without line ends between", given(GOOD.replace(b"-----\n-----", b"----------")))
    bags = b"Bag Attributes\n    friendlyName: harbor\nsubject=CN = x\n"
    yield Case("PEM with what openssl pkcs12 prints", given(bags + LEAF.pem + bags + MIDDLE.pem))
    yield Case("PEM with words around", given(b"Dear customer,\n" + GOOD + b"\nRegards\n"))
    old = GOOD.replace(b"BEGIN CERT", b"BEGIN X509 CERT").replace(b"END CERT", b"END X509 CERT")
    yield Case("PEM with the old label", given(old))
    yield Case("PEM in UTF-16", given(text.encode("utf-16")))
    yield Case("PEM in UTF-16 without a mark", given(text.encode("utf-16-le")))
    yield Case("PEM in one line", given(text.replace("\n", "\\n").encode()))
    yield Case("DER", given(LEAF.der, chain=(MIDDLE.der,)))
    yield Case("DER with PEM intermediates", given(LEAF.der, chain=(MIDDLE.pem,)))
    yield Case("base64 without a frame", given(base64.b64encode(LEAF.der), chain=(MIDDLE.pem,)))
    yield Case("PKCS#7 as PEM", given(p7b(MIDDLE, LEAF, ROOT)))
    yield Case("PKCS#7 as DER", given(p7b(LEAF, MIDDLE, encoding=DER)))
    shut = {"key": b"", "passphrase": PASSPHRASE}
    yield Case("PKCS#12", given(p12(LEAF, MIDDLE, ROOT), **shut))
    yield Case("PKCS#12 without a passphrase", given(p12(LEAF, MIDDLE, passphrase=""), b""))
    keyless = p12(None, LEAF, MIDDLE)
    yield Case("PKCS#12 without a key", given(keyless, passphrase=PASSPHRASE))
    yield Case("PKCS#12 as the key's file", given(GOOD, p12(LEAF), passphrase=PASSPHRASE))


def _keys() -> Iterator[Case]:
    yield Case("key in the certificate's file", given(LEAF.pem_key + GOOD, b""))
    yield Case("key behind the certificate", given(GOOD + LEAF.pem_key, b""))
    yield Case("key of PKCS#1 or SEC 1", given(GOOD, key_as(LEAF.key, PEM, TRADITIONAL)))
    curve = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    yield Case("key behind its curve", given(GOOD, curve + key_as(LEAF.key, PEM, TRADITIONAL)))
    yield Case("key with CRLF", given(GOOD, LEAF.pem_key.replace(b"\n", b"\r\n")))
    yield Case("key as DER", given(GOOD, key_as(LEAF.key, DER)))
    yield Case("key as base64", given(GOOD, base64.b64encode(key_as(LEAF.key, DER))))
    wide = base64.b64encode(LEAF.pem_key.decode().encode("utf-16"))
    yield Case("key in UTF-16 as base64", given(GOOD, wide))
    opened = {"passphrase": PASSPHRASE}
    shut = key_as(LEAF.key, passphrase=PASSPHRASE)
    yield Case("encrypted key", given(GOOD, shut, **opened))
    yield Case("encrypted key with the certificate", given(GOOD + shut, b"", **opened))
    legacy = key_as(LEAF.key, PEM, TRADITIONAL, PASSPHRASE)
    yield Case("key encrypted in the old way", given(GOOD, legacy, **opened))
    shut_der = key_as(LEAF.key, DER, passphrase=PASSPHRASE)
    yield Case("encrypted key as DER", given(GOOD, shut_der, **opened))
    yield Case("passphrase that is not needed", given(GOOD, **opened))
    yield Case("no passphrase", given(GOOD, shut), "bad", ("passphrase-missing",))
    yield Case("wrong one", given(GOOD, shut, passphrase="x"), "bad", ("passphrase-wrong",))
    yield Case("no passphrase, key beside", given(GOOD + shut, b""), "bad", ("passphrase-missing",))
    sealed = p12(LEAF, MIDDLE)
    yield Case("PKCS#12, none", given(sealed, b""), "bad", ("passphrase-missing",), length=0)
    wrong = given(sealed, b"", passphrase="x")
    yield Case("PKCS#12, wrong one", wrong, "bad", ("passphrase-wrong",), length=0)
    yield Case("no key at all", given(GOOD, b""), "bad", ("key-missing",))
    yield Case("no key, and none needed", given(GOOD, b"", key_needed=False))
    yield Case("another key", given(GOOD, key_as(ec_key())), "bad", ("key-mismatch",))
    rsa_key = key_as(weak_keys()["rsa-2048"])
    yield Case("a key of another kind", given(GOOD, rsa_key), "bad", ("key-mismatch",))
    unreadable = {
        "a certificate as the key": LEAF.pem,
        "words as the key": b"not a key",
        "a key of OpenSSH": key_as(LEAF.key, PEM, OPENSSH),
        "a public key": LEAF.key.public_key().public_bytes(
            PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ),
        "a key that was cut off": LEAF.pem_key[:-60],
    }
    for name, key in unreadable.items():
        yield Case(name, given(GOOD, key), "bad", ("key-unreadable",))


def _chains() -> Iterator[Case]:
    yield Case("with the root", given(GOOD + ROOT.pem))
    yield Case("doubled", given(LEAF.pem + GOOD + MIDDLE.pem))
    yield Case("intermediates in a file of their own", given(LEAF.pem, chain=(MIDDLE.pem,)))
    yield Case("leaf last", given(MIDDLE.pem + LEAF.pem), "warn", ("leaf-not-first",))
    lower = sign("Lower CA", MIDDLE, ca=True, ends=1000, path_length=0)
    low = leaf(lower)
    swapped = given(low.pem + MIDDLE.pem + lower.pem, low.pem_key)
    yield Case("issuers swapped", swapped, "warn", ("chain-order",), length=3)
    mixed = given(LEAF.pem + OTHER_ROOT.pem + MIDDLE.pem)
    yield Case("with a stranger", mixed, "warn", ("unrelated",))
    yield Case("leaf alone", given(LEAF.pem), "bad", ("chain-incomplete",), length=1)
    rooted = given(LEAF.pem + ROOT.pem)
    yield Case("intermediate left out", rooted, "bad", ("chain-incomplete",), length=1)
    gap = given(low.pem + lower.pem, low.pem_key)
    yield Case("second intermediate left out", gap, "bad", ("untrusted",))
    namesake = sign("Example Issuing CA", ROOT, ca=True, ends=2000)
    false = given(LEAF.pem + namesake.pem)
    yield Case("another issuer of that name", false, "bad", ("chain-broken",), length=1)
    yield Case(
        "a root of one's own is not told", given(GOOD, roots=OTHER_ROOT.pem), "bad", ("untrusted",)
    )
    foreign = given(GOOD + ROOT.pem, roots=OTHER_ROOT.pem)
    yield Case("a root that nobody trusts", foreign, "bad", ("untrusted",))
    both = given(LEAF.pem, roots=MIDDLE.pem + ROOT.pem)
    yield Case("intermediate among the roots", both, "warn", ("chain-incomplete",))
    half = given(LEAF.pem, roots=MIDDLE.pem)
    yield Case("intermediate as the root", half, "warn", ("root-is-intermediate",), length=1)
    direct = leaf(ROOT)
    yield Case("signed by the root itself", given(direct.pem, direct.pem_key), length=1)
    cross = sign("Example Root CA", OTHER_ROOT, ca=True, ends=2000, key=ROOT.key)
    crossed = given(GOOD + cross.pem, roots=OTHER_ROOT.pem)
    yield Case("a root signed by another one", crossed, length=3)
    ended_cross = sign("Example Root CA", OTHER_ROOT, ca=True, ends=-1, key=ROOT.key)
    yield Case("with a cross-signed root that has ended", given(GOOD + ended_cross.pem))
    former = sign("Example Issuing CA", ROOT, ca=True, ends=-1, key=MIDDLE.key)
    yield Case("an intermediate and its renewal", given(LEAF.pem + former.pem + MIDDLE.pem))
    own = sign(HOST, names=dns(HOST))
    yield Case("signed by itself", given(own.pem, own.pem_key), "bad", ("self-signed",), length=1)
    trusted = given(own.pem, own.pem_key, roots=own.pem)
    yield Case("signed by itself, and trusted", trusted, "warn", ("self-signed",), length=1)
    old_root = sign("Old Root CA", ca=True, begins=-900, ends=-3)
    aged = leaf(old_root)
    ended = given(aged.pem, aged.pem_key, roots=old_root.pem)
    yield Case("a root that has ended", ended, "bad", ("expired",), length=1)
    old_middle = sign("Old CA", ROOT, ca=True, begins=-900, ends=-3)
    late = leaf(old_middle)
    stale = given(late.pem + old_middle.pem, late.pem_key)
    yield Case("an intermediate that has ended", stale, "bad", ("expired",))
    weak = sign("Weak CA", ROOT, ca=True, key=weak_keys()["rsa-1024"])
    under = leaf(weak)
    yield Case(
        "an intermediate with a weak key",
        given(under.pem + weak.pem, under.pem_key),
        "bad",
        ("weak-key",),
    )
    short = sign("Short CA", ROOT, ca=True, path_length=0)
    below = sign("Below CA", short, ca=True)
    deep = leaf(below)
    too_deep = given(deep.pem + below.pem + short.pem, deep.pem_key)
    yield Case("an authority below one that may have none", too_deep, "bad", ("refused",), length=3)
    bound = sign("Bound CA", ROOT, ca=True, allowed=["corp.example"])
    outside = leaf(bound)
    yield Case(
        "an authority for other names",
        given(outside.pem + bound.pem, outside.pem_key),
        "bad",
        ("refused",),
    )
    clients = sign("Clients CA", ROOT, ca=True, eku=[ExtendedKeyUsageOID.CLIENT_AUTH])
    server = leaf(clients)
    yield Case(
        "an authority for clients",
        given(server.pem + clients.pem, server.pem_key),
        "bad",
        ("wrong-purpose",),
    )
    yield Case(
        "a damaged file of intermediates",
        given(GOOD, chain=(b"damaged",)),
        "bad",
        ("chain-unreadable",),
    )
    yield Case(
        "a damaged file of roots", given(GOOD, roots=b"damaged"), "bad", ("roots-unreadable",)
    )


def _leaf(name: str, verdict: Verdict, code: str, **options: object) -> Case:
    made = leaf(**options)
    codes = (code,) if code else ()
    return Case(name, given(made.pem + MIDDLE.pem, made.pem_key), verdict, codes)


def _leaves() -> Iterator[Case]:
    yield _leaf("ended", "bad", "expired", begins=-90, ends=-1)
    yield _leaf("not yet valid", "bad", "not-yet-valid", begins=2)
    yield _leaf("ends in three weeks", "warn", "expires-soon", ends=21)
    yield _leaf("ends in five weeks", "ok", "", ends=35)
    yield _leaf("ten years long", "warn", "long-lived", ends=1900)
    yield _leaf("for clients alone", "bad", "wrong-purpose", eku=[ExtendedKeyUsageOID.CLIENT_AUTH])
    any_use = [ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]
    yield _leaf("for any use", "bad", "wrong-purpose", eku=any_use)
    both = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    yield _leaf("for servers and clients", "ok", "", eku=both)
    yield _leaf("without extended key usage", "ok", "", eku=[])
    dated = signed_with_sha1(MIDDLE, LEAF)
    yield Case("signed with SHA-1", given(dated.pem + MIDDLE.pem), "bad", ("weak-signature",))
    old_root = signed_with_sha1(ROOT, ROOT)
    yield Case("a root signed with SHA-1", given(GOOD, roots=old_root.pem))
    strange = x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4.5"), b"\x05\0")
    yield _leaf("with a critical extension that nobody knows", "bad", "refused", more=[strange])
    yield _leaf("with a critical authority", "bad", "authority-as-server", ca=True, eku=both)
    yield _leaf("with the serial number 1", "ok", "", serial=1)
    old = version_1(MIDDLE, LEAF)
    yield Case("of version 1", given(old.pem + MIDDLE.pem), "bad", ("host-not-covered",))
    levels = {"rsa-1024": "bad", "p-192": "bad", "dsa": "warn", "rsa-2048": "ok"}
    for kind, key in weak_keys().items():
        level = levels.get(kind, "warn")
        code = {"bad": "weak-key", "warn": "unusual-key", "ok": ""}[level]
        yield _leaf(f"with the key {kind}", level, code, key=key)  # type: ignore[arg-type]


def _named(name: str, host: str, names: list[x509.GeneralName], *, covered: bool = False) -> Case:
    case = _leaf(
        name, "ok" if covered else "bad", "" if covered else "host-not-covered", names=names
    )
    return replace(case, host=host)


def _names() -> Iterator[Case]:
    address = x509.IPAddress(ip_address("10.0.0.5"))
    yield _named("another host", HOST, dns("other.example.com"))
    yield _named("no names, only a common one", HOST, [])
    yield _named("upper case", "Harbor.Example.COM", dns(HOST), covered=True)
    yield _named("a dot at the end of the host", f"{HOST}.", dns(HOST), covered=True)
    yield _named("wildcard", HOST, dns("*.example.com"), covered=True)
    yield _named("wildcard and its own domain", "example.com", dns("*.example.com"))
    yield _named("wildcard and two labels", f"a.{HOST}", dns("*.example.com"))
    yield _named("wildcard of a top level", "example.com", dns("*.com"))
    yield _named("wildcard within a label", HOST, dns("h*.example.com"))
    yield _named("wildcard in the middle", HOST, dns("harbor.*.com"))
    yield _named("address", "10.0.0.5", [address], covered=True)
    yield _named("another address", "10.0.0.6", [address])
    yield _named("address among host names", "10.0.0.5", dns("10.0.0.5"))
    version_6 = [x509.IPAddress(ip_address("fd00::1"))]
    yield _named("address of version 6", "[fd00:0::1]", version_6, covered=True)
    mixed = [*dns("a.example.com", HOST), x509.RFC822Name("a@example.com")]
    yield _named("many names", HOST, mixed, covered=True)


def _strict() -> Iterator[Case]:
    """What cryptography's verifier refuses, and OpenSSL and Go take."""
    yield _leaf("without the issuer's key id", "warn", "strict-clients", aki=False)
    yield _leaf("with critical names", "warn", "strict-clients", critical_names=True)
    yield _leaf("without a subject", "warn", "strict-clients", subject="")
    for name, options in {
        "an authority without key usage": {"usage": False},
        "an authority with loose constraints": {"critical_ca": False},
    }.items():
        authority = sign("Loose CA", ROOT, ca=True, **options)
        made = leaf(authority)
        loose = given(made.pem + authority.pem, made.pem_key)
        yield Case(name, loose, "warn", ("strict-clients",))


def _unreadable() -> Iterator[Case]:
    request = (x509.CertificateSigningRequestBuilder().subject_name(LEAF.certificate.subject)).sign(
        LEAF.key, hashes.SHA256()
    )
    contents = {
        "an empty file": b"",
        "blanks": b" \n\t",
        "words": b"It is in the attachment.",
        "bytes": bytes(range(256)),
        "a signing request": request.public_bytes(PEM),
        "a key": LEAF.pem_key,
        "PEM that was cut off": GOOD[:-40],
        "PEM whose middle is missing": LEAF.pem[:200] + LEAF.pem[300:],
        "a certificate that OpenSSL trusts": LEAF.pem.replace(
            b"CERTIFICATE", b"TRUSTED CERTIFICATE"
        ),
        "DER that was cut off": LEAF.der[:-9],
        "DER with a byte too many": LEAF.der + b"\0",
        "a Java keystore": bytes.fromhex("feedfeed00000002"),
        "an empty frame": b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
    }
    for name, content in contents.items():
        yield Case(name, given(content), "bad", ("unreadable",), length=0)
    flipped = bytearray(LEAF.der)
    flipped[-1] ^= 1
    changed = Signed(x509.load_der_x509_certificate(bytes(flipped)), LEAF.key)
    yield Case(
        "one bit changed", given(changed.pem + MIDDLE.pem), "bad", ("chain-broken",), length=1
    )
    yield Case(
        "somebody else's",
        given(OTHER.pem + MIDDLE.pem),
        "bad",
        ("key-mismatch", "host-not-covered"),
    )
