"""What a look at a Harbor takes that the wizard installed on the test cluster."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path
from statistics import quantiles

from tests.bench.measuring import Row, Taken, run_wizard, seconds
from tests.cluster.build import ensure_programs
from tests.cluster.control_plane import ControlPlane
from tests.cluster.kube import Object
from tests.cluster.wizard import COMMAND, Wizard, site
from tests.real import charts_folder
from tests.terminal import Terminal
from wizard.answers.network import Network
from wizard.answers.target import Target
from wizard.live import pictures
from wizard.wiring import Site, open_world

TURNS, EVENTS = 7, 60
IDLE_SECONDS = 60
SIZE = (160, 48)


def looks() -> list[Row]:
    """All of it."""
    with installed() as wizard:
        first = [seconds(lambda: asyncio.run(_first_picture(wizard))) for _ in range(TURNS + 1)]
        once = [_once(wizard) for _ in range(TURNS)]
        with Terminal([str(COMMAND), *_looking(wizard)], wizard.surroundings(), SIZE) as terminal:
            terminal.until("nothing wrong was found   live")
            idle = _idle(wizard, terminal)
            told = _told(wizard, terminal)
    slowest = quantiles(told, n=20)[-1]
    return [
        Row("first picture of a Harbor, after imports", "s", 1, first[1:]),  # one imports
        Row("wizard troubleshoot --once", "s", 1.5, [one.wall for one in once]),
        Row("CPU of wizard troubleshoot --once", "s", 1.5, [one.cpu for one in once]),
        Row("requests of an idle live view", "/s", 0.2, [idle]),
        Row("from an event to the screen", "ms", 100, told),
        Row("p95 from an event to the screen", "ms", 100, [slowest]),
    ]


@contextmanager
def installed() -> Iterator[Wizard]:
    """The smallest Harbor on a cluster of its own."""
    with (
        ControlPlane(ensure_programs(print)) as plane,
        tempfile.TemporaryDirectory(prefix="harbor-wizard-bench-") as name,
        site(plane, charts_folder(), Path(name)) as wizard,
    ):
        wizard.preset()
        wizard.install().require(0)
        yield wizard


async def _first_picture(wizard: Wizard) -> None:
    where = Site(kubeconfig=wizard.identity.kubeconfig)
    async with (
        open_world(where, Network()) as world,
        aclosing(pictures(world, Target(namespace=wizard.namespace), lambda _: None)) as seen,
    ):
        picture = await anext(seen)
    if "core" not in {state.id for state in picture.states}:
        raise RuntimeError(f"no Harbor in {picture.states}")


def _looking(wizard: Wizard) -> list[str]:
    return ["troubleshoot", "--namespace", wizard.namespace]


def _once(wizard: Wizard) -> Taken:
    arguments = [*_looking(wizard), "--once", "--output", "json"]
    return run_wizard(wizard.folder, arguments, wizard.surroundings())


def _idle(wizard: Wizard, terminal: Terminal) -> float:
    """Requests a second while nothing happens; the end of a watch is none."""
    audit = wizard.control_plane.audit
    terminal.watch(2)  # what belongs to the start
    mark = audit.mark()
    terminal.watch(IDLE_SECONDS)
    entries = audit.entries(wizard.identity.user, mark)
    lasting = [one for one in entries if one.verb == "watch" or one.resource == "pods/log"]
    begun = [one for one in lasting if one.stage == "ResponseStarted"]
    asked = [*begun, *(one for one in entries if one not in lasting)]
    return len(asked) / IDLE_SECONDS


def _told(wizard: Wizard, terminal: Terminal) -> list[float]:
    """Milliseconds from the request that makes an event until the terminal has it, each time."""
    terminal.press("4")
    terminal.watch(1)
    (pod,) = wizard.admin.items(wizard.path("", "pods"), labelSelector="component=core")
    taken = []
    for number in range(EVENTS):
        begun = time.perf_counter()
        wizard.admin.create(wizard.path("", "events"), _event(pod, f"mark-{number:03}"))
        terminal.until_written(f"mark-{number:03}".encode())
        taken.append(1000 * (time.perf_counter() - begun))
        terminal.watch(0.25 + number % 7 / 20)
    return taken


def _event(pod: Object, mark: str) -> Object:
    about = {"kind": "Pod", **{key: pod["metadata"][key] for key in ("name", "namespace", "uid")}}
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return {
        "metadata": {"name": f"bench-{mark}"},
        "involvedObject": about,
        "type": "Normal",
        "reason": "Measured",
        "message": mark,
        "firstTimestamp": now,
        "lastTimestamp": now,
    }
