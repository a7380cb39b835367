"""What goes wrong before the API server can answer, as errors of the core."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from wizard.errors import Unreachable, WorldError
from wizard.text import plain

from .connection import Connection


@contextmanager
def transport_errors(
    connection: Connection, but: type[Exception] | tuple[()] = ()
) -> Iterator[None]:
    """Errors of aiohttp and the sockets under it become Unreachable; those of `but` pass."""
    import aiohttp

    try:
        yield
    except but:
        raise
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise _unreachable(error, connection) from error


def hopeless(error: WorldError) -> bool:
    """Whether trying again cannot help: the TLS handshake failed."""
    import aiohttp

    return isinstance(error.__cause__, aiohttp.ClientSSLError)


def _unreachable(error: Exception, connection: Connection) -> Unreachable:
    import aiohttp

    what, why = f"The API server {connection.url} cannot be reached", _reason(error)
    fix = "check the address in the kubeconfig, the network, a VPN or a proxy"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        what = "The API server's certificate is not trusted"
        fix = "put the cluster's CA into certificate-authority-data of the kubeconfig"
    elif isinstance(error, aiohttp.ClientSSLError):
        what = f"No TLS connection to the API server {connection.url} came about"
        fix = "check scheme and port of the address, and the client certificate"
    elif isinstance(error, aiohttp.ClientProxyConnectionError | aiohttp.ClientHttpProxyError):
        proxy = urlsplit(connection.proxy or "")  # its URL may hold a password
        what = f"The proxy {proxy.hostname}:{proxy.port} does not lead to the API server"
        fix = "check proxy-url in the kubeconfig, HTTPS_PROXY and NO_PROXY"
    elif isinstance(error, aiohttp.ClientPayloadError | ConnectionResetError):
        what = "The API server broke off its answer"
    return Unreachable(what, why=why, fix=fix, where=f"context {connection.kubeconfig.context}")


def _reason(error: Exception) -> str:
    """Few words of an error; those of aiohttp repeat the address or hold a repr."""
    import aiohttp

    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        inner = error.certificate_error
        return plain(str(getattr(inner, "verify_message", "") or inner))
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "its name cannot be resolved"
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"it answered {error.status}"
    if isinstance(error, aiohttp.ClientConnectorError):
        return plain(error.os_error.strerror or str(error.os_error))
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return plain(str(error)) or type(error).__name__
