"""An open way to one API server: address, TLS, login and the session that all requests share."""

import asyncio
import json
import os
import ssl
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wizard import __version__
from wizard.errors import UsageError

from .audience import NOBODY, Audience
from .credentials import obtain
from .http_library import import_aiohttp
from .identity import Credentials, pem
from .kubeconfig import Kubeconfig
from .proxying import PROXIES, proxy_for

if TYPE_CHECKING:
    import aiohttp

READ_BUFFER = 2**21
"""Bytes read ahead; objects in a watch are larger than aiohttp's own 256 KiB."""


class Connection:
    """The session of one kubeconfig context; `file` is a private kubeconfig of it for Helm."""

    def __init__(
        self,
        kubeconfig: Kubeconfig,
        file: Path,
        session: "aiohttp.ClientSession",
        tls: ssl.SSLContext | None,
        proxy: str | None,
        audience: Audience,
    ) -> None:
        self.kubeconfig = kubeconfig
        self.file = file
        self.session = session
        self.url: str = kubeconfig.cluster["server"].rstrip("/")
        self.credentials = Credentials()
        self.server_name: str | None = kubeconfig.cluster.get("tls-server-name") or None
        self.proxy = proxy
        self._audience = audience
        self._tls = tls
        self._renewing = asyncio.Lock()

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries."""
        authorization = self.credentials.authorization
        return {"Authorization": authorization} if authorization else {}

    async def freshen(self) -> None:
        """Log in again where the time of the credentials is over. Raises UsageError."""
        shown = self.credentials
        if shown.expired:
            await self.renew(shown)

    async def renew(self, refused: Credentials) -> bool:
        """Log in again, after a 401 say; false where that brought nothing new.

        Of several requests that need it at the same time, only the first one logs in.
        """
        async with self._renewing:
            if self.credentials is not refused:
                return True
            fresh = await obtain(self.kubeconfig, self._audience)
            if (fresh.authorization, fresh.certificate) == (
                refused.authorization,
                refused.certificate,
            ):
                self.credentials = fresh  # it may hold for longer
                return False
            self.use(fresh)
            return True

    def use(self, credentials: Credentials) -> None:
        """Show these credentials from now on. Raises UsageError where they do not fit together."""
        if credentials.certificate and self._tls is not None:
            pair = self.file.with_name("client.pem")
            _write_private(pair, credentials.certificate + b"\n" + credentials.key)
            try:
                self._tls.load_cert_chain(pair, password="")
            except (ssl.SSLError, OSError):
                raise UsageError(
                    "The client certificate of the kubeconfig cannot be used",
                    why="certificate and key do not fit together, or are not PEM without password",
                    fix="log in again, or correct the certificate and key in the kubeconfig",
                    where=f"context {self.kubeconfig.context} in {self.kubeconfig.source}",
                ) from None
            finally:
                pair.unlink()
        self.credentials = credentials


@asynccontextmanager
async def connect(
    kubeconfig: Kubeconfig, environ: Mapping[str, str] = os.environ, audience: Audience = NOBODY
) -> AsyncIterator[Connection]:
    """Log in; nothing is asked of the server yet. Raises UsageError."""
    import_aiohttp()
    import aiohttp

    tls, proxy = _tls(kubeconfig), _proxy(kubeconfig, environ)
    with tempfile.TemporaryDirectory(prefix="harbor-wizard-") as folder:
        file = Path(folder) / "kubeconfig"
        _write_private(file, json.dumps(_for_helm(kubeconfig, proxy, environ)).encode())
        async with aiohttp.ClientSession(
            # No bound: the 101st open watch, log or forward would wait silently for a free one.
            connector=aiohttp.TCPConnector(limit=0, ssl=tls or ssl.create_default_context()),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": f"harbor-wizard/{__version__}"},
            read_bufsize=READ_BUFFER,
        ) as session:
            connection = Connection(kubeconfig, file, session, tls, proxy, audience)
            connection.use(await obtain(kubeconfig, audience))
            yield connection


def _tls(kubeconfig: Kubeconfig) -> ssl.SSLContext | None:
    """Verification against the kubeconfig's authority, else against this machine's."""
    cluster = kubeconfig.cluster
    if not cluster["server"].startswith("https:"):
        return None
    if cluster.get("insecure-skip-tls-verify"):
        raise UsageError(
            "The kubeconfig turns off the check of the API server's certificate",
            why="passwords and keys would go to whoever answers (insecure-skip-tls-verify)",
            fix="kubectl config set-cluster NAME --insecure-skip-tls-verify=false "
            "--certificate-authority=FILE --embed-certs",
            where=f"context {kubeconfig.context} in {kubeconfig.source}",
        )
    authority = pem(cluster, "certificate-authority", kubeconfig.source)
    try:
        context = ssl.create_default_context(cadata=authority.decode("ascii") or None)
    except (ssl.SSLError, UnicodeDecodeError):
        raise UsageError(
            "The certificate authority of the kubeconfig cannot be read",
            why="it is not a certificate in PEM",
            where=f"context {kubeconfig.context} in {kubeconfig.source}",
        ) from None
    # Python 3.13 turned this on; authorities that Go and thus kubectl accept would be refused.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _proxy(kubeconfig: Kubeconfig, environ: Mapping[str, str]) -> str | None:
    cluster = kubeconfig.cluster
    proxy = cluster.get("proxy-url") or proxy_for(cluster["server"], environ)
    if proxy and not proxy.startswith(("http://", "https://")):
        raise UsageError(
            "The proxy to the API server cannot be used",
            why=f"its kind ({proxy.partition(':')[0]}) is not supported, only http and https are",
            fix="set proxy-url in the kubeconfig, or HTTPS_PROXY, to an HTTP proxy",
            where=f"context {kubeconfig.context} in {kubeconfig.source}",
        )
    return proxy or None


def _for_helm(
    kubeconfig: Kubeconfig, proxy: str | None, environ: Mapping[str, str]
) -> dict[str, Any]:
    """The kubeconfig as Helm needs it, which sees nothing of this environment: its way to the
    server is this connection's, and its login program finds the proxies that it would find here.
    """
    cluster, user = kubeconfig.cluster, kubeconfig.user
    if proxy:
        cluster = {**cluster, "proxy-url": proxy}
    plugin = user.get("exec")
    if isinstance(plugin, dict) and isinstance(plugin.get("env") or [], list):
        found = ({"name": name, "value": environ[name]} for name in PROXIES if environ.get(name))
        user = {**user, "exec": {**plugin, "env": [*found, *(plugin.get("env") or ())]}}
    return replace(kubeconfig, cluster=cluster, user=user).document()


def _write_private(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
