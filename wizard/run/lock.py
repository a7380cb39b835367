"""The lock of a target: a Lease (coordination.k8s.io/v1) that its holder keeps renewing."""

import asyncio
import contextlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from wizard.errors import (
    Conflict,
    LockHeld,
    NotFound,
    StepFailed,
    Throttled,
    Unreachable,
    WizardError,
    WorldError,
)
from wizard.ports import FIELD_MANAGER, Kind, Object, Objects, Ref
from wizard.run.holder import Holder
from wizard.text import plain

LEASE = Kind("coordination.k8s.io/v1", "Lease")
DURATION_SECONDS = 45.0
_PAUSE, _PAUSE_AFTER_FAILURE = 1 / 3, 1 / 15
"""Between two renewals, as parts of the duration."""
_RELEASE_SECONDS = 5.0


def lease_name(release: str) -> str:
    """The name of the Lease that locks a release in its namespace."""
    return f"harbor-wizard-{release}"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Held:
    """A Lease as it was seen: who holds it, since when, and what renewing it takes."""

    holder: str
    acquired: str
    renewed: datetime | None
    duration: float
    uid: str
    version: str

    @classmethod
    def of(cls, lease: Object) -> Self:
        """Read a Lease, also one that others wrote by hand."""
        spec = lease.get("spec") or {}
        return cls(
            holder=plain(spec.get("holderIdentity") or ""),
            acquired=plain(spec.get("acquireTime") or ""),
            renewed=_moment(spec.get("renewTime")),
            duration=float(spec.get("leaseDurationSeconds") or DURATION_SECONDS),
            uid=lease["metadata"].get("uid", ""),
            version=lease["metadata"].get("resourceVersion", ""),
        )


class Lock:
    """Keeps other runs away from a target while the context is open; `ref` names the Lease.

    `lost` is set when the Lease could not be kept, and `on_lost` is called once with the error:
    the run must start nothing new, stop Helm and end. `tell` gets a text when entering has to
    wait for another holder's silence. Entering raises LockHeld while somebody else works there.
    """

    def __init__(
        self,
        objects: Objects,
        ref: Ref,
        holder: Holder,
        *,
        on_lost: Callable[[WizardError], None] = lambda error: None,
        tell: Callable[[str], None] = lambda text: None,
        duration: float = DURATION_SECONDS,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self.lost = asyncio.Event()
        self._objects = objects
        self._ref = ref
        self._holder = holder
        self._on_lost = on_lost
        self._tell = tell
        self._duration = duration
        self._now = now
        self._acquired = ""
        self._held: Held | None = None
        self._renewed = 0.0
        """When the request that last made or renewed the Lease was begun, by the loop's clock."""
        self._renewal: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._acquired = _micro_time(self._now())
        try:
            self._held = Held.of(await self._acquire_patiently())
        except BaseException:
            await asyncio.shield(self._release())
            raise
        self._renewal = asyncio.create_task(self._keep(), name=f"renew {self._ref}")
        self._renewal.add_done_callback(self._renewal_ended)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._renewal:
            self._renewal.cancel()
            await asyncio.wait([self._renewal])
        if self._held and not self.lost.is_set():
            await asyncio.shield(self._release())

    async def _release(self) -> None:
        """Delete the Lease if it is ours, known or not; if that takes too long, it will expire."""
        with contextlib.suppress(WorldError, TimeoutError):
            async with asyncio.timeout(_RELEASE_SECONDS):
                found = await self._objects.get(self._ref)
                if found and (held := Held.of(found)).holder == str(self._holder):
                    await self._objects.delete(self._ref, uid=held.uid)

    async def _acquire_patiently(self) -> Object:
        """Acquire it, also where the API server does not answer at once: what is made anew is
        never repeated below, since its answer may be all that was lost.
        """
        given_up_at = _monotonic() + self._duration
        while True:
            try:
                return await self._acquire()
            except (Unreachable, Throttled) as error:
                pause = self._duration * _PAUSE_AFTER_FAILURE
                if _monotonic() + pause > given_up_at:
                    raise
                self._tell(f"{error.what}; asking for the lock again in {pause:g} s")
            await asyncio.sleep(pause)

    async def _acquire(self) -> Object:
        with contextlib.suppress(Conflict):
            return await self._create()
        if found := await self._objects.get(self._ref):
            held = Held.of(found)
            former = Holder.parse(held.holder)
            own = held.holder == str(self._holder)  # made by an attempt whose answer was lost
            if not (own or (former and former.proven_dead())):
                await self._outwait(held)
            if lease := await self._replace(held):
                return lease
            if found := await self._objects.get(self._ref):
                raise _refusal(self._ref, Held.of(found))
        # Its holder has released it in the meantime, or nothing can be made in the namespace.
        try:
            return await self._create()
        except Conflict:
            if found := await self._objects.get(self._ref):
                raise _refusal(self._ref, Held.of(found)) from None
            raise

    async def _create(self) -> Object:
        """The Lease made anew. Raises Conflict where there is one, or the namespace is going."""
        self._renewed = _monotonic()
        return await self._objects.create(self._lease())

    async def _replace(self, held: Held) -> Object | None:
        """The Lease made ours; None where it is no longer as `held` was seen."""
        began = _monotonic()
        try:
            lease = await self._objects.apply(self._lease(held), force=True)
        except (Conflict, NotFound):
            return None
        self._renewed = began
        return lease

    async def _outwait(self, held: Held) -> None:
        """Return when the holder had its whole duration to renew the Lease and did not.

        Whether a Lease has expired is asked of clocks of two machines, hence it only decides
        whether waiting is worth it. Only what is seen to change from here on counts, as in the
        leader election of client-go.
        """
        age = (self._now() - held.renewed).total_seconds() if held.renewed else math.inf
        if abs(age) < held.duration:
            raise _refusal(self._ref, held)
        self._tell(
            f"the lock {self._ref} of {held.holder} seems abandoned; "
            f"it is taken over unless it is renewed within {held.duration:.0f} s"
        )
        await asyncio.sleep(held.duration)

    async def _keep(self) -> None:
        """Renew the Lease until it is lost: until another has it, or its duration has passed."""
        pause = self._duration * _PAUSE
        while True:
            await asyncio.sleep(pause)
            pause = self._duration * _PAUSE
            try:
                async with asyncio.timeout_at(self._renewed + self._duration):
                    await self._renew()
            except LockHeld as error:
                return self._lose(error.why)
            except TimeoutError:
                return self._lose("the API server did not answer for too long")
            except WorldError as error:
                pause = self._duration * _PAUSE_AFTER_FAILURE
                if _monotonic() + pause > self._renewed + self._duration:
                    return self._lose(error.what)

    async def _renew(self) -> None:
        assert self._held
        lease = await self._replace(self._held)
        if lease is None:
            # Either an earlier renewal arrived and only its answer was lost, or we were replaced.
            current = await self._objects.get(self._ref)
            held = Held.of(current) if current else None
            if not held or (held.holder, held.uid) != (str(self._holder), self._held.uid):
                raise _refusal(self._ref, held)
            lease = await self._replace(held)
            if lease is None:
                raise _refusal(self._ref, held)
        self._held = Held.of(lease)

    def _renewal_ended(self, renewal: asyncio.Task[None]) -> None:
        """A renewal that broke must not leave a run that believes to hold the lock."""
        if not renewal.cancelled() and (error := renewal.exception()):
            self._lose(f"renewing it failed: {type(error).__name__}: {error}")

    def _lose(self, why: str) -> None:
        self.lost.set()
        self._on_lost(
            StepFailed(
                "The lock of this run was lost",
                why=f"{why}; nothing new was started",
                fix="see that no other run works there, then give the same command again",
                where=str(self._ref),
            )
        )

    def _lease(self, held: Held | None = None) -> Object:
        """The Lease as ours; on the condition that it still is as `held` was seen."""
        metadata: dict[str, Any] = {
            "name": self._ref.name,
            "namespace": self._ref.namespace,
            "labels": {"app.kubernetes.io/managed-by": FIELD_MANAGER},
        }
        if held:
            metadata |= {"uid": held.uid, "resourceVersion": held.version}
        return {
            **LEASE.head,
            "metadata": metadata,
            "spec": {
                "holderIdentity": str(self._holder),
                "leaseDurationSeconds": math.ceil(self._duration),
                "acquireTime": self._acquired,
                "renewTime": _micro_time(self._now()),
            },
        }


def _refusal(ref: Ref, held: Held | None) -> LockHeld:
    why = "the lock changed hands just now" if held else "the lock was removed"
    if held and held.holder:
        why = f"{held.holder} has held the lock since {held.acquired or 'an unknown time'}"
    return LockHeld(
        "Another run works on this target",
        why=why,
        fix="wait until it ends and give the command again; if its process is surely gone, "
        "the lock expires by itself, or remove it: "
        f"kubectl -n {ref.namespace} delete lease {ref.name}",
        where=str(ref),
    )


def _monotonic() -> float:
    return asyncio.get_running_loop().time()


def _micro_time(moment: datetime) -> str:
    """Kubernetes' MicroTime: RFC 3339 with six digits of a second."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else None
