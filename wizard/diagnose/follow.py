"""The logs of pods, followed as their containers start, with the last lines kept."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from wizard.diagnose.fields import containers, uid, waiting
from wizard.diagnose.kinds import LOG
from wizard.diagnose.view import LogTails
from wizard.errors import Forbidden, WorldError
from wizard.ports import Kind, LogLine, Object, Pods

TAIL = 200
"""Lines kept per container, and told of a container that ran before it was looked at."""

_Instance = tuple[str, str, int]
"""One run of a container: UID of its pod, its name, how often it was restarted before."""


class Follower:
    """Follows each run of each container of the pods it is shown, once.

    A line goes to `on_line` when it arrives and into the tail of its container. A run that
    ended before it could be followed is read once, as the container's previous log.
    """

    def __init__(
        self,
        pods: Pods,
        on_line: Callable[[LogLine], None],
        not_checked: dict[Kind, str],
    ) -> None:
        self._pods = pods
        self._on_line = on_line
        self._not_checked = not_checked
        self._tails: dict[tuple[str, str], deque[LogLine]] = {}
        self._seen: set[_Instance] = set()
        self._tasks: dict[asyncio.Task[None], str] = {}

    @property
    def tails(self) -> LogTails:
        """The last lines of every container of the pods that exist, as they are now."""
        return {key: tuple(lines) for key, lines in self._tails.items()}

    def show(self, pod: Object, *, old: bool) -> None:
        """Follow what runs in the pod now. `old`: it may have run for long, so tell only the
        last lines of what it has written so far.
        """
        for declared, told in containers(pod):
            restarts = int(told.get("restartCount") or 0)
            state = told.get("state") or {}
            name = declared["name"]
            if "running" in state or "terminated" in state:
                self._follow(pod, name, restarts, tail=TAIL if old else None)
            elif waiting(told)[0] == "CrashLoopBackOff":
                # The kubelet counts a restart when it begins, so the run that ended bears the
                # same count as the container that waits now.
                self._follow(pod, name, restarts, previous=True, tail=TAIL)

    def forget(self, pod: Object) -> None:
        """The pod is gone: end its logs and drop its lines."""
        gone = uid(pod)
        for task, owner in self._tasks.items():
            if owner == gone:
                task.cancel()
        self._seen = {instance for instance in self._seen if instance[0] != gone}
        self._tails = {key: lines for key, lines in self._tails.items() if key[0] != gone}

    async def close(self) -> None:
        """Stop following."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _follow(self, pod: Object, container: str, restarts: int, **options: Any) -> None:
        instance = (uid(pod), container, restarts)
        if instance in self._seen or LOG in self._not_checked:
            return
        self._seen.add(instance)
        task = asyncio.create_task(self._read(pod["metadata"], instance, options))
        self._tasks[task] = instance[0]
        task.add_done_callback(self._ended)

    async def _read(
        self, metadata: Mapping[str, Any], instance: _Instance, options: Mapping[str, Any]
    ) -> None:
        owner, container, _ = instance
        lines = self._pods.logs(
            metadata["namespace"],
            metadata["name"],
            container,
            follow=not options.get("previous"),
            **options,
        )
        try:
            async for line in lines:
                self._tails.setdefault((owner, container), deque(maxlen=TAIL)).append(line)
                self._on_line(line)
        except Forbidden as error:
            self._not_checked[LOG] = error.what
        except WorldError:
            # Mostly the container is not there yet or any more; the pod's next change tries again.
            self._seen.discard(instance)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
