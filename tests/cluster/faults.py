"""What may go wrong on the way to the API, as rules that a test sets."""

from __future__ import annotations

import json
import random
import re
import threading
from dataclasses import dataclass, field

REASONS = {
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
    504: "Timeout",
}


@dataclass
class Fault:
    """One rule: which requests it meets, how often, and what it does to them."""

    method: str = ".*"
    path: str = ".*"
    times: int | None = None
    share: float = 1.0
    status: int | None = None
    retry_after: int | None = None
    message: str = "Internal error occurred: made by the fault proxy"
    reset: bool = False
    seconds: float = 0.0
    cut_after: int | None = None
    hits: int = field(default=0, init=False)

    def meets(self, method: str, path: str, chance: float) -> bool:
        """Whether it applies to this request."""
        return (
            (self.times is None or self.hits < self.times)
            and re.fullmatch(self.method, method) is not None
            and re.search(self.path, path) is not None
            and chance < self.share
        )

    def response(self) -> bytes:
        """The refusal as the API server would word it."""
        code = self.status or 500
        reason = REASONS.get(code, "InternalError")
        details = {} if self.retry_after is None else {"retryAfterSeconds": self.retry_after}
        content = json.dumps(
            {
                "kind": "Status",
                "apiVersion": "v1",
                "metadata": {},
                "status": "Failure",
                "message": self.message,
                "reason": reason,
                "details": details,
                "code": code,
            }
        ).encode()
        lines = [f"HTTP/1.1 {code} {reason}", "Content-Type: application/json"]
        if self.retry_after is not None:
            lines.append(f"Retry-After: {self.retry_after}")
        lines += [f"Content-Length: {len(content)}", "", ""]
        return "\r\n".join(lines).encode() + content


@dataclass(frozen=True)
class Seen:
    """A request that reached the proxy, and what was done to it."""

    method: str
    path: str
    fault: Fault | None


class Rules:
    """The rules in force and the requests seen; the test and the proxy share it."""

    def __init__(self, seed: int = 1) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._seen: list[Seen] = []
        self._random = random.Random(seed)  # the same test meets the same faults

    def add(self, fault: Fault) -> Fault:
        """Put it behind those in force: the first that meets a request wins."""
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """From now on everything passes."""
        with self._lock:
            self._faults.clear()

    def pick(self, method: str, path: str) -> Fault | None:
        """The fault for this request, counted."""
        with self._lock:
            chance = self._random.random()
            chosen = next((one for one in self._faults if one.meets(method, path, chance)), None)
            if chosen is not None:
                chosen.hits += 1
            self._seen.append(Seen(method, path, chosen))
            return chosen

    @property
    def seen(self) -> list[Seen]:
        """Every request so far."""
        with self._lock:
            return list(self._seen)
