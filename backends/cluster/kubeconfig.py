"""Kubeconfig files as kubectl reads them: merged, one context chosen, paths made absolute."""

import difflib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from wizard.contexts import Context
from wizard.errors import UsageError
from wizard.text import plain

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_CLUSTER_PATHS = ("certificate-authority",)
_USER_PATHS = ("client-certificate", "client-key", "tokenFile")

Section = dict[str, Any]


@dataclass(frozen=True, slots=True, repr=False)
class Kubeconfig:
    """One context with its cluster and its user, free of relative paths.

    It may hold credentials, therefore it has no repr.
    """

    context: str
    cluster: Section
    user: Section
    source: str
    """The files it was read from, for messages."""

    def document(self) -> Section:
        """As a kubeconfig of its own, whose current context is this one."""
        names = {"cluster": self.context, "user": self.context}
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": self.context,
            "contexts": [{"name": self.context, "context": names}],
            "clusters": [{"name": self.context, "cluster": self.cluster}],
            "users": [{"name": self.context, "user": self.user}],
        }


def contexts(path: Path | None, environ: Mapping[str, str] = os.environ) -> list[Context]:
    """What a person may choose from, the current one marked, from the files that `load` reads.

    Nothing where there is no kubeconfig. A context that leads nowhere is there too: `load` says
    what is wrong with it. Raises UsageError.
    """
    files = _files(path, environ)
    if files:
        return _Merged(files).offered()
    if environ.get("KUBERNETES_SERVICE_HOST"):
        own = _in_cluster(environ)
        return [Context(own.context, own.cluster["server"], own.source, "", True)]
    return []


def load(
    path: Path | None, context: str | None, environ: Mapping[str, str] = os.environ
) -> Kubeconfig:
    """The chosen context, else the current one, else the pod's own service account.

    `path` stands for --kubeconfig; without it KUBECONFIG (a list of files), then
    ~/.kube/config. Raises UsageError.
    """
    files = _files(path, environ)
    if files:
        return _Merged(files).choose(context)
    if environ.get("KUBERNETES_SERVICE_HOST"):
        return _in_cluster(environ)
    raise UsageError(
        "No kubeconfig was found",
        why="neither --kubeconfig nor KUBECONFIG is set, and ~/.kube/config does not exist",
        fix="pass --kubeconfig FILE, or try `wizard --demo`, which needs no cluster",
    )


def _files(path: Path | None, environ: Mapping[str, str]) -> list[Path]:
    if path is not None:
        return [path.expanduser()]
    listed = [Path(name).expanduser() for name in environ.get("KUBECONFIG", "").split(os.pathsep)]
    named = [file for file in listed if file != Path()]
    if named:
        present = [file for file in named if file.exists()]  # kubectl, too, passes over the others
        return present or named[:1]
    usual = Path.home() / ".kube" / "config"
    return [usual] if usual.exists() else []


def _in_cluster(environ: Mapping[str, str]) -> Kubeconfig:
    host, port = environ["KUBERNETES_SERVICE_HOST"], environ.get("KUBERNETES_SERVICE_PORT", "443")
    return Kubeconfig(
        context="in-cluster",
        cluster={
            "server": f"https://{f'[{host}]' if ':' in host else host}:{port}",
            "certificate-authority": str(SERVICE_ACCOUNT / "ca.crt"),
        },
        user={"tokenFile": str(SERVICE_ACCOUNT / "token")},
        source="the pod's service account",
    )


class _Merged:
    """Several files as one: what stands first wins, also for the current context (as kubectl)."""

    def __init__(self, files: Sequence[Path]) -> None:
        self.source = os.pathsep.join(map(str, files))
        self.current = ""
        self.contexts: dict[str, Section] = {}
        self._clusters: dict[str, Section] = {}
        self._users: dict[str, Section] = {}
        for file in files:
            document = _read(file)
            self.current = self.current or _text(document.get("current-context"))
            for name, body in _named(document, "context", file, ()):
                self.contexts.setdefault(name, body)
            for name, body in _named(document, "cluster", file, _CLUSTER_PATHS):
                self._clusters.setdefault(name, body)
            for name, body in _named(document, "user", file, _USER_PATHS):
                self._users.setdefault(name, body)

    def offered(self) -> list[Context]:
        return [
            Context(
                name=plain(name),
                url=plain(_text(self._clusters.get(_text(body.get("cluster")), {}).get("server"))),
                user=plain(_text(body.get("user"))),
                namespace=plain(_text(body.get("namespace"))),
                current=name == self.current,
            )
            for name, body in self.contexts.items()
        ]

    def choose(self, context: str | None) -> Kubeconfig:
        chosen = context or self.current
        if not chosen:
            raise self._error("No context is chosen, and the kubeconfig has no current one")
        if chosen not in self.contexts:
            near = difflib.get_close_matches(chosen, self.contexts, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise self._error(f"The kubeconfig has no context named {chosen}{hint}")
        body = self.contexts[chosen]
        cluster = self._clusters.get(_text(body.get("cluster")))
        if cluster is None or not _text(cluster.get("server")):
            raise UsageError(
                f"The context {chosen} leads to no API server",
                why=f"its cluster {body.get('cluster')!r} is not in the file, or has no server",
                fix=f"kubectl config set-context {chosen} --cluster=NAME",
                where=self.source,
            )
        return Kubeconfig(chosen, cluster, self._user(chosen, body, cluster), self.source)

    def _user(self, context: str, body: Section, cluster: Section) -> Section:
        name = _text(body.get("user"))
        user = self._users.get(name)
        if not user and not cluster["server"].startswith("http:"):  # kubectl proxy needs no user
            raise UsageError(
                f"The context {context} has no user to log in as",
                why=f"the user {name} is not in the file, or is empty" if name else "it names none",
                fix=f"kubectl config set-context {context} --user=NAME",
                where=self.source,
            )
        return user or {}

    def _error(self, what: str) -> UsageError:
        known = ", ".join(self.contexts) or "none"
        return UsageError(
            what,
            why=f"its contexts are: {known}",
            fix="choose one with --context NAME",
            where=self.source,
        )


def _read(file: Path) -> Section:
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            "The kubeconfig cannot be read",
            why=error.strerror or type(error).__name__,
            fix="check the path given by --kubeconfig or KUBECONFIG",
            where=str(file),
        ) from None
    except UnicodeDecodeError:
        raise _malformed(file, "it is not text in UTF-8") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" in line {mark.line + 1}" if mark else ""
        raise _malformed(file, f"it is not valid YAML{line}") from None
    if document is None:
        raise _malformed(file, "it is empty")
    if not isinstance(document, dict):
        raise _malformed(file, "it holds no map of settings")
    return document


def _named(
    document: Section, kind: str, file: Path, paths: Sequence[str]
) -> list[tuple[str, Section]]:
    """The entries of a list such as `contexts`, each with its name and its body."""
    entries = document.get(f"{kind}s") or []
    if not isinstance(entries, list):
        raise _malformed(file, f"`{kind}s` is not a list")
    found = []
    for entry in entries:
        body = entry.get(kind) or {} if isinstance(entry, dict) else None
        if body is None or not isinstance(body, dict) or not _text(entry.get("name")):
            raise _malformed(file, f"an entry of `{kind}s` has no `name` or no `{kind}`")
        found.append((_text(entry["name"]), _absolute(body, file.absolute().parent, paths)))
    return found


def _absolute(body: Section, folder: Path, paths: Sequence[str]) -> Section:
    """Paths count from the file they stand in; so does an exec command that has a slash."""
    result = {**body, **{key: str(folder / body[key]) for key in paths if _text(body.get(key))}}
    plugin = body.get("exec")
    if isinstance(plugin, dict) and "/" in _text(plugin.get("command")):
        result["exec"] = {**plugin, "command": str(folder / plugin["command"])}
    return result


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _malformed(file: Path, why: str) -> UsageError:
    return UsageError(
        "The kubeconfig cannot be understood",
        why=why,
        fix="see whether `kubectl config view` accepts it, or pass another --kubeconfig",
        where=str(file),
    )
