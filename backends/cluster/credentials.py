"""What a kubeconfig's user shows to the API server: a token, a password or a certificate."""

import base64
from pathlib import Path

from wizard.errors import UsageError
from wizard.text import plain

from .audience import NOBODY, Audience
from .identity import Credentials, pem
from .kubeconfig import Kubeconfig, Section
from .plugin import from_plugin


async def obtain(kubeconfig: Kubeconfig, audience: Audience = NOBODY) -> Credentials:
    """Read, fetch or renew the credentials of a user. Raises UsageError.

    The `audience` follows what a login program says.
    """
    user = kubeconfig.user
    certificate = pem(user, "client-certificate", kubeconfig.source)
    key = pem(user, "client-key", kubeconfig.source)
    token = _token(user)
    if token:
        return Credentials(f"Bearer {token}", certificate, key)
    if "exec" in user:
        return await from_plugin(kubeconfig, audience)
    if "auth-provider" in user:
        return Credentials(await _from_provider(kubeconfig), certificate, key)
    if user.get("username"):
        pair = f"{user['username']}:{user.get('password', '')}".encode()
        return Credentials("Basic " + base64.b64encode(pair).decode(), certificate, key)
    if user and not certificate:
        raise _unusable(kubeconfig, "the user has neither token, certificate nor plugin")
    return Credentials("", certificate, key)


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
