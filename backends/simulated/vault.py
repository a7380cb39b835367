"""A simulated OpenBao: mounts, policies, roles and real certificates, held to the same contract."""

from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from secrets import token_bytes
from typing import Any

from backends.simulated import vault_pki
from backends.simulated.vault_pki import Authority, Refusal
from wizard.errors import Forbidden, Invalid, NotFound, Unauthorized, VaultClosed
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

_MOUNTS = ("sys/mounts/", "sys/auth/")


@dataclass(slots=True)
class VaultContent:
    """What the server is and holds; change it at any time.

    `refused` are tokens that are not valid. `narrow` gives tokens that may do only so much: the
    patterns of their paths. `keys` are its shares, of which `sharing` says how many open it, and
    `given` those that were given since it sealed.
    """

    state: VaultState = "active"
    refused: set[str] = field(default_factory=set)
    narrow: dict[str, list[str]] = field(default_factory=dict)
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    authorities: dict[str, Authority] = field(default_factory=dict)
    sharing: Sharing = field(default_factory=lambda: Sharing(5, 3))
    keys: tuple[str, ...] = ()
    given: set[str] = field(default_factory=set)

    def dump(self) -> dict[str, Any]:
        """All that lasts, as JSON."""
        held = {mount: one.dump() for mount, one in self.authorities.items()}
        return {
            "state": self.state,
            "entries": self.entries,
            "authorities": held,
            "shares": self.sharing.shares,
            "threshold": self.sharing.threshold,
            "keys": list(self.keys),
            "given": sorted(self.given),
        }

    def load(self, found: Mapping[str, Any]) -> None:
        """Take in what `dump` gave."""
        self.state, self.entries = found["state"], dict(found["entries"])
        self.sharing = Sharing(found["shares"], found["threshold"])
        self.keys, self.given = tuple(found["keys"]), set(found["given"])
        self.authorities = {
            mount: Authority.load(one) for mount, one in found["authorities"].items()
        }


class SimulatedVault:
    """The port Vault: the same server at every address."""

    def __init__(self, content: VaultContent) -> None:
        self._content = content

    async def status(self, server: VaultServer) -> VaultStatus:
        """See wizard.vaults.Vault."""
        content, sharing = self._content, self._content.sharing
        counts = (sharing.shares, sharing.threshold, len(content.given))
        return VaultStatus(content.state, "2.7.2", "shamir", *counts)

    async def initialise(
        self, server: VaultServer, sharing: Sharing, keep: Callable[[VaultKeys], None]
    ) -> None:
        """See wizard.vaults.Vault."""
        content = self._content
        if content.state != "uninitialised":
            raise _refused(server, "sys/init", "Vault is already initialized")
        content.sharing = sharing
        content.state = "active" if sharing.recovery else "sealed"
        content.keys = tuple(b64encode(token_bytes(33)).decode() for _ in range(sharing.shares))
        keep(VaultKeys(content.keys, "s.root"))

    async def unseal(self, server: VaultServer, shares: Sequence[str]) -> VaultStatus:
        """See wizard.vaults.Vault."""
        content = self._content
        for share in shares:
            if content.state == "sealed":
                content.given.add(share)
            if len(content.given) >= content.sharing.threshold:
                right = content.given <= {*content.keys}
                content.given.clear()
                if not right:
                    raise _refused(server, "sys/unseal", "message authentication failed")
                content.state = "active"
        return await self.status(server)

    @asynccontextmanager
    async def session(self, server: VaultServer, login: VaultLogin) -> AsyncIterator[VaultSession]:
        """See wizard.vaults.Vault. Every login is good but the refused tokens."""
        if self._content.state in {"sealed", "uninitialised"}:
            raise VaultClosed(
                "The server for certificates is sealed",
                why="the scenario sealed it",
                where=server.url,
                fix="unseal it, then give the same command again",
            )
        if login.token in self._content.refused:
            raise Unauthorized(
                "The server for certificates refuses the login",
                why="permission denied",
                where=server.url,
                fix="give a new token, or correct the mount, below pki.authority.server.auth",
            )
        yield _Session(self._content, server, login.token)


class _Session:
    def __init__(self, content: VaultContent, server: VaultServer, token: str) -> None:
        self._content, self._server, self._token = content, server, token
        self._allowed = content.narrow.get(token)

    async def read(self, path: str) -> Mapping[str, Any] | None:
        """See wizard.vaults.VaultSession."""
        self._demand(path)
        mount, _, rest = path.partition("/")
        if rest.startswith("cert/"):
            authority = self._content.authorities.get(mount)
            return vault_pki.published(authority, rest) if authority else None
        if rest.startswith("key/"):
            return self._keys(mount).get(rest.removeprefix("key/"))
        if path == "sys/storage/raft/configuration":
            return {"config": {"servers": [{"voter": True}] * 3}}
        return self._content.entries.get(path)

    async def list(self, path: str) -> Sequence[str]:
        """See wizard.vaults.VaultSession."""
        self._demand(path)
        mount, _, rest = path.partition("/")
        if rest == "keys":
            return sorted(self._keys(mount))
        start = f"{path.rstrip('/')}/"
        found = {
            one.removeprefix(start).partition("/")[0]
            for one in self._content.entries
            if one.startswith(start)
        }
        return sorted(found)

    async def write(self, path: str, data: Mapping[str, Any]) -> VaultReply:
        """See wizard.vaults.VaultSession."""
        if path == "sys/capabilities-self":
            return VaultReply({one: self._capabilities(one) for one in data["paths"]})
        self._demand(path)
        try:
            return self._write(path, data)
        except Refusal as error:
            raise _refused(self._server, path, str(error)) from None

    async def delete(self, path: str) -> None:
        """See wizard.vaults.VaultSession."""
        self._demand(path)
        self._content.entries.pop(path, None)

    def _keys(self, mount: str) -> Mapping[str, Mapping[str, Any]]:
        return vault_pki.keys(self._content.authorities.get(mount, Authority()))

    def _write(self, path: str, data: Mapping[str, Any]) -> VaultReply:
        if path.startswith(_MOUNTS):
            return self._mount(path, data)
        if path == "auth/token/revoke-self":
            self._content.refused.add(self._token)
            return VaultReply({})
        mount, _, rest = path.partition("/")
        if rest.startswith(("root/", "intermediate/", "sign/")):
            return self._certify(mount, rest, data)
        if not path.startswith("sys/") and not self._mounted(path):
            raise NotFound(f"There is nothing at {path}", why="no handler for route")
        held = self._content.entries.get(path, {})
        if path.startswith("sys/policies/acl/"):
            held = {"name": path.rpartition("/")[2]}
        self._content.entries[path] = {**held, **data}
        return VaultReply({})

    def _mounted(self, path: str) -> bool:
        return any(
            path.startswith(f"{one.removeprefix('sys/mounts/').removeprefix('sys/')}/")
            for one in self._content.entries
            if one.startswith(_MOUNTS)
        )

    def _mount(self, path: str, data: Mapping[str, Any]) -> VaultReply:
        entries = self._content.entries
        if path.endswith("/tune"):
            mount, config = entries[path.removesuffix("/tune")], dict(data)
            if "description" in config:
                mount["description"] = config.pop("description")
            mount["config"] |= _seconds(config)
            return VaultReply({})
        if path in entries:
            raise Refusal(f"path is already in use at {path.rpartition('/')[2]}/")
        entries[path] = {**data, "config": {"max_lease_ttl": 0} | _seconds(data.get("config", {}))}
        return VaultReply({})

    def _certify(self, mount: str, rest: str, data: Mapping[str, Any]) -> VaultReply:
        """Certificates; a signing path that was never made here was made by somebody before."""
        entries, authorities = self._content.entries, self._content.authorities
        place = f"sys/mounts/{mount}"
        if rest.startswith("sign/") and place not in entries:
            entries[place] = {"type": "pki", "config": {"max_lease_ttl": 315360000}}
            entries[f"{mount}/roles/{rest.removeprefix('sign/')}"] = {
                "allow_any_name": True,
                "require_cn": False,
            }
            authorities[mount] = vault_pki.made_before()
        if place not in entries:
            raise NotFound(f"There is nothing at {mount}/{rest}", why="no handler for route")
        authority = authorities.setdefault(mount, Authority())
        longest = entries[place]["config"]["max_lease_ttl"] or 768 * 3600
        if rest.startswith("sign/"):
            role = entries.get(f"{mount}/roles/{rest.removeprefix('sign/')}")
            return vault_pki.sign(authority, rest.removeprefix("sign/"), role, data)
        return vault_pki.certify(authority, rest, data, longest)

    def _demand(self, path: str) -> None:
        if self._capabilities(path) == ["deny"]:
            raise Forbidden(
                f"The login may not use {path}",
                why="no policy of it allows that, or one denies it",
                where=self._server.url,
                fix="give it a policy that does; `wizard rbac --preset FILE` prints what is needed",
            )

    def _capabilities(self, path: str) -> Sequence[str]:
        if self._allowed is None:
            return ["root"]
        if any(fnmatchcase(path, pattern) for pattern in self._allowed):
            return ["create", "update"]
        return ["deny"]


def _refused(server: VaultServer, path: str, why: str) -> Invalid:
    what = f"The server refuses what was to be written to {path}"
    return Invalid(what, why=why, where=f"{server.url}, {path}")


def _seconds(config: Mapping[str, Any]) -> dict[str, Any]:
    """A mount's configuration with its durations as the server tells them."""
    return {key: vault_pki.seconds(value) for key, value in config.items()}
