"""The file with a server's key shares: there before the server is initialised, filled at once."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from wizard.answers.secret_files import (
    overwrite_secret,
    replace_secret,
    require_private,
    write_secret,
)
from wizard.errors import CheckFailed
from wizard.vaults import Sharing, VaultKeys

_VERSION = 1
_ROOM = 4096
"""Bytes that are held free for each share: one that is encrypted for a large PGP key fits."""
_OTHERS = 0o077
_UNSEAL = ("unseal_threshold", "unseal_keys_b64")
_RECOVERY = ("recovery_keys_threshold", "recovery_keys_b64")


@dataclass(frozen=True, slots=True)
class Kept:
    """What the file holds. Without `shares`: somebody began to initialise the server.

    `server` tells whose they are: the unique id of the server's namespace. `root_token` stands
    there only until the wizard has a login of its own.
    """

    server: str
    threshold: int
    shares: tuple[str, ...] = field(default=(), repr=False)
    encrypted: bool = False
    root_token: str = field(default="", repr=False)
    recovery: bool = False
    """Whether the server opens itself, and these make a root token alone."""

    @property
    def together(self) -> bool:
        """Whether enough shares stand here for whoever reads the file."""
        return not self.encrypted and len(self.shares) >= self.threshold > 0

    @property
    def opens(self) -> bool:
        """Whether a server can be opened by what stands here."""
        return self.together and not self.recovery


class KeysFile:
    """The file, readable by its owner alone. `conceal` is told every secret in it."""

    def __init__(self, path: Path, conceal: Callable[[str], None]) -> None:
        self.path = path.expanduser().absolute()
        self._conceal = conceal

    def read(self) -> Kept | None:
        """What it holds; None: there is no such file. Raises CheckFailed."""
        try:
            if self.path.stat().st_mode & _OTHERS:
                raise self._refused("others on this machine may read it", f"chmod 600 {self.path}")
            kept = _kept(json.loads(self.path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._refused((error.strerror or "it cannot be read").lower()) from None
        except (ValueError, KeyError, TypeError):
            raise self._refused("it is none that the wizard wrote") from None
        for secret in (*kept.shares, kept.root_token):
            self._conceal(secret)
        return kept

    def require_private(self) -> None:
        """Raises UsageError for a place that others could read from, or git would find."""
        require_private(self.path)

    def reserve(self, server: str, sharing: Sharing) -> None:
        """Make it, large enough for the shares that will come. Raises UsageError: it is there
        already, or cannot be made.
        """
        begun = self.read()
        if begun and begun.server == server and not begun.shares:
            self.path.unlink()
        text = _text(Kept(server, sharing.threshold, recovery=sharing.recovery))
        write_secret(self.path, text.ljust(len(text) + _ROOM * (sharing.shares + 1)))

    def keep(self, server: str, sharing: Sharing, keys: VaultKeys) -> None:
        """Put the shares there; they are on the disk when this returns. Raises UsageError."""
        encrypted = bool(sharing.pgp_keys)
        kept = Kept(
            server, sharing.threshold, keys.shares, encrypted, keys.root_token, sharing.recovery
        )
        overwrite_secret(self.path, _text(kept))
        self.read()

    def without_root_token(self, kept: Kept) -> None:
        """Forget the root token, which is revoked by now. Raises UsageError."""
        replace_secret(self.path, _text(replace(kept, root_token="")))

    def _refused(self, why: str, fix: str = "") -> CheckFailed:
        return CheckFailed(
            "The file with key shares cannot be used",
            why=why,
            where=str(self.path),
            fix=fix or "name another one in keysFile below pki.authority.server",
        )


def _kept(held: Mapping[str, Any]) -> Kept:
    """Raises KeyError, TypeError: it is no such file."""
    recovery = "recovery_keys_b64" in held
    threshold, shares = _RECOVERY if recovery else _UNSEAL
    root_token = held.get("root_token", "")
    keys = tuple(held[shares])
    return Kept(held["server"], held[threshold], keys, held["encrypted"], root_token, recovery)


def _text(kept: Kept) -> str:
    """As `bao operator init -format=json` and `vault operator init -format=json` name its parts."""
    threshold, shares = _RECOVERY if kept.recovery else _UNSEAL
    document = {
        "version": _VERSION,
        "server": kept.server,
        threshold: kept.threshold,
        "encrypted": kept.encrypted,
        shares: list(kept.shares),
    }
    return json.dumps(document | ({"root_token": kept.root_token} if kept.root_token else {}))
