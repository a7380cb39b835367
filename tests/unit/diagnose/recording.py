"""What an observer saw, moment by moment, kept in a file and seen again.

Each line of the file is a moment: the time, the objects that changed since the moment before, those
that went, and the tails of the logs that grew.
"""

import gzip
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from wizard.diagnose.observer import EVERYTHING
from wizard.diagnose.view import LogTails, View
from wizard.ports import Kind, LogLine, Object, Ref


class Recording:
    """Takes views, and keeps what is new in each."""

    def __init__(self) -> None:
        self._moments: list[dict[str, Any]] = []
        self._objects: dict[Ref, Object] = {}
        self._logs: LogTails = {}

    def take(self, view: View) -> None:
        """Another moment."""
        objects = {ref: obj for one in view.collections.values() for ref, obj in one.items.items()}
        new = [obj for ref, obj in objects.items() if self._objects.get(ref) != obj]
        gone = [_written(ref) for ref in self._objects if ref not in objects]
        grown = {key: tail for key, tail in view.logs.items() if self._logs.get(key) != tail}
        logs = [[*key, [_line(one) for one in tail]] for key, tail in grown.items()]
        self._objects, self._logs = objects, view.logs
        self._moments.append(
            {"now": view.now.isoformat(), "objects": new, "gone": gone, "logs": logs}
        )

    def save(self, path: Path) -> None:
        """Write all moments."""
        text = "".join(f"{json.dumps(one, sort_keys=True)}\n" for one in self._moments)
        path.write_bytes(gzip.compress(text.encode(), mtime=0))


def replay(path: Path) -> Iterator[View]:
    """The views of a file, in their order."""
    objects: dict[Ref, Object] = {}
    logs: dict[tuple[str, str], list[LogLine]] = {}
    for text in gzip.decompress(path.read_bytes()).decode().splitlines():
        moment = json.loads(text)
        objects |= {Ref.of(obj): obj for obj in moment["objects"]}
        for version, kind, namespace, name in moment["gone"]:
            del objects[Ref(Kind(version, kind), namespace, name)]
        for uid, container, lines in moment["logs"]:
            logs[uid, container] = [
                LogLine(datetime.fromisoformat(time), pod, container, said)
                for time, pod, said in lines
            ]
        now = datetime.fromisoformat(moment["now"])
        yield View.of(objects.values(), now=now, logs=dict(logs), asked=EVERYTHING)


def _written(ref: Ref) -> list[str]:
    return [ref.kind.api_version, ref.kind.name, ref.namespace, ref.name]


def _line(one: LogLine) -> list[str]:
    return [one.time.isoformat(), one.pod, one.text]
