"""The logs of pods, followed as their containers start, with the last lines kept; or read once."""

import asyncio
import functools
from collections import deque
from collections.abc import AsyncIterator, Callable

from wizard.diagnose.fields import containers, last_end, uid
from wizard.diagnose.kinds import LOG
from wizard.diagnose.view import LogTails
from wizard.errors import Forbidden, WorldError
from wizard.ports import Kind, LogLine, Object, Pods

TAIL = 200
"""Lines kept per run of a container, and told of one that ran before it was looked at."""
_RUNS = 2

_Container = tuple[str, str]
"""UID of the pod and name of the container."""
_Runs = dict[str, deque[LogLine]]
"""The last lines by run of one container, the newest run last."""


class Follower:
    """Follows each run of each container of the pods it is shown, once. An error that is not the
    world's goes to `on_failure`; a missing right is noted in `not_checked`.

    Without `follow` a run that goes on is read as far as it has come.

    A line goes to `on_line` when it arrives and into the tail of its container. A run that
    ended before it could be followed is read once, as the container's previous log.
    """

    def __init__(
        self,
        pods: Pods,
        on_line: Callable[[LogLine], None],
        on_failure: Callable[[BaseException], None],
        not_checked: dict[Kind, str],
        *,
        follow: bool = True,
    ) -> None:
        self._pods = pods
        self._on_line = on_line
        self._on_failure = on_failure
        self._not_checked = not_checked
        self._follow = follow
        self._runs: dict[_Container, _Runs] = {}
        self._tasks: dict[asyncio.Task[None], str] = {}

    @property
    def tails(self) -> LogTails:
        """The last lines of the last two runs of every container of the pods that exist."""
        return {
            container: tuple(line for lines in runs.values() for line in lines)
            for container, runs in self._runs.items()
        }

    def show(self, pod: Object, *, old: bool) -> None:
        """Follow what runs in the pod now. `old`: it may have run for long, so tell only the
        last lines of what it has written so far.
        """
        if LOG in self._not_checked:
            return
        for declared, told in containers(pod):
            runs = self._runs.setdefault((uid(pod), declared["name"]), {})
            present, ended = _runs_of(told)
            new = [run for run in (ended, present) if run and run not in runs]
            for run in new:
                runs[run] = deque(maxlen=TAIL)
            while len(runs) > _RUNS:
                del runs[next(iter(runs))]
            if new:
                work = self._read(
                    pod,
                    declared["name"],
                    previous=ended if ended in new else "",
                    present=present if present in new else "",
                    tail=TAIL if old else None,
                )
                task = asyncio.create_task(work)
                self._tasks[task] = uid(pod)
                task.add_done_callback(self._ended)

    def forget(self, pod: Object) -> None:
        """The pod is gone: end its logs and drop its lines."""
        gone = uid(pod)
        for task, owner in self._tasks.items():
            if owner == gone:
                task.cancel()
        self._runs = {key: runs for key, runs in self._runs.items() if key[0] != gone}

    async def read(self) -> None:
        """Wait until all that is read was read: for ever where a run is followed that goes on."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Stop following."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(
        self, pod: Object, container: str, *, previous: str, present: str, tail: int | None
    ) -> None:
        """Read the run before, where asked, then the present one to its end."""
        metadata = pod["metadata"]
        logs = functools.partial(
            self._pods.logs, metadata["namespace"], metadata["name"], container
        )
        runs = self._runs[uid(pod), container]
        if previous:
            await self._keep(runs, previous, logs(previous=True, tail=TAIL))
        if present:
            await self._keep(runs, present, logs(follow=self._follow, tail=tail))

    async def _keep(self, runs: _Runs, run: str, lines: AsyncIterator[LogLine]) -> None:
        kept = runs.get(run)
        if kept is None:  # two more runs came while the one before was read
            return
        try:
            async for line in lines:
                kept.append(line)
                self._on_line(line)
        except Forbidden as error:
            self._not_checked[LOG] = error.what
        except WorldError:
            # Mostly the container is not there yet or any more; the pod's next change tries again.
            if not kept:
                runs.pop(run, None)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._on_failure(error)


def _runs_of(told: Object) -> tuple[str, str]:
    """What identifies the present run of a container and the one that ended before it; empty
    where there is none. A run keeps the identity of its container, else its start, when it ends.
    """
    state = told.get("state") or {}
    running = state.get("running")
    if running is not None:
        before = (told.get("lastState") or {}).get("terminated") or {}
        return _identity({"containerID": told.get("containerID"), **running}), _identity(before)
    ended = _identity(last_end(told))
    return (ended, "") if "terminated" in state else ("", ended)


def _identity(run: Object) -> str:
    return str(run.get("containerID") or run.get("startedAt") or "")
