"""Planning: asks every step what it would change now."""

import asyncio
from collections.abc import Sequence

from wizard.plan.plan import Plan, PlannedStep, Target
from wizard.ports import World
from wizard.steps.base import Step


async def make_plan(world: World, steps: Sequence[Step], preset: str, target: Target) -> Plan:
    """The plan of a graph's steps against the world as it is now. Writes nothing.

    Raises what a step raises when it cannot look: without its answer there is no plan.
    """
    questions = [asyncio.ensure_future(step.look(world)) for step in steps]
    try:
        answers = await asyncio.gather(*questions)
    finally:
        for question in questions:
            question.cancel()
        await asyncio.gather(*questions, return_exceptions=True)
    planned = zip(steps, answers, strict=True)
    return Plan(
        preset,
        target,
        tuple(
            PlannedStep(step.id, step.title, tuple(step.needs), tuple(changes))
            for step, changes in planned
            if changes or not step.silent
        ),
    )
