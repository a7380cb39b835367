"""A stand-in for Harbor's API (version 2.15.2) as a plain ASGI application.

Its answers are held to Harbor's published API description by tests/contract. What it imitates
beyond it was read in Harbor's code: health is always 200, an anonymous client is told no version,
and a session cookie switches on the check against cross-site request forgery (goharbor/harbor
#13570).
"""

import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from backends.simulated.harbor_state import HarborState

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_SAFE = ("GET", "HEAD", "OPTIONS")
_CREATED = "2026-01-01T00:00:00.000Z"
_TOKEN = "simulated-token"  # noqa: S105 - stands for a token, opens nothing


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    anonymous: bool
    admin: bool


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


def create_app(state: HarborState) -> App:
    """The application over a state that may change while it serves."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = _request(scope, state)
            await _send(_answer(request, state), request, send)

    return app


def _request(scope: Scope, state: HarborState) -> _Request:
    headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
    authorization = headers.get("authorization", "")
    known = bool(state.admin_password)
    return _Request(
        method=scope["method"],
        path=scope["path"],
        query=parse_qs(scope["query_string"].decode()),
        headers=headers,
        anonymous=not authorization,
        admin=known and _login(authorization) == ("admin", state.admin_password),
    )


def _login(authorization: str) -> tuple[str, str] | None:
    """User and password of basic authentication."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        text = base64.b64decode(encoded).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    user, colon, password = text.partition(":")
    return (user, password) if scheme.lower() == "basic" and colon else None


def _answer(request: _Request, state: HarborState) -> _Answer:
    api = request.path.startswith("/api/")
    if api and request.method not in _SAFE and "sid=" in request.headers.get("cookie", ""):
        return _error(403, "FORBIDDEN", "CSRF token invalid")
    handler = _ROUTES.get((request.method, request.path))
    if handler is None:
        return _error(404, "NOT_FOUND", "path not found")
    return handler(request, state)


def _error(status: int, code: str, message: str, **headers: str) -> _Answer:
    return _Answer(status, {"errors": [{"code": code, "message": message}]}, headers)


def _ping(_: _Request, __: HarborState) -> _Answer:
    return _Answer(200, "Pong")


def _health(_: _Request, state: HarborState) -> _Answer:
    components = []
    for name in state.components:
        problem = state.problems.get(name)
        part = {"name": name, "status": "unhealthy" if problem else "healthy"}
        components.append(part | ({"error": problem} if problem else {}))
    healthy = not any(name in state.problems for name in state.components)
    return _Answer(200, {"status": "healthy" if healthy else "unhealthy", "components": components})


def _systeminfo(request: _Request, state: HarborState) -> _Answer:
    info: dict[str, Any] = {
        "auth_mode": "db_auth",
        "primary_auth_mode": False,
        "self_registration": False,
        "banner_message": "",
    }
    if request.admin:
        info |= {
            "harbor_version": state.version,
            "external_url": state.external_url,
            "registry_url": state.external_url.partition("://")[2],
            "has_ca_root": state.has_ca_root,
            "read_only": False,
            "project_creation_restriction": "everyone",
            "registry_storage_provider_name": "filesystem",
            "notification_enable": True,
        }
    return _Answer(200, info)


def _current_user(request: _Request, _: HarborState) -> _Answer:
    if not request.admin:
        return _error(401, "UNAUTHORIZED", "UnAuthorized")
    return _Answer(
        200,
        {
            "user_id": 1,
            "username": "admin",
            "realname": "system admin",
            "comment": "admin user",
            "sysadmin_flag": True,
            "admin_role_in_auth": False,
            "creation_time": _CREATED,
            "update_time": _CREATED,
        },
    )


def _projects(request: _Request, state: HarborState) -> _Answer:
    wanted = request.query.get("name", [""])[0]
    projects = [
        {
            "project_id": number,
            "owner_id": 1,
            "owner_name": "admin",
            "name": name,
            "repo_count": 0,
            "metadata": {"public": "true"},
            "creation_time": _CREATED,
            "update_time": _CREATED,
        }
        for number, name in enumerate(state.projects, start=1)
        if wanted in name
    ]
    return _Answer(200, projects, {"X-Total-Count": str(len(projects))})


def _has_project(request: _Request, state: HarborState) -> _Answer:
    name = request.query.get("project_name", [""])[0]
    if not name:
        return _error(400, "BAD_REQUEST", "project_name in query is required")
    return _Answer(200) if name in state.projects else _error(404, "NOT_FOUND", "not found")


def _registry(request: _Request, state: HarborState) -> _Answer:
    if request.admin or request.headers.get("authorization") == f"Bearer {_TOKEN}":
        return _Answer(200, {}, {"Docker-Distribution-Api-Version": "registry/2.0"})
    realm = f'Bearer realm="{state.external_url}/service/token",service="harbor-registry"'
    return _error(401, "UNAUTHORIZED", "unauthorized: unauthorized", **{"Www-Authenticate": realm})


def _token(request: _Request, _: HarborState) -> _Answer:
    if not (request.admin or request.anonymous):
        return _error(401, "UNAUTHORIZED", "unauthorized: invalid user credentials")
    return _Answer(
        200,
        {"token": _TOKEN, "access_token": "", "expires_in": 1800, "issued_at": _CREATED},
    )


_ROUTES: Mapping[tuple[str, str], Callable[[_Request, HarborState], _Answer]] = {
    ("GET", "/api/v2.0/ping"): _ping,
    ("GET", "/api/v2.0/health"): _health,
    ("GET", "/api/v2.0/systeminfo"): _systeminfo,
    ("GET", "/api/v2.0/users/current"): _current_user,
    ("GET", "/api/v2.0/projects"): _projects,
    ("HEAD", "/api/v2.0/projects"): _has_project,
    ("GET", "/v2/"): _registry,
    ("GET", "/service/token"): _token,
}


async def _send(answer: _Answer, request: _Request, send: Send) -> None:
    text = isinstance(answer.body, str)
    headers = {"Content-Type": "text/plain" if text else "application/json; charset=utf-8"}
    if request.path.startswith("/api/"):
        headers["Set-Cookie"] = "sid=0123456789abcdef; Path=/; HttpOnly"
    headers |= answer.headers
    body = b""
    if answer.body is not None and request.method != "HEAD":
        body = (answer.body if text else json.dumps(answer.body)).encode()
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    pairs.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})
