"""What the core needs of a Vault or an OpenBao; both speak the same API.

Every method may raise a `wizard.errors.WorldError`: Unreachable (nobody answers, or no node of it
is active at this moment), VaultClosed (sealed or never initialised), Unauthorized (the login or
its token is refused), Forbidden (a policy denies it), Invalid (the server refuses the content).
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True)
class VaultServer:
    """Where a server is reached.

    `authority`: PEM of the only authorities that are trusted; empty: the system's. `namespace`: a
    namespace inside the server.
    """

    url: str
    authority: bytes = b""
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class VaultLogin:
    """How to log in: with a `token`, or by what is posted to `path` ("auth/approle/login").

    `certificate` and `key` (PEM) are shown to the server where it asks for a client certificate.
    """

    token: str = field(default="", repr=False)
    path: str = ""
    data: Mapping[str, str] = field(default_factory=dict, repr=False)
    certificate: bytes = b""
    key: bytes = field(default=b"", repr=False)


VaultState = Literal["uninitialised", "sealed", "standby", "active"]


@dataclass(frozen=True, slots=True)
class VaultStatus:
    """What a server tells everybody. `entered` of `threshold` shares were given since it sealed."""

    state: VaultState
    version: str
    seal: str
    """How it is unsealed: "shamir", or the kind of its auto-unseal."""
    shares: int = 0
    threshold: int = 0
    entered: int = 0


@dataclass(frozen=True, slots=True)
class VaultReply:
    """What a write answers. A server that does less than it was asked says so in `warnings`."""

    data: Mapping[str, Any]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sharing:
    """Into how many shares the key is split, and how many of them open the server.

    `pgp_keys` (binary, in base64), one a share: each share is encrypted for one of them.
    `recovery`: the server opens itself, and the shares are those of the key that gives a new root
    token.
    """

    shares: int
    threshold: int
    pgp_keys: tuple[str, ...] = ()
    recovery: bool = False


@dataclass(frozen=True, slots=True)
class VaultKeys:
    """What a server tells once, when it is initialised. `shares` are in base64."""

    shares: tuple[str, ...] = field(repr=False)
    root_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class HeldKeys:
    """Key shares that wait for their holders, and the file where they are already.

    `title` is what people call them, `recovery`: they make a root token instead of opening the
    server. `encrypted` names the PGP keys that they are encrypted for, in the order of the shares.
    """

    title: str
    file: Path
    threshold: int
    shares: tuple[str, ...] = field(repr=False)
    recovery: bool = False
    encrypted: tuple[str, ...] = ()


class VaultSession(Protocol):
    """A server, logged in to. Paths are those of its API, without "/v1/"."""

    async def read(self, path: str) -> Mapping[str, Any] | None:
        """What is at a path; None: nothing is there."""

    async def list(self, path: str) -> Sequence[str]:
        """The names below a path."""

    async def write(self, path: str, data: Mapping[str, Any]) -> VaultReply:
        """Write to a path. Raises Invalid with the server's own words as `why`."""

    async def delete(self, path: str) -> None:
        """Remove what is at a path; nothing happens where there is nothing."""


class Vault(Protocol):
    """Vault or OpenBao."""

    async def status(self, server: VaultServer) -> VaultStatus:
        """What the server tells everybody; it answers in every state."""

    async def initialise(
        self, server: VaultServer, sharing: Sharing, keep: Callable[[VaultKeys], None]
    ) -> None:
        """Initialise a server, which tells its keys this once and to nobody else.

        `keep` is called with them the moment they come, also where this is cancelled: it then
        ends, as cancelled, only after that. Raises Invalid where it is initialised already.
        """

    async def unseal(self, server: VaultServer, shares: Sequence[str]) -> VaultStatus:
        """Give a server key shares, one by one, until it is open; how it is then.

        Raises Invalid: a share is none; or they are enough, but one of them is wrong, and it
        forgot them all.
        """

    def session(
        self, server: VaultServer, login: VaultLogin
    ) -> AbstractAsyncContextManager[VaultSession]:
        """A session for as long as the context is open. Raises Unauthorized on entering."""
