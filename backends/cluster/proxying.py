"""Which proxy leads to an address, as Go programs such as kubectl and Helm decide it.

aiohttp's own reading of the environment (`trust_env`) knows no address ranges in NO_PROXY and
would send credentials of ~/.netrc.
"""

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

PROXIES = tuple(
    spelled
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
    for spelled in (name, name.lower())
)
"""The variables that name proxies and what is reached without one."""


def proxy_for(url: str, environ: Mapping[str, str]) -> str | None:
    """The URL of the proxy for a request to `url`, or None; this machine is asked directly.

    The rules are those of golang.org/x/net/http/httpproxy.
    """
    target = urlsplit(url)
    host, port = target.hostname or "", target.port or (443 if target.scheme == "https" else 80)
    exceptions = _variable(environ, "NO_PROXY").split(",")
    if _is_loopback(host) or any(_covers(item.strip().lower(), host, port) for item in exceptions):
        return None
    proxy = _variable(environ, f"{target.scheme.upper()}_PROXY")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def _variable(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name) or environ.get(name.lower(), "")


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _covers(item: str, host: str, port: int) -> bool:
    """Whether one item of NO_PROXY (`*`, name, .suffix, address or range; with a port) fits."""
    address = _address(host)
    if item == "*":
        return True
    if address is not None:
        try:
            return address in ipaddress.ip_network(item, strict=False)
        except ValueError:
            pass
    name, colon, wanted_port = item.rpartition(":")
    if colon and wanted_port.isdigit():
        item = name if int(wanted_port) == port else ""
    suffix = item if item.startswith(".") else f".{item}"
    return bool(item) and (host == item.strip("[]") or host.endswith(suffix))
