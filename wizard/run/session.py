"""A session: one preset against one cluster, from checks over the plan to the run."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from wizard.checks.base import Result
from wizard.checks.suite import run_checks
from wizard.errors import (
    CheckFailed,
    NotAccepted,
    StepFailed,
    WorldError,
)
from wizard.plan.graph import build_graph
from wizard.plan.plan import Plan, Target
from wizard.plan.planning import make_plan
from wizard.ports import Ref, World
from wizard.run.engine import Engine
from wizard.run.holding import holding
from wizard.run.lock import LEASE, lease_name
from wizard.run.subject import subject_of
from wizard.run.telling import RunTeller
from wizard.steps.base import Step
from wizard.steps.inputs import Inputs

_BRINGING_NOTHING = frozenset({"target.namespace", "harbor.logins"})
"""Steps that probes may need done for themselves: they change nothing that works."""


class Session:
    """Checks, plans and carries out one preset. Nothing is written before `carry_out`.

    Raises PresetInvalid where the preset asks for something that is not carried out.
    """

    def __init__(self, world: World, inputs: Inputs, target: Target, teller: RunTeller) -> None:
        self._world, self._inputs, self._target = world, inputs, target
        self._teller = teller
        self._graph = build_graph(inputs)

    @property
    def preset(self) -> str:
        """The preset's name."""
        return self._inputs.preset.name

    async def check(self) -> Sequence[Result]:
        """Ask all checks that apply, each told as it is answered."""
        subject = await subject_of(self._world, self._inputs, self._graph)
        return await run_checks(self._world, subject, self._teller.check)

    async def plan(self) -> Plan:
        """The changes that every step would make now.

        Raises CheckFailed where the cluster does not let a step look.
        """
        return await self._plan(self._graph.steps)

    async def probe(self) -> None:
        """Run the probes alone, as far as what they guard does not work yet.

        They need the target namespace, which is made where it is missing, and stays. Probes of
        what an earlier step is still to bring, such as a driver, are left out, and named. Raises
        CheckFailed where a probe fails.
        """
        plan = await self._plan(self._graph.with_needs(self._graph.probes))
        changed = {step.id for step in plan.steps if step.changes} - _BRINGING_NOTHING
        changed -= {probe.id for probe in self._graph.probes}
        ready: list[Step] = []
        early: list[Step] = []
        for probe in self._graph.probes:
            needs = {step.id for step in self._graph.with_needs([probe])}
            (early if needs & changed else ready).append(probe)
        kept = {step.id for step in self._graph.with_needs(ready)}
        done = "the probes found nothing wrong"
        if early:
            titles = ", ".join(f"“{probe.title}”" for probe in early)
            done += f"; not tried, as a run has to install what it tries first: {titles}"
        plan = replace(plan, steps=tuple(step for step in plan.steps if step.id in kept))
        try:
            await self.carry_out(plan, done=done)
        except (StepFailed, WorldError) as error:
            raise CheckFailed(
                error.what, why=error.why, where=error.where, fix=error.fix
            ) from error

    async def _plan(self, steps: Sequence[Step]) -> Plan:
        try:
            return await make_plan(self._world, steps, self._inputs.preset.name, self._target)
        except WorldError as error:
            raise CheckFailed(
                f"No plan can be made: {error.what}",
                why=error.why or "a step could not compare the cluster with the answers",
                where=error.where,
                fix=error.fix or "mend it, then run the same command again",
            ) from error

    async def carry_out(
        self, plan: Plan, begin: Callable[[], None] = lambda: None, *, done: str = ""
    ) -> None:
        """Make the changes of a plan, then wait until everything works.

        `begin` is called when nothing is in the way any more: the lock is held, if there is
        anything to change, and the plan still holds. `done` sums up what was reached, if that is
        less than a Harbor. Raises the error that decides about the exit code. What was done stays
        done, and the same command goes on from there.
        """
        changed = len(plan.changes)
        made = f"{changed} changes made" if changed else "nothing to do"
        reached = done or f"Harbor is ready: {self._inputs.preset.harbor.url}"
        with self._teller.run(plan, f"{made}; {reached}"):
            await self._run(plan, begin)

    async def _run(self, plan: Plan, begin: Callable[[], None]) -> None:
        engine = Engine(self._world, self._teller.step)
        if not plan.changes:
            begin()
            await self._engage(engine, plan)
            return
        # Locks are Leases in the namespaces that are changed, so these come first.
        places = [step for step in self._steps_of(plan) if step in self._graph.namespaces]
        conclusion = await engine.carry_out(places, plan.steps)
        if conclusion.error:
            raise conclusion.error
        async with holding(self._world.objects, self._leases(plan), self._teller.waiting):
            now = await self._planned_again(plan)
            begin()
            await self._engage(engine, now)

    def _leases(self, plan: Plan) -> Sequence[Ref]:
        """The locks that a plan takes: the target's, and of each shared component it changes."""
        target = Ref(LEASE, self._target.namespace, lease_name(self._target.release))
        changed = {step.id for step in plan.steps if step.changes}
        shared = {step.shares for step in self._graph.steps if step.shares and step.id in changed}
        return [target, *(Ref(LEASE, place, lease_name(place)) for place in sorted(shared))]

    async def _engage(self, engine: Engine, plan: Plan) -> None:
        conclusion = await engine.carry_out(self._steps_of(plan), plan.steps)
        if conclusion.error:
            raise conclusion.error

    def _steps_of(self, plan: Plan) -> Sequence[Step]:
        planned = {step.id for step in plan.steps}
        return [step for step in self._graph.steps if step.id in planned]

    async def _planned_again(self, plan: Plan) -> Plan:
        """The plan as it is under the lock. Raises NotAccepted where it is another one."""
        now = await self._plan(self._steps_of(plan))
        made = {step.id for step in self._graph.namespaces}
        steps = tuple(replace(s, changes=()) if s.id in made else s for s in plan.steps)
        if now.hash != replace(plan, steps=steps).hash:
            raise NotAccepted(
                "The plan changed while the lock was taken",
                why="someone else changed the cluster in the meantime; nothing was written but "
                "missing namespaces and the lock, which is released again",
                fix="run the same command again: it shows the plan as it is now",
            )
        return now
