"""Logins by a program: the protocol client.authentication.k8s.io between it and its callers.

https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
"""

import base64
import json
import os
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wizard.errors import UsageError
from wizard.text import plain

from .audience import Audience
from .identity import Credentials, pem
from .kubeconfig import Kubeconfig, Section
from .program import Ended, run

SECONDS = 120
"""For a program that nobody could answer: it only waits for others."""
_GROUP = "client.authentication.k8s.io"
_VERSIONS = (f"{_GROUP}/v1", f"{_GROUP}/v1beta1")
_MODES = ("Never", "IfAvailable", "Always")
_CLUSTER = (
    "server",
    "tls-server-name",
    "insecure-skip-tls-verify",
    "proxy-url",
    "disable-compression",
)


class _Unusable(Exception):
    """Why a program brings no login; the text goes to people."""


async def from_plugin(
    kubeconfig: Kubeconfig, audience: Audience, seconds: float = SECONDS
) -> Credentials:
    """What the user's login program grants. Raises UsageError."""
    plugin = kubeconfig.user["exec"]
    if not isinstance(plugin, dict):
        plugin = {}
    command = plain(str(plugin.get("command", "")))
    try:
        return await _granted(kubeconfig, plugin, audience, seconds)
    except FileNotFoundError:
        why = f"the program {command} was not found"
    except TimeoutError:
        why = f"{command} did not end within {seconds} s"
    except _Unusable as unusable:
        why = f"{command}: {unusable}" if command else str(unusable)
    except OSError as error:
        why = f"{command}: {error.strerror}"
    hint = plugin.get("installHint")
    raise UsageError(
        "The login program of the kubeconfig failed",
        why=why,
        fix=plain(str(hint)) if hint else f"run `{command}` by hand and log in again",
        where=f"context {kubeconfig.context} in {kubeconfig.source}",
    )


async def _granted(
    kubeconfig: Kubeconfig, plugin: Section, audience: Audience, seconds: float
) -> Credentials:
    for key in ("command", "apiVersion"):
        if not isinstance(plugin.get(key), str) or not plugin[key]:
            raise _Unusable(f"exec: missing key '{key}'")
    command, version = plugin["command"], plugin["apiVersion"]
    if shutil.which(command) is None:
        os.stat(command)  # there, it cannot be executed; else nothing is
    if version not in _VERSIONS:
        raise _Unusable(
            f"its protocol {plain(version)} is not known, only {' and '.join(_VERSIONS)}"
        )
    mode = _mode(plugin, audience)
    terminal = audience.terminal and mode != "Never"
    name = plain(Path(command).name)
    ended = await run(
        [command, *_arguments(plugin)],
        _environment(plugin, _exec_info(kubeconfig, plugin, interactive=terminal)),
        terminal=terminal,
        tell=lambda line: audience.tell(f"{name}: {line}"),
        deadline=None if audience.present and mode != "Never" else seconds,
    )
    return _read(ended, version)


def _mode(plugin: Section, audience: Audience) -> str:
    mode = plugin.get("interactiveMode") or "IfAvailable"
    if mode not in _MODES:
        raise _Unusable(f"its interactiveMode is none of {', '.join(_MODES)}")
    if mode == "Always" and not audience.terminal:
        raise _Unusable("it has to ask on a terminal (interactiveMode: Always), and has none here")
    return str(mode)


def _arguments(plugin: Section) -> list[str]:
    given = plugin.get("args") or []
    if not isinstance(given, list):
        raise _Unusable("its `args` are no list")
    return [str(one) for one in given]


def _environment(plugin: Section, info: Section) -> Mapping[str, str]:
    given = plugin.get("env") or []
    try:
        own = {str(one["name"]): str(one["value"]) for one in given}
    except (TypeError, KeyError):
        raise _Unusable("its `env` is no list of entries with `name` and `value`") from None
    return {**os.environ, **own, "KUBERNETES_EXEC_INFO": json.dumps(info)}


def _exec_info(kubeconfig: Kubeconfig, plugin: Section, *, interactive: bool) -> Section:
    """What the program is told: whether it may ask, and which cluster is meant if it wants to."""
    spec: Section = {"interactive": interactive}
    if plugin.get("provideClusterInfo"):
        spec["cluster"] = _cluster(kubeconfig)
    return {"apiVersion": plugin["apiVersion"], "kind": "ExecCredential", "spec": spec}


def _cluster(kubeconfig: Kubeconfig) -> Section:
    cluster = kubeconfig.cluster
    told = {key: cluster[key] for key in _CLUSTER if cluster.get(key)}
    if authority := pem(cluster, "certificate-authority", kubeconfig.source):
        told["certificate-authority-data"] = base64.b64encode(authority).decode()
    extensions = cluster.get("extensions")
    for one in extensions if isinstance(extensions, list) else []:
        if isinstance(one, dict) and one.get("name") == f"{_GROUP}/exec":
            told["config"] = one.get("extension")
    return told


def _read(ended: Ended, version: str) -> Credentials:
    """The program's answer (ExecCredential). What it holds is never part of an error."""
    if ended.code != 0:
        said = f": {ended.said}" if ended.said else ""
        raise _Unusable(f"it ended with exit code {ended.code}{said}")
    try:
        answer: Any = json.loads(ended.stdout)
    except ValueError:
        raise _Unusable("its answer is not JSON") from None
    status = answer.get("status") if isinstance(answer, dict) else None
    if not isinstance(status, dict) or answer.get("kind") != "ExecCredential":
        raise _Unusable("its answer is no ExecCredential with a status")
    if answer.get("apiVersion") != version:
        raise _Unusable(f"its answer is not of the version {version} that the kubeconfig names")
    token, certificate, key = (
        _text(status, name) for name in ("token", "clientCertificateData", "clientKeyData")
    )
    if not token and not certificate:
        raise _Unusable("it returned neither a token nor a certificate")
    if bool(certificate) != bool(key):
        raise _Unusable("it returned a certificate without its key, or a key without certificate")
    return Credentials(
        f"Bearer {token}" if token else "",
        certificate.encode(),
        key.encode(),
        _expiry(_text(status, "expirationTimestamp")),
    )


def _text(status: Section, name: str) -> str:
    value = status.get(name)
    if value is not None and not isinstance(value, str):
        raise _Unusable(f"`{name}` in its answer is no text")
    return (value or "").strip() if name == "token" else value or ""


def _expiry(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _Unusable("`expirationTimestamp` in its answer is no time") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
