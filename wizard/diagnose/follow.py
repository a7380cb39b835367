"""The logs of pods, followed as their containers start, with the last lines kept."""

import asyncio
import functools
from collections import deque
from collections.abc import AsyncIterator, Callable

from wizard.diagnose.fields import containers, uid, waiting
from wizard.diagnose.kinds import LOG
from wizard.diagnose.view import LogTails
from wizard.errors import Forbidden, WorldError
from wizard.ports import Kind, LogLine, Object, Pods

TAIL = 200
"""Lines kept per container, and told of a container that ran before it was looked at."""

_Run = tuple[str, str, int]
"""One run of a container: UID of its pod, its name, how often it was restarted before."""


class Follower:
    """Follows each run of each container of the pods it is shown, once. An error that is not the
    world's goes to `on_failure`; a missing right is noted in `not_checked`.

    A line goes to `on_line` when it arrives and into the tail of its container. A run that
    ended before it could be followed is read once, as the container's previous log.
    """

    def __init__(
        self,
        pods: Pods,
        on_line: Callable[[LogLine], None],
        on_failure: Callable[[BaseException], None],
        not_checked: dict[Kind, str],
    ) -> None:
        self._pods = pods
        self._on_line = on_line
        self._on_failure = on_failure
        self._not_checked = not_checked
        self._tails: dict[tuple[str, str], deque[LogLine]] = {}
        self._seen: set[_Run] = set()
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
            runs = {"running", "terminated"} & (told.get("state") or {}).keys()
            looping = waiting(told)[0] == "CrashLoopBackOff"
            if not runs and not looping:
                continue
            self._follow(
                pod,
                (uid(pod), declared["name"], restarts),
                # While the kubelet waits, the run with the present count is the previous one.
                previous=looping or (old and restarts > 0),
                present=bool(runs),
                tail=TAIL if old else None,
            )

    def forget(self, pod: Object) -> None:
        """The pod is gone: end its logs and drop its lines."""
        gone = uid(pod)
        for task, owner in self._tasks.items():
            if owner == gone:
                task.cancel()
        self._seen = {run for run in self._seen if run[0] != gone}
        self._tails = {key: lines for key, lines in self._tails.items() if key[0] != gone}

    async def close(self) -> None:
        """Stop following."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _follow(
        self, pod: Object, run: _Run, *, previous: bool, present: bool, tail: int | None
    ) -> None:
        if run in self._seen or LOG in self._not_checked:
            return
        self._seen.add(run)
        task = asyncio.create_task(self._read(pod, run, previous, present, tail))
        self._tasks[task] = run[0]
        task.add_done_callback(self._ended)

    async def _read(
        self, pod: Object, run: _Run, previous: bool, present: bool, tail: int | None
    ) -> None:
        """Read the run before, where asked, then the present one to its end."""
        read = functools.partial(
            self._pods.logs, pod["metadata"]["namespace"], pod["metadata"]["name"], run[1]
        )
        complete = True
        if previous:
            complete = await self._keep(run, read(previous=True, tail=TAIL))
        if present:
            complete = await self._keep(run, read(follow=True, tail=tail))
        if not complete:
            self._seen.discard(run)  # the pod's next change tries again

    async def _keep(self, run: _Run, lines: AsyncIterator[LogLine]) -> bool:
        """Whether the log could be read; mostly the container is not there yet or any more."""
        try:
            async for line in lines:
                self._tails.setdefault(run[:2], deque(maxlen=TAIL)).append(line)
                self._on_line(line)
        except Forbidden as error:
            self._not_checked[LOG] = error.what
        except WorldError:
            return False
        return True

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._on_failure(error)
