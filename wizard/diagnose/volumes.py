"""How full volumes are: asked of the kubelets that mount them, and kept in a view like objects."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import asdict, dataclass

from wizard.diagnose.fields import claim_names, holds, labels, spec, status
from wizard.diagnose.kinds import VOLUME_USE
from wizard.diagnose.view import Collection
from wizard.errors import WorldError
from wizard.ports import Kind, Object, Pods, Ref, VolumeUse

PERIOD = 300.0
"""Seconds between two looks."""
SOON = 75.0
"""Seconds after which a kubelet, which measures once a minute, knows what was mounted just now."""
_TOGETHER = 1.0
"""Seconds to wait for what moves together."""
_PATIENCE = 10.0
"""Seconds within which a kubelet has to answer."""
_AT_ONCE = 8
_UNITS = (("TiB", 1024**4), ("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024))

Uses = Mapping[Ref, Object]


@dataclass(frozen=True, slots=True)
class Fill:
    """How full the volume of a claim is. `percent` is of what may be written, as `df` counts it;
    `inodes_percent` is None where its driver does not tell.
    """

    claim: str
    used: int
    capacity: int
    percent: int
    inodes_percent: int | None

    def __str__(self) -> str:
        """As people read it: `12 of 200 GiB used, 6 %`."""
        name, size = next((one for one in _UNITS if self.capacity >= one[1]), ("bytes", 1))
        used, capacity = _told(self.used / size), _told(self.capacity / size)
        return f"{used} of {capacity} {name} used, {self.percent} %"


def _told(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def fill_of(use: Object) -> Fill:
    """How full it is, of an object of VOLUME_USE."""
    told = status(use)
    used, capacity, available = told["used"], told["capacity"], told.get("available")
    room = capacity if available is None else used + available
    inodes, inodes_used = told.get("inodes"), told.get("inodes_used")
    of_inodes = 100 * inodes_used // inodes if inodes and inodes_used is not None else None
    percent = 100 * used // room if room else 100
    return Fill(use["metadata"]["name"], used, capacity, percent, of_inodes)


def use_object(use: VolumeUse) -> Object:
    """It as a view and a support bundle keep it."""
    told = {key: value for key, value in asdict(use).items() if value is not None}
    metadata = {"name": told.pop("claim"), "namespace": told.pop("namespace")}
    return {**VOLUME_USE.head, "metadata": metadata, "status": told}


def mounted(pods: Iterable[Object], selector: Mapping[str, str]) -> Mapping[str, Set[Ref]]:
    """The claims by the node on which pods with these labels mount them."""
    found: dict[str, set[Ref]] = {}
    for pod in pods:
        node, place = spec(pod).get("nodeName"), pod["metadata"].get("namespace", "")
        claims = {Ref(VOLUME_USE, place, name) for name in claim_names(pod)}
        if node and claims and selector.items() <= labels(pod).items():
            found.setdefault(node, set()).update(claims)
    return found


@dataclass(frozen=True, slots=True)
class Known:
    """What an observer knows, and its sign that something changed."""

    collections: dict[Kind, Collection]
    not_checked: dict[Kind, str]
    change: asyncio.Event


class VolumeReader:
    """Asks the kubelets again and again, and puts what they told into what is known: at once what
    each told, at the end of a look why some did not.
    """

    def __init__(
        self,
        pods: Pods,
        claims: Callable[[], Mapping[str, Set[Ref]]],
        known: Known,
    ) -> None:
        self._pods = pods
        self._claims = claims
        self._known = known
        self._uses: dict[Ref, Object] = {}
        self._moved = asyncio.Event()
        self._free = asyncio.Semaphore(_AT_ONCE)
        self.looked = asyncio.Event()
        """Whether all were asked once."""

    def see(self, before: Object | None, pod: Object) -> None:
        """A pod has changed: it may mount its claims elsewhere, or only now."""
        if before is None or _place(before) != _place(pod):
            self._moved.set()

    async def run(self) -> None:
        """Ask at once, soon again, and then now and then, until it is cancelled."""
        pause = SOON
        while True:
            self._moved.clear()
            await self._look()
            self.looked.set()
            try:
                async with asyncio.timeout(pause):
                    await self._moved.wait()
                await asyncio.sleep(_TOGETHER)
                pause = SOON
            except TimeoutError:
                pause = PERIOD

    async def _look(self) -> None:
        claims = sorted(self._claims().items())
        before, self._uses = self._uses, {}
        told = await asyncio.gather(*(self._ask(node, wanted, before) for node, wanted in claims))
        self._known.not_checked.pop(VOLUME_USE, None)
        if missing := next(filter(None, told), ""):
            self._known.not_checked[VOLUME_USE] = missing
        self._tell(self._uses)

    async def _ask(self, node: str, wanted: Set[Ref], before: Uses) -> str:
        """Ask one kubelet; why it told nothing."""
        async with self._free:
            try:
                async with asyncio.timeout(_PATIENCE):
                    found = map(use_object, await self._pods.volumes(node))
            except TimeoutError:
                return f"the kubelet of node {node} did not answer within {_PATIENCE:.0f} s"
            except WorldError as error:
                return f"{error.what}: {error.why}" if error.why else error.what
        self._uses |= {Ref.of(use): use for use in found if Ref.of(use) in wanted}
        self._tell({**before, **self._uses})
        return ""

    def _tell(self, uses: Uses) -> None:
        self._known.collections[VOLUME_USE] = Collection(dict(uses))
        self._known.change.set()


def _place(pod: Object) -> tuple[str | None, bool] | None:
    claims = next(iter(claim_names(pod)), None)
    return (spec(pod).get("nodeName"), holds(pod, "Ready")) if claims else None
