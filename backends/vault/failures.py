"""What a Vault or OpenBao answers when it refuses, as the errors of the core.

The texts are those of OpenBao 2.7.2; Vault shares the code that says most of them.
"""

import re
from collections.abc import Callable
from typing import TypeVar

from wizard.errors import (
    Forbidden,
    Invalid,
    NotFound,
    Unauthorized,
    Unreachable,
    VaultClosed,
    WizardError,
    WorldError,
)
from wizard.text import plain
from wizard.vaults import VaultServer

LOGIN = "the login"
"""Stands for a path where somebody logs in."""

_Answer = TypeVar("_Answer")

_LOGIN_REFUSED = re.compile(
    r"invalid role or secret ID|invalid username or password|invalid role name|not authorized"
    r"|invalid audience|invalid expiration|failed to match all constraints|missing client token"
    r"|invalid certificate or no client certificate|no chain matching",
    re.IGNORECASE,
)
_NOTHING = re.compile(
    r"no handler for route|unsupported (path|operation)|No (secret|auth) engine (mount )?at"
    r"|no default issuer currently configured|unable to find PKI issuer"
)
_BULLETS = re.compile(r"\d+ errors? occurred:\s*")


def translated(server: VaultServer, path: str, work: Callable[[], _Answer]) -> _Answer:
    """What the work gives. Raises its failure as an error of the core."""
    import hvac
    import requests

    try:
        return work()
    except hvac.exceptions.VaultError as error:
        raise _refusal(server, path, error) from None
    except requests.exceptions.SSLError as error:
        raise _distrust(server, error) from None
    except requests.exceptions.InvalidURL as error:
        raise WorldError(
            "The address of the server is no URL", why=plain(str(error)), where=server.url
        ) from None
    except (requests.RequestException, OSError) as error:
        raise Unreachable(
            "The server for certificates does not answer",
            why=_short(error),
            where=server.url,
            fix="check the address, and that this machine reaches it; a proxy is not used",
        ) from None


def _refusal(server: VaultServer, path: str, error: Exception) -> WizardError:
    import hvac.exceptions as they

    text = _text(error)
    if isinstance(error, they.VaultDown) or "is sealed" in text or "not initialized" in text:
        return closed(server, "uninitialised" if "not initialized" in text else "sealed")
    busy = they.InternalServerError | they.BadGateway | they.RateLimitExceeded
    if isinstance(error, busy) and not _NOTHING.search(text):
        return Unreachable(
            "The server for certificates cannot answer now",
            why=text,
            where=f"{server.url}, {path}",
            fix="see its log and whether one of its nodes is active",
        )
    if path == LOGIN or _LOGIN_REFUSED.search(text):
        return _login_refused(server, text, forbidden=isinstance(error, they.Forbidden))
    if isinstance(error, they.Forbidden | they.Unauthorized):
        return _forbidden(server, path, text, bare=error.errors == ["permission denied"])
    return _invalid(server, path, text, isinstance(error, they.InvalidPath))


def _invalid(server: VaultServer, path: str, text: str, nothing: bool) -> WizardError:
    if nothing or _NOTHING.search(text):
        return NotFound(f"There is nothing at {path}", why=text, where=server.url)
    if "HTTP request to an HTTPS server" in text:
        return WorldError(
            "The server speaks TLS", why=text, where=server.url, fix="write https:// in its address"
        )
    return Invalid(
        f"The server refuses what was to be written to {path}",
        why=text,
        where=f"{server.url}, {path}",
    )


def closed(server: VaultServer, state: str) -> VaultClosed:
    """The error of a server that nobody can use before somebody opened it."""
    if state == "uninitialised":
        return VaultClosed(
            "The server for certificates was never initialised",
            why="it holds no keys yet, and nothing can be stored in it",
            where=server.url,
            fix="initialise it (`bao operator init`, `vault operator init`) and keep the keys",
        )
    return VaultClosed(
        "The server for certificates is sealed",
        why="it was started again, or somebody sealed it; until enough key shares are given, it "
        "can read nothing of what it stores",
        where=server.url,
        fix="unseal it (`wizard unseal --preset FILE` for one that the wizard installed, else `bao "
        "operator unseal`, `vault operator unseal`), then give the same command again",
    )


def _login_refused(server: VaultServer, text: str, *, forbidden: bool) -> WizardError:
    """The reason as far as it is told: 403 is also what a missing mount answers to a login."""
    fix = "correct the answers below pki.authority.server.auth"
    why = text
    if forbidden and not _LOGIN_REFUSED.search(text):
        why = (
            f"the token is wrong, expired or revoked, or nothing is mounted where the login "
            f"goes to ({text})"
        )
        fix = "give a new token, or correct the mount, below pki.authority.server.auth"
    return Unauthorized(
        "The server for certificates refuses the login", why=why, where=server.url, fix=fix
    )


def _forbidden(server: VaultServer, path: str, text: str, *, bare: bool) -> WizardError:
    """403: by a policy, told as a list of one; or of a token that is no longer valid, told bare."""
    if bare or "invalid token" in text or "bad token" in text:
        return _login_refused(server, text, forbidden=True)
    return Forbidden(
        f"The login may not use {path}",
        why="no policy of it allows that, or one denies it",
        where=server.url,
        fix="give it a policy that does; `wizard rbac --preset FILE` prints what is needed",
    )


def _text(error: Exception) -> str:
    """The server's own words on one line."""
    told = [str(one) for one in getattr(error, "errors", None) or ()] or [str(error)]
    words = _BULLETS.sub("", "; ".join(told)).replace("* ", "")
    return " ".join(plain(words).split())


def _distrust(server: VaultServer, error: Exception) -> WizardError:
    text = _short(error)
    if "Hostname mismatch" in text or "IP address mismatch" in text:
        why, fix = f"it is for another name ({text})", "use the name that stands in it"
    else:
        why = f"it does not lead to an authority that is trusted here ({text})"
        fix = "name its authority in pki.authority.server.caBundle (the CA, not the certificate)"
    return WorldError(
        "The certificate of the server cannot be trusted", why=why, where=server.url, fix=fix
    )


def _short(error: BaseException) -> str:
    """The innermost cause: `requests` wraps each failure several times."""
    text = plain(str(error))
    for mark in ("SSLCertVerificationError(", "NewConnectionError(", "ReadTimeoutError("):
        text = text.rpartition(mark)[2] or text
    return " ".join(text.strip("()'\" ").split())[:300]
