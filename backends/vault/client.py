"""Sessions with a server: `hvac` in threads, over connections that nothing of the environment
redirects (proxies, VAULT_ADDR and ~/.vault-token are not looked at).
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

from backends.vault.failures import LOGIN, closed, translated
from wizard.errors import NotFound, Unreachable, VaultClosed, WorldError
from wizard.text import plain
from wizard.vaults import (
    Sharing,
    VaultKeys,
    VaultLogin,
    VaultReply,
    VaultServer,
    VaultSession,
    VaultState,
    VaultStatus,
)

if TYPE_CHECKING:
    import hvac

SECONDS = 30
"""How long one call may take."""
INITIALISING_SECONDS = 300
"""How long the one call may take whose answer must not be lost (ten seconds were measured)."""

_STATES: Mapping[int, VaultState] = {
    200: "active",
    429: "standby",
    472: "standby",
    473: "standby",
    501: "uninitialised",
    503: "sealed",
}
"""What the codes of `sys/health` mean (https://openbao.org/api-docs/system/health/)."""

_Answer = TypeVar("_Answer")


class VaultClient:
    """The port Vault."""

    async def status(self, server: VaultServer) -> VaultStatus:
        """See wizard.vaults.Vault."""
        return await asyncio.to_thread(_status, server)

    async def initialise(
        self, server: VaultServer, sharing: Sharing, keep: Callable[[VaultKeys], None]
    ) -> None:
        """See wizard.vaults.Vault. It is asked once and never again: the server finishes even if
        nobody waits for the answer, and tells the keys to nobody then.
        """
        asking = asyncio.ensure_future(asyncio.to_thread(_initialise, server, sharing, keep))
        try:
            await asyncio.shield(asking)
        except asyncio.CancelledError:
            while not asking.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([asking])
            raise

    async def unseal(self, server: VaultServer, shares: Sequence[str]) -> VaultStatus:
        """See wizard.vaults.Vault."""
        await asyncio.to_thread(_unseal, server, shares)
        return await self.status(server)

    @asynccontextmanager
    async def session(self, server: VaultServer, login: VaultLogin) -> AsyncIterator[VaultSession]:
        """See wizard.vaults.Vault."""
        with ExitStack() as opened:
            client = await asyncio.to_thread(_client, server, opened, login)
            try:
                await asyncio.to_thread(_log_in, client, server, login)
            except VaultClosed:
                raise closed(server, (await self.status(server)).state) from None
            yield _Session(client, server)


class _Session:
    """One connection, used by one call at a time: `requests` shares none between threads."""

    def __init__(self, client: "hvac.Client", server: VaultServer) -> None:
        self._client, self._server = client, server
        self._turn = asyncio.Lock()

    async def read(self, path: str) -> Mapping[str, Any] | None:
        """See wizard.vaults.VaultSession."""
        try:
            found = await self._call(path, lambda: self._client.read(path))
        except NotFound:
            return None
        return None if found is None else _data(found)

    async def list(self, path: str) -> Sequence[str]:
        """See wizard.vaults.VaultSession."""
        found = await self._call(path, lambda: self._client.list(path))
        return [] if found is None else [plain(str(one)) for one in _data(found).get("keys") or ()]

    async def write(self, path: str, data: Mapping[str, Any]) -> VaultReply:
        """See wizard.vaults.VaultSession."""
        content = dict(data)
        found = await self._call(path, lambda: self._client.write_data(path, data=content))
        document = found if isinstance(found, dict) else {}
        warnings = tuple(plain(str(one)) for one in document.get("warnings") or ())
        return VaultReply(_data(document), warnings)

    async def delete(self, path: str) -> None:
        """See wizard.vaults.VaultSession."""
        await self._call(path, lambda: self._client.delete(path))

    async def _call(self, path: str, work: Callable[[], _Answer]) -> _Answer:
        async with self._turn:
            return await asyncio.to_thread(translated, self._server, path, work)


def _data(document: Mapping[str, Any]) -> Mapping[str, Any]:
    return document.get("data") or {}


def _client(
    server: VaultServer,
    opened: ExitStack,
    login: VaultLogin | None = None,
    seconds: int = SECONDS,
) -> "hvac.Client":
    """A client of its own. The certificates are read when it is first used."""
    import hvac
    import requests

    connection = opened.enter_context(requests.Session())
    connection.trust_env = False
    authority, pair = server.authority, (login.certificate, login.key) if login else (b"", b"")
    if authority or all(pair):
        folder = Path(opened.enter_context(TemporaryDirectory(prefix="harbor-wizard-vault-")))
        if authority:
            connection.verify = str(_written(folder / "ca.pem", authority))
        if all(pair):
            certificate = _written(folder / "client.pem", pair[0])
            connection.cert = (str(certificate), str(_written(folder / "client.key", pair[1])))
    return hvac.Client(
        url=server.url,
        token="",
        timeout=seconds,
        session=connection,
        namespace=server.namespace or None,
    )


def _written(path: Path, pem: bytes) -> Path:
    """OpenSSL takes these from files only; their folder is this user's own, and goes again."""
    path.touch(mode=0o600)
    path.write_bytes(pem)
    return path


def _log_in(client: "hvac.Client", server: VaultServer, login: VaultLogin) -> None:
    if login.token:
        client.token = login.token
        translated(server, LOGIN, client.auth.token.lookup_self)
        return
    answer = translated(
        server, LOGIN, lambda: client.auth.adapter.login(f"/v1/{login.path}", json=dict(login.data))
    )
    if not client.token:
        raise Unreachable(
            "The server does not log anybody in",
            why=f"it answered {type(answer).__name__} without a token at {login.path}",
            where=server.url,
            fix="check the mount of the login, and that the address leads to Vault or OpenBao",
        )


def _status(server: VaultServer) -> VaultStatus:
    with ExitStack() as opened:
        client = _client(replace(server, namespace=""), opened)  # namespaces have no health
        health = translated(
            server, "sys/health", lambda: client.sys.read_health_status(method="HEAD")
        )
        if health.status_code not in _STATES:
            raise WorldError(
                "The address does not lead to a Vault or OpenBao",
                why=f"it answered {health.status_code} to the question for its health",
                where=server.url,
                fix="correct the address",
            )
        seal = translated(server, "sys/seal-status", client.sys.read_seal_status)
    return VaultStatus(
        state=_STATES[health.status_code],
        version=plain(str(seal.get("version", ""))),
        seal=plain(str(seal.get("type", ""))),
        shares=int(seal.get("n", 0)),
        threshold=int(seal.get("t", 0)),
        entered=int(seal.get("progress", 0)),
    )


def _initialise(server: VaultServer, sharing: Sharing, keep: Callable[[VaultKeys], None]) -> None:
    with ExitStack() as opened:
        client = _client(server, opened, seconds=INITIALISING_SECONDS)
        answer = translated(
            server,
            "sys/init",
            lambda: client.sys.initialize(**_wanted(sharing)),
        )
        shares = answer["recovery_keys_base64" if sharing.recovery else "keys_base64"]
        keep(VaultKeys(tuple(shares), answer["root_token"]))


def _wanted(sharing: Sharing) -> Mapping[str, Any]:
    """A server that opens itself takes no secret shares, every other no recovery shares."""
    kind = "recovery" if sharing.recovery else "secret"
    given: dict[str, Any] = {
        f"{kind}_shares": sharing.shares,
        f"{kind}_threshold": sharing.threshold,
    }
    if sharing.pgp_keys:
        given["recovery_pgp_keys" if sharing.recovery else "pgp_keys"] = list(sharing.pgp_keys)
    return given


def _unseal(server: VaultServer, shares: Sequence[str]) -> None:
    with ExitStack() as opened:
        client = _client(server, opened)
        for share in shares:
            give = partial(client.sys.submit_unseal_key, share)
            if not translated(server, "sys/unseal", give)["sealed"]:
                return
