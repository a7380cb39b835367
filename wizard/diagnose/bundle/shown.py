"""How objects stand in a support bundle: Secrets without values, and nothing twice."""

import base64
import binascii
import json
from collections.abc import Iterator, Set
from typing import Any

from wizard.diagnose.bundle.parts import Hider
from wizard.ports import Kind, Object

SECRET = Kind("v1", "Secret")
CONFIG_MAP = Kind("v1", "ConfigMap")
_HELM = "helm.sh/release.v1"
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_LARGEST_VALUE = 64 * 1024
"""Bytes; longer values are archives, which nobody writes into a log."""
_VALUES = {SECRET.name: ("data", "stringData"), CONFIG_MAP.name: ("binaryData",)}
"""The fields of which only the names and sizes of keys are told."""
_USER = ("user", "username", "user_name")


def shown(obj: Object, hider: Hider, place: str) -> Object:
    """The object as it is given away: without secrets, a Secret and binary data of a ConfigMap only
    with the names and sizes of their keys, nothing of what kubectl notes of former states.
    """
    metadata = dict(obj["metadata"])
    if obj["kind"] != SECRET.name:  # of a Secret no more is known than who wrote it, and when
        metadata.pop("managedFields", None)
    if _LAST_APPLIED in (notes := metadata.get("annotations") or {}):
        metadata["annotations"] = {k: item for k, item in notes.items() if k != _LAST_APPLIED}
    values = _VALUES.get(obj["kind"], ())
    rest = {key: item for key, item in obj.items() if key not in values}
    told: Object = hider.hide_document(rest | {"metadata": metadata}, place)
    return told | {key: dict(_sizes(obj[key])) for key in values if key in obj}


def _sizes(data: Any) -> Iterator[tuple[str, str]]:
    for key, value in (data or {}).items():
        yield key, f"{len(_bytes(value))} bytes"


def conceal_values(secret: Object, hider: Hider, names: Set[str]) -> None:
    """Let the values of a Secret be hidden wherever else they stand.

    Left readable: certificates and names of users, which are no secrets, and what is the name of
    an object. A Helm release is an archive; what is in it is hidden as far as Secrets hold it.
    """
    if secret.get("type") == _HELM:
        return
    metadata = secret["metadata"]
    for key, encoded in (secret.get("data") or {}).items():
        if len(encoded) > _LARGEST_VALUE or key.lower().endswith(_USER):
            continue
        what = f"Secret {metadata.get('namespace', '')}/{metadata['name']}, key {key}"
        for value in _values(_bytes(encoded), encoded):
            if value not in names:
                hider.conceal(value, what)


def _values(content: bytes, encoded: str) -> Iterator[str]:
    """What of a value is secret: all of it, and each login of a docker configuration."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        yield encoded
        return
    if "-----BEGIN CERTIFICATE-----" in text and "PRIVATE KEY" not in text:
        return
    yield text
    try:
        logins = (json.loads(text).get("auths") or {}).values()
    except (ValueError, AttributeError):
        return
    for login in logins:
        yield from (
            str(login[name])
            for name in ("auth", "password", "identitytoken")
            if isinstance(login, dict) and login.get(name)
        )


def _bytes(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded)
    except (binascii.Error, ValueError):
        return encoded.encode()
