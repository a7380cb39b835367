"""What an identity asked of the API, read from the API server's audit log."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.cluster.process import poll

WRITING = frozenset({"create", "update", "patch", "delete", "deletecollection"})
QUESTIONS = frozenset({"authorization.k8s.io", "authentication.k8s.io"})
TUNNELS = frozenset({"pods/exec", "pods/attach", "pods/portforward"})

POLICY: dict[str, Any] = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [
        # The control plane's own calls would bury those of the identities under test.
        {"level": "None", "userGroups": ["system:masters", "system:serviceaccounts:kube-system"]},
        {"level": "None", "users": ["system:apiserver"]},
        {"level": "None", "userGroups": ["system:nodes"]},
        {"level": "Metadata"},
    ],
}


@dataclass(frozen=True)
class Entry:
    """One request of one identity, as the API server saw it."""

    user: str
    verb: str
    group: str
    resource: str
    namespace: str
    name: str
    uri: str
    code: int
    stage: str

    @property
    def dry_run(self) -> bool:
        """Whether nothing was to be stored."""
        return parse_qs(urlsplit(self.uri).query).get("dryRun") == ["All"]

    @property
    def write(self) -> bool:
        """Whether it counts as a write: no dry run, no question of rights, no tunnel, no token
        (nothing is stored by making one).
        """
        return (
            self.verb in WRITING
            and bool(self.resource)
            and not self.dry_run
            and self.group not in QUESTIONS
            and self.resource not in TUNNELS
            and self.resource != "serviceaccounts/token"
        )

    def __str__(self) -> str:
        where = "/".join(part for part in (self.namespace, self.name) if part)
        return f"{self.verb} {self.resource} {where} -> {self.code}"


def _entry(line: str) -> Entry:
    event = json.loads(line)
    target = event.get("objectRef", {})
    resource = target.get("resource", "")
    if sub := target.get("subresource"):
        resource = f"{resource}/{sub}"
    return Entry(
        user=event["user"]["username"],
        verb=event["verb"],
        group=target.get("apiGroup", ""),
        resource=resource,
        namespace=target.get("namespace", ""),
        name=target.get("name", ""),
        uri=event["requestURI"],
        code=event.get("responseStatus", {}).get("code", 0),
        stage=event["stage"],
    )


class Audit:
    """The log, from any mark on. Entries are complete: each question settles the log first."""

    def __init__(self, log: Path, ask: Callable[[str], bool]) -> None:
        """`ask` sends an audited request for a path and says whether the API answered."""
        self._log = log
        self._ask = ask

    def mark(self) -> int:
        """A place in the log: everything so far lies before it."""
        self._settle()
        return self._log.stat().st_size if self._log.exists() else 0

    def _settle(self) -> None:
        """Wait until a request sent now is in the log, so that all earlier ones are too."""
        start = self._log.stat().st_size if self._log.exists() else 0
        flag = f"/version?settle={uuid.uuid4().hex}"
        if not self._ask(flag):
            return  # the API is down: nothing more is written

        def logged() -> bool:
            return any(flag in line for line in self._lines(start))

        poll("the audit log settles", logged, 10, every=0.01)

    def _lines(self, since: int) -> Iterator[str]:
        if not self._log.exists():
            return
        with self._log.open("rb") as log:
            log.seek(since)
            for line in log:
                if line.endswith(b"\n"):
                    yield line.decode()

    def entries(self, user: str, since: int = 0) -> list[Entry]:
        """Every line of that identity; a watch or a tunnel has one at its start and its end."""
        self._settle()
        quick = f'"{user}"'
        parsed = (_entry(line) for line in self._lines(since) if quick in line)
        return [one for one in parsed if one.user == user]

    def _finished(self, user: str, since: int) -> list[Entry]:
        return [one for one in self.entries(user, since) if one.stage != "ResponseStarted"]

    def writes(self, user: str, since: int = 0) -> list[Entry]:
        """Its writes, refused ones too (`code` says so). Leases count."""
        return [one for one in self._finished(user, since) if one.write]

    def denied(self, user: str, since: int = 0) -> list[Entry]:
        """Its requests that its rights did not cover."""
        return [one for one in self._finished(user, since) if one.code == 403]

    def verbs_used(self, user: str, since: int = 0) -> set[tuple[str, str, str]]:
        """{(API group, resource or resource/subresource, verb)} of all it asked and got."""
        return {
            (one.group, one.resource, one.verb)
            for one in self.entries(user, since)
            if one.resource and one.code != 403
        }
