"""What a file is that holds no certificate, or no key, and what to do instead."""

_FIX = "Give the certificate's file: PEM, DER, PKCS#7 or PKCS#12."
_KEY_FIX = "Give the key's file: PEM, DER or PKCS#12."
_ENCODINGS = (
    (
        b"-----BEGIN CERTIFICATE REQUEST",
        "it is a signing request, not yet a certificate",
        "Give the certificate that your provider made of it.",
    ),
    (
        b"-----BEGIN NEW CERTIFICATE REQUEST",
        "it is a signing request, not yet a certificate",
        "Give the certificate that your provider made of it.",
    ),
    (
        b"-----BEGIN TRUSTED CERTIFICATE",
        "it has OpenSSL's own trust settings in it, which nothing else reads",
        "Convert it: openssl x509 -in FILE -out harbor.pem",
    ),
    (b"-----BEGIN X509 CRL", "it is a list of revoked certificates", _FIX),
    (b"-----BEGIN PKCS7", "it is a PKCS#7 file without a certificate, or damaged", _FIX),
    (b"PRIVATE KEY-----", "it holds a private key but no certificate", _FIX),
    (b"-----BEGIN PUBLIC KEY", "it is a public key", _FIX),
    (b"-----BEGIN CERTIFICATE", "a certificate in it is damaged or cut off", "Copy it again."),
)
_KEYS = (
    (
        b"-----BEGIN OPENSSH PRIVATE KEY",
        "it is a key of OpenSSH, which no web server reads",
        "Convert a copy: ssh-keygen -p -m PEM -f COPY",
    ),
    (b"PRIVATE KEY-----", "the key in it is damaged or of an unknown kind", "Copy it again."),
    (b"-----BEGIN PUBLIC KEY", "it is a public key", _KEY_FIX),
    (b"-----BEGIN CERTIFICATE REQUEST", "it is a signing request", _KEY_FIX),
    (b"-----BEGIN CERTIFICATE", "it is a certificate", _KEY_FIX),
    (b"PuTTY-User-Key-File", "it is a key of PuTTY, for SSH", _KEY_FIX),
)
_JAVA = bytes.fromhex("feedfeed")


def why_no_certificate(text: bytes) -> tuple[str, str]:
    """Why there is no certificate in a file's text, and what to do."""
    if text.startswith(_JAVA):
        return _java()
    if text.startswith(b"0"):  # an ASN.1 SEQUENCE
        return "it is binary, but no certificate: damaged, cut off, or something else", _FIX
    return _first(text, _ENCODINGS) or (_nothing(text), _FIX)


def why_no_key(text: bytes) -> tuple[str, str]:
    """Why there is no private key in a file's text, and what to do; nothing of it is quoted."""
    if text.startswith(_JAVA):
        return _java()
    return _first(text, _KEYS) or (_nothing(text), _KEY_FIX)


def _first(text: bytes, kinds: tuple[tuple[bytes, str, str], ...]) -> tuple[str, str] | None:
    return next(((why, fix) for mark, why, fix in kinds if mark in text), None)


def _nothing(text: bytes) -> str:
    return "it is neither PEM nor another form of it" if text.strip() else "it is empty"


def _java() -> tuple[str, str]:
    return (
        "it is a Java keystore",
        "Convert it: keytool -importkeystore -srckeystore FILE -destkeystore harbor.p12 "
        "-deststoretype PKCS12",
    )
