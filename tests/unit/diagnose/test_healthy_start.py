"""A whole installation on the simulated cluster, looked at after every single change."""

from pathlib import Path

import pytest

from backends.simulated.stage import Stage
from backends.simulated.world import simulated_world
from tests.unit.simulated.conftest import install, make_namespace, seconds
from wizard.diagnose.evaluate import evaluate
from wizard.diagnose.fields import containers, uid
from wizard.diagnose.kinds import OWN
from wizard.diagnose.observer import EVERYTHING
from wizard.diagnose.view import View
from wizard.ports import Change, Object, Ref


class Looking:
    """Evaluates all rules after every change of the cluster, and keeps what they find."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        served = [kind for kind in EVERYTHING if kind in stage.store.served()]
        self._objects: dict[Ref, Object] = {
            Ref.of(obj): obj for kind in served for obj in stage.store.select(kind)
        }
        self.moments = 0
        self.found: set[str] = set()
        stage.store.listen(self._take)

    def _take(self, change: Change) -> None:
        ref = Ref.of(change.object)
        if ref.kind in EVERYTHING:
            self._objects[ref] = change.object
            if change.type == "DELETED":
                del self._objects[ref]
            self.look()

    def look(self) -> None:
        """Look now: time alone may change the answer."""
        objects, now = self._objects.values(), self._stage.clock.now()
        view = View.of(objects, now=now, logs=self._logs(), asked=[*EVERYTHING, *OWN])
        diagnosis = evaluate(view)
        assert diagnosis.not_checked == ()
        self.moments += 1
        self.found |= {f"{one.id} {one.object}: {one.cause}" for one in diagnosis.findings}

    def _logs(self) -> dict[tuple[str, str], list]:
        found = {}
        for ref, pod in self._objects.items():
            for declared, _ in containers(pod) if ref.kind.name == "Pod" else ():
                told = self._stage.logs.of((ref.namespace, ref.name, declared["name"]))
                found[uid(pod), declared["name"]] = [*told.previous, *told.lines]
        return found


async def looked(scenario: str, folder: Path, minutes: int) -> Looking:
    """All moments of an installation and of the time after it."""
    async with simulated_world(scenario, speed=0) as world:
        await make_namespace(world)
        looking = Looking(world.stage)
        await install(world, folder)
        for _ in range(minutes * 6):
            await seconds(world, 10)
            looking.look()
    return looking


@pytest.mark.parametrize(("scenario", "minutes"), [("healthy", 12), ("slow", 20)])
async def test_a_healthy_installation_gives_no_finding_at_any_moment(
    scenario: str, minutes: int, tmp_path: Path
) -> None:
    looking = await looked(scenario, tmp_path, minutes)
    assert looking.moments > 150
    assert looking.found == set()


async def test_the_same_look_sees_a_fault(tmp_path: Path) -> None:
    looking = await looked("image-pull", tmp_path, 2)
    assert {one[:6] for one in looking.found} == {"HW-022"}
