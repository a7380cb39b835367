"""The gate of a release: waits until its objects are ready, says why not, ends when hopeless."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from wizard.charts.manifest import plural
from wizard.diagnose.finding import Finding
from wizard.diagnose.kinds import POD
from wizard.diagnose.observer import WATCHED, Observer, Scope
from wizard.diagnose.view import View
from wizard.diagnose.waiting import Gate, explain
from wizard.errors import OutOfTime, StepFailed
from wizard.ports import Kind, LogLine, NeededRight, Object, Ref, World
from wizard.steps.base import Reporter
from wizard.steps.inputs import Inputs
from wizard.steps.namespace import NAMESPACE


async def _nothing_more() -> str:
    return ""


async def _never() -> bool:
    return False


def _nothing_wrong(_: View) -> None:
    pass


class Wait:
    """How long a gate waits, and for what besides ready objects.

    It lasts over interruptions: its time runs from the first question on. `meaning` says what
    does not work yet although all objects are ready; `look_again` is after how many seconds that,
    or time alone (a finding's grace has passed), may have changed the answer.
    """

    def __init__(
        self,
        inputs: Inputs,
        meaning: Callable[[], Awaitable[str]] = _nothing_more,
        look_again: float = 5.0,
        *,
        title: str = "Harbor",
        namespace: str = "",
        selector: Mapping[str, str] | None = None,
        kinds: Sequence[Kind] = WATCHED,
    ) -> None:
        """`namespace` and `selector` (labels of the pods whose logs are followed) are Harbor's
        unless they are given; `kinds` is what is watched.
        """
        self._seconds, self.title = inputs.gate_seconds, title
        self.kinds = kinds
        self.namespace = namespace or inputs.namespace
        self.selector = selector or {"release": inputs.preset.target.release}
        self._until: float | None = None
        self._told: set[tuple[str, str]] = set()
        self.meaning = meaning
        self.enough: Callable[[], Awaitable[bool]] = _never
        """Whether the wait may end although not all objects are ready."""
        self.judge: Callable[[View], None] = _nothing_wrong
        """Sees every view; raises where waiting cannot help."""
        self.look_again = min(look_again, max(inputs.gate_seconds, 0.1))

    def at_most(self, seconds: float) -> None:
        """Wait no longer than that."""
        self._seconds = min(self._seconds, seconds)

    def begin(self) -> None:
        """The time runs, if it does not yet."""
        self._until = self._until or asyncio.get_running_loop().time() + self._seconds

    def tell(self, findings: Iterable[Finding], report: Reporter) -> None:
        """Report the findings that were not reported yet."""
        for finding in findings:
            if (finding.id, finding.object) not in self._told:
                self._told.add((finding.id, finding.object))
                report.finding(finding)

    def go_on(self, why: str) -> None:
        """Raise OutOfTime with what is still waited for, once the time is over."""
        self.begin()
        if asyncio.get_running_loop().time() >= (self._until or 0):
            raise OutOfTime(
                f"{self.title} was not ready within {self._seconds:.0f} s",
                why=why,
                where=f"namespace {self.namespace}",
                fix="mend what it waits for and run the same command again: it goes on there",
            )


class _Lines:
    """Log lines on their way to a report, kept back until it is known that something is waited
    for: where nothing is, what a healthy Harbor wrote long ago is no news.
    """

    def __init__(self, report: Reporter) -> None:
        self._report = report
        self._kept: list[LogLine] | None = []

    def take(self, line: LogLine) -> None:
        """A line has come."""
        if self._kept is None:
            self._report.pod_log(line)
        else:
            self._kept.append(line)

    def flow(self) -> None:
        """Tell what was kept back, and from now on every line at once."""
        kept, self._kept = self._kept or [], None
        for line in kept:
            self._report.pod_log(line)


def gate_rights(
    inputs: Inputs, manifest: Iterable[Object], namespace: str = ""
) -> Sequence[NeededRight]:
    """What the gate reads in a namespace (empty: the target's): optional are kinds that it does
    not wait for.
    """
    needed = {Ref.of(obj).kind for obj in manifest} | {POD}
    called = "Harbor" if namespace in {"", inputs.namespace} else namespace
    ready = f"to see whether {called}'s objects are ready"
    why = f"to tell why {called} is not ready"
    rights = [
        replace(right, optional=kind not in needed)
        for kind in WATCHED
        for right in inputs.rights_in_namespace(
            plural(kind),
            ready if kind in needed else why,
            "list",
            "watch",
            group=kind.group,
            namespace=namespace,
        )
    ]
    logs = [
        replace(right, optional=True)
        for resource in ("pods", "pods/log")  # whether a container goes on is read from its pod
        for right in inputs.rights_in_namespace(
            resource, f"to follow logs of {called}'s pods", "get", namespace=namespace
        )
    ]
    return [*rights, *logs]


async def wait_until_ready(
    world: World, inputs: Inputs, refs: Sequence[Ref], report: Reporter, wait: Wait
) -> None:
    """Wait until every object is ready, following the logs of the release's pods.

    What went wrong before this run may have been mended since, so it ends the wait only when the
    kubelet had the time to try again. All objects were made before: one that is not there was
    deleted since.

    Raises StepFailed with cause and fix as soon as waiting cannot help, OutOfTime after the
    wait's time, Unreachable while the API server does not answer.
    """
    skew = (await world.access.server()).clock_skew
    since = inputs.begun - timedelta(seconds=skew)
    lines = _Lines(report)
    wait.begin()
    place = (wait.namespace, wait.selector, lines.take)
    async with Observer(
        world.objects, world.pods, *place, clock_skew=skew, scope=Scope(wait.kinds)
    ) as observer:
        await _first_look(world, observer, report, wait)
        while True:
            gate = explain(observer.view, refs, since)
            if gate.findings or not gate.ready:
                lines.flow()
            wait.tell(gate.findings, report)
            _end_if_hopeless(gate)
            wait.judge(observer.view)
            why = await wait.meaning() if gate.ready else gate.text
            if not why or await wait.enough():
                return
            lines.flow()
            report.waiting(why)
            if gate.total:
                report.progress(gate.done, gate.total)
            wait.go_on(why)
            if not await observer.changed(timeout=wait.look_again):
                await _require_answer(world, wait)


async def _first_look(world: World, observer: Observer, report: Reporter, wait: Wait) -> None:
    """Wait until all objects were seen once, and say which kinds are not."""
    look = asyncio.ensure_future(observer.synced())
    try:
        while not (await asyncio.wait([look], timeout=wait.look_again))[0]:
            unread = ", ".join(observer.unread)
            why = f"what belongs to {wait.title} is being looked at, not seen yet: {unread}"
            report.waiting(why)
            wait.go_on(why)
            await _require_answer(world, wait)
        await look
    finally:
        look.cancel()


async def _require_answer(world: World, wait: Wait) -> None:
    """Raise Unreachable where nobody answers: watches come back by themselves and never tell."""
    await world.objects.get(Ref(NAMESPACE, "", wait.namespace))


def _end_if_hopeless(gate: Gate) -> None:
    """Raise StepFailed where waiting longer cannot help."""
    if gate.terminal:
        finding = gate.terminal[0]
        evidence = f" ({finding.evidence[-1]})" if finding.evidence else ""
        raise StepFailed(
            f"{finding.id} {finding.object}: {finding.title}",
            why=f"{finding.cause}{evidence}",
            where=finding.object,
            fix=finding.fix,
        )
    if gate.absent:
        raise StepFailed(
            f"Somebody deleted what was being waited for: {', '.join(map(str, gate.absent))}",
            why="all of it was made before, and does not come back by itself",
            where=str(gate.absent[0]),
            fix="see who did it, then give the same command again: it makes it anew",
        )
