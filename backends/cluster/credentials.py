"""What a kubeconfig's user shows to the API server: a token, a password or a certificate."""

import ast
import asyncio
import base64
import binascii
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wizard.errors import UsageError
from wizard.text import plain

from .kubeconfig import Kubeconfig, Section

PLUGIN_SECONDS = 120
"""An exec plugin may open a browser and wait for a person."""


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """`authorization` is the value of that header; the others are PEM texts. All may be empty."""

    authorization: str = ""
    certificate: bytes = b""
    key: bytes = b""


async def obtain(kubeconfig: Kubeconfig) -> Credentials:
    """Read, fetch or renew the credentials of a user. Raises UsageError."""
    user = kubeconfig.user
    certificate = pem(user, "client-certificate", kubeconfig.source)
    key = pem(user, "client-key", kubeconfig.source)
    token = _token(user)
    if token:
        return Credentials(f"Bearer {token}", certificate, key)
    if "exec" in user:
        return await _from_plugin(kubeconfig)
    if "auth-provider" in user:
        return Credentials(await _from_provider(kubeconfig), certificate, key)
    if user.get("username"):
        pair = f"{user['username']}:{user.get('password', '')}".encode()
        return Credentials("Basic " + base64.b64encode(pair).decode(), certificate, key)
    if user and not certificate:
        raise _unusable(kubeconfig, "the user has neither token, certificate nor plugin")
    return Credentials("", certificate, key)


def pem(section: Section, name: str, source: str) -> bytes:
    """The content of `NAME-data` (base64) or of the file `NAME`; empty where neither is given."""
    data, path = section.get(f"{name}-data"), section.get(name)
    try:
        if data:
            return base64.b64decode(data, validate=True)
        return Path(path).read_bytes() if path else b""
    except (binascii.Error, ValueError, TypeError):
        why = f"`{name}-data` is not base64"
    except OSError as error:
        why = f"{path}: {error.strerror}"
    raise UsageError(
        f"The kubeconfig's {name} cannot be read",
        why=why,
        fix="correct the path or the data in the kubeconfig",
        where=source,
    )


def _token(user: Section) -> str:
    """A file goes before a token (as in client-go); it is read again whenever it is needed."""
    path = user.get("tokenFile")
    if not path:
        return str(user.get("token") or "").strip()
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            "The token of the kubeconfig cannot be read",
            why=getattr(error, "strerror", None) or "it is not text",
            fix="correct `tokenFile` in the kubeconfig, or log in again",
            where=str(path),
        ) from None


async def _from_plugin(kubeconfig: Kubeconfig) -> Credentials:
    from kubernetes.aio.config.config_exception import ConfigException
    from kubernetes.aio.config.exec_provider import ExecProvider
    from kubernetes.aio.config.kube_config import ConfigNode

    plugin = kubeconfig.user["exec"]
    command = plugin.get("command", "") if isinstance(plugin, dict) else ""
    try:
        async with asyncio.timeout(PLUGIN_SECONDS):
            status: dict[str, Any] = await ExecProvider(ConfigNode("exec", plugin)).run()
        return _told(status)
    except FileNotFoundError:
        why = f"the program {command} was not found"
    except TimeoutError:
        why = f"{command} did not end within {PLUGIN_SECONDS} s"
    except (ConfigException, OSError, KeyError, TypeError, AttributeError) as error:
        why = f"{command}: {plain(_readable(str(error)))}"
    hint = plugin.get("installHint") if isinstance(plugin, dict) else None
    raise UsageError(
        "The login program of the kubeconfig failed",
        why=why,
        fix=plain(hint) if hint else f"run `{command}` by hand and log in again",
        where=f"context {kubeconfig.context} in {kubeconfig.source}",
    )


def _readable(text: str) -> str:
    """What a plugin wrote as text: the library shows it at the end as a literal of bytes."""
    head, mark, literal = text.partition(". b")
    try:
        said: bytes = ast.literal_eval(f"b{literal}") if mark else b""
    except (SyntaxError, ValueError):
        return text
    return f"{head}: {said.decode(errors='replace')}" if mark else text


def _told(status: dict[str, Any]) -> Credentials:
    """A plugin's answer (client.authentication.k8s.io ExecCredential)."""
    token, certificate = status.get("token"), status.get("clientCertificateData")
    if not token and not certificate:
        raise KeyError("it returned neither a token nor a certificate")
    return Credentials(
        f"Bearer {token}" if token else "",
        certificate.encode() if certificate else b"",
        status["clientKeyData"].encode() if certificate else b"",
    )


async def _from_provider(kubeconfig: Kubeconfig) -> str:
    """OIDC and GCP as older kubeconfigs name them; an expired token is renewed."""
    from kubernetes.aio.client import Configuration
    from kubernetes.aio.config import load_kube_config_from_dict

    configuration = Configuration()
    try:
        await load_kube_config_from_dict(kubeconfig.document(), client_configuration=configuration)
    except Exception as error:  # the loader's errors have no common class
        raise _unusable(kubeconfig, plain(str(error))) from None
    return str(configuration.api_key.get("BearerToken", ""))


def _unusable(kubeconfig: Kubeconfig, why: str) -> UsageError:
    return UsageError(
        "The kubeconfig holds no usable login",
        why=why,
        fix="log in again as your cluster's provider describes, or choose another --context",
        where=f"context {kubeconfig.context} in {kubeconfig.source}",
    )
