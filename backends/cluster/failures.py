"""What the API server answers when it refuses, as the errors of the core.

The bodies are `Status` objects of the Kubernetes API conventions; their texts come from the
server, its webhooks and proxies between, and are made plain here.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from wizard.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Throttled,
    Unauthorized,
    Unreachable,
    WorldError,
)
from wizard.text import plain

_RIGHT = re.compile(
    r'User "(?P<user>[^"]*)" cannot (?P<verb>\S+) (?:resource|path) "(?P<resource>[^"]*)"'
    r'(?: in API group "(?P<group>[^"]*)")?(?: in the namespace "(?P<namespace>[^"]*)")?'
)
_OWNER = re.compile(r'conflict with "(?P<manager>[^"]*)"')
_UNDECLARED = "field not declared in schema"
_IMMUTABLE = re.compile(
    r"immutable|updates to .+ are forbidden|cannot change roleRef|may not change once set"
)


class Gone(WorldError):
    """410: the revision or the page asked for is too old; list again."""


class PathUnknown(NotFound):
    """404 for the path, not for an object: the kind is not served, or no longer."""


class _Answer:
    """A Status object, or whatever text stood in its place."""

    def __init__(self, status: int, body: bytes, headers: Mapping[str, str], where: str) -> None:
        self.status = status
        self.where = where
        self.retry_after = headers.get("Retry-After", "")
        text = body.decode("utf-8", "replace")
        try:
            document = json.loads(text)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            document = {"message": text[:500]}
        self.message = plain(str(document.get("message") or f"HTTP {status}")).strip()
        self.reason = document.get("reason")
        self.details: dict[str, Any] = document.get("details") or {}

    @property
    def causes(self) -> list[tuple[str, str, str]]:
        """Reason, field and message of each cause."""
        return [
            (
                plain(str(cause.get("reason", ""))),
                plain(str(cause.get("field", ""))),
                plain(str(cause.get("message", ""))),
            )
            for cause in self.details.get("causes") or []
        ]


def _unauthorized(answer: _Answer) -> WorldError:
    return Unauthorized(
        "The API server does not accept the login",
        why=answer.message,
        fix="log in again, or choose another --context",
        where=answer.where,
    )


def _forbidden(answer: _Answer) -> WorldError:
    """A missing right, or an object that admission keeps out: both come as 403."""
    right = _RIGHT.search(answer.message)
    if right is None:
        if any(reason == "NamespaceTerminating" for reason, _, _ in answer.causes):
            return Conflict(
                "The namespace is being deleted",
                why=answer.message,
                fix="wait until it is gone, then run again",
                where=answer.where,
            )
        return _invalid(answer)
    resource = ".".join(filter(None, (right["resource"], right["group"])))
    place = f" in namespace {right['namespace']}" if right["namespace"] else ""
    return Forbidden(
        f"Not allowed to {right['verb']} {resource}{place}",
        why=f"the cluster knows this login as {right['user']}, which lacks the right",
        fix="ask for the right; `wizard rbac --preset FILE` prints the role that a preset needs",
        where=answer.where,
    )


def _conflict(answer: _Answer) -> WorldError:
    if answer.details.get("kind") == "resourcequotas":  # two creations met in the same quota
        return Throttled("A quota was updated at the same time", why=answer.message, after=0.2)
    fields = [
        (field, owner["manager"])
        for reason, field, message in answer.causes
        if reason == "FieldManagerConflict" and (owner := _OWNER.search(message))
    ]
    if fields:
        owners = ", ".join(sorted({manager for _, manager in fields}))
        what = f"Fields of {answer.where} belong to {owners}"
    elif answer.reason == "AlreadyExists":
        what = f"{answer.where} exists already"
    else:
        what = f"{answer.where} was changed by someone else meanwhile"
    return Conflict(what, fields=fields, why=answer.message, where=answer.where)


def _invalid(answer: _Answer) -> WorldError:
    texts = [message for _, _, message in answer.causes] or [answer.message]
    return Invalid(
        f"The API server refuses {answer.where}",
        immutable=any(_IMMUTABLE.search(text) for text in texts),
        why=answer.message,
        where=answer.where,
    )


def _not_found(answer: _Answer) -> WorldError:
    error = NotFound if answer.details.get("name") else PathUnknown
    return error(f"{answer.where} does not exist", why=answer.message, where=answer.where)


def _gone(answer: _Answer) -> WorldError:
    return Gone("The revision asked for is too old", why=answer.message, where=answer.where)


def _throttled(answer: _Answer) -> WorldError:
    seconds = answer.retry_after
    after = float(seconds) if seconds.isascii() and seconds.isdigit() else 1.0
    return Throttled("The API server asks to slow down", why=answer.message, after=after)


def _other(answer: _Answer) -> WorldError:
    """5xx may pass; except the 500 by which server-side apply refuses an unknown field."""
    if _UNDECLARED in answer.message:
        return _invalid(answer)
    error = Unreachable if answer.status >= 500 else WorldError
    return error(
        f"The API server answered with HTTP {answer.status}", why=answer.message, where=answer.where
    )


_MEANING = {
    400: _invalid,
    401: _unauthorized,
    403: _forbidden,
    404: _not_found,
    409: _conflict,
    410: _gone,
    413: _invalid,
    422: _invalid,
    429: _throttled,
}


def failure(status: int, body: bytes, headers: Mapping[str, str], where: str) -> WorldError:
    """The error for an answer other than 2xx; `where` names the object or path concerned."""
    return _MEANING.get(status, _other)(_Answer(status, body, headers, where))


def handshake_failure(status: int, where: str) -> WorldError:
    """The error for a refused websocket, whose answer comes without a body."""
    if status == 403:
        return Forbidden(
            f"Not allowed to use {where}",
            why="the login lacks the right (verbs get and create of the subresource)",
            fix="ask for the right; `wizard rbac --preset FILE` prints the role of a preset",
            where=where,
        )
    if status == 400:  # "does not have a host assigned" (kubernetes, pkg/registry/core/pod)
        return Unreachable(
            f"The API server has nowhere to lead {where} to yet",
            why="it answered with HTTP 400: mostly the pod was not placed on a node yet",
            fix="see `kubectl describe pod` for why it is not placed",
            where=where,
        )
    if status >= 500:
        return Unreachable(
            f"The API server does not get through to {where}",
            why=f"it answered with HTTP {status}: mostly it cannot reach the pod's node",
            fix="see whether `kubectl port-forward` works; if not, whether the control plane "
            "reaches port 10250 of every node",
            where=where,
        )
    return failure(status, b"", {}, where)
