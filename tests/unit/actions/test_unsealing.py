"""A sealed server of the wizard is opened by its keys file, or by what holders type."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backends.simulated.world import SimulatedWorld
from tests.unit.actions.test_acting import TARGET, Acted, Without
from tests.unit.steps.conftest import inputs_for, world
from tests.unit.steps.test_unsealing import bao, inputs, keys_file, opened, run
from wizard.actions.acting import act_of, preview, require_rights
from wizard.actions.seals import Unseal, unseal_of
from wizard.answers.preset import Preset
from wizard.diagnose.kinds import STATEFUL_SET
from wizard.diagnose.offer import Offer
from wizard.errors import CheckFailed, StepFailed
from wizard.ports import Ref

__all__ = ["bao", "world"]
OFFER = Offer("unseal", Ref(STATEFUL_SET, "openbao", "openbao"))


class Sealed(Acted):
    """A server that was initialised with three shares, of which two open it, and is sealed."""

    def __init__(self, world: SimulatedWorld, folder: Path, preset: Preset) -> None:
        super().__init__(world, folder)
        self.preset = preset

    @property
    def shares(self) -> tuple[str, ...]:
        return self.world.stage.vault.keys

    @property
    def state(self) -> str:
        return self.world.stage.vault.state

    def act(self, offer: Offer = OFFER) -> Unseal:
        return unseal_of(self.world, offer, self.preset, lambda _: None)

    async def give(self, *shares: str) -> None:
        """As a person at the screen: what is asked for, a preview, the action."""
        act = self.act()
        for _, share in zip(await act.questions(self.world), shares, strict=False):
            act.take(share)
        await self.carry_out(act, await preview(self.world, TARGET, act))


@pytest.fixture
async def sealed(bao: SimulatedWorld, tmp_path: Path) -> Sealed:
    given = inputs(bao, tmp_path)
    await run(bao, opened(given))
    bao.stage.vault.state = "sealed"
    return Sealed(bao, tmp_path / "logs", given.preset)


def without_file(sealed: Sealed) -> None:
    keys_file(sealed.folder.parent).unlink()


async def test_the_keys_file_opens_it_without_a_question(sealed: Sealed) -> None:
    act = sealed.act()
    assert await act.questions(sealed.world) == ()
    plan = await preview(sealed.world, TARGET, act)
    (change,) = plan.changes
    assert (str(change.ref), change.fields[0].before) == ("Seal openbao/openbao-0", "sealed")
    assert sealed.state == "sealed", "a preview gives nothing"
    await sealed.carry_out(act, plan)
    assert sealed.state == "active"
    assert sealed.exit == 0
    assert [one["event"] for one in sealed.journal][-1] == "run.finished"


async def test_holders_are_asked_and_nothing_keeps_what_they_type(sealed: Sealed) -> None:
    without_file(sealed)
    questions = await sealed.act().questions(sealed.world)
    assert questions == ["Key share 1 of 2 for openbao-0", "Key share 2 of 2 for openbao-0"]
    await sealed.give(*sealed.shares[:2])
    assert sealed.state == "active"
    kept = "".join(str(entry) for entry in sealed.journal) + str(sealed.events)
    assert not [share for share in sealed.shares if share in kept]


async def test_one_holder_after_the_other(sealed: Sealed) -> None:
    without_file(sealed)
    with pytest.raises(StepFailed, match="is not open yet") as early:
        await sealed.give(sealed.shares[0])
    assert early.value.why == "openbao-0: 1 of 2 shares given"
    assert "wizard unseal --preset FILE" in early.value.fix
    (question,) = await sealed.act().questions(sealed.world)
    assert question.startswith("Key share 2 of 2")


async def test_a_wrong_share_is_told_without_it(sealed: Sealed) -> None:
    without_file(sealed)
    with pytest.raises(StepFailed, match="openbao-0 did not take the shares") as refused:
        await sealed.give(sealed.shares[0], "d3Jvbmc=")
    assert "give all shares anew" in refused.value.fix
    assert "d3Jvbmc=" not in str(refused.value)
    assert sealed.state == "sealed"


async def test_one_that_is_open_by_now_is_left_alone(sealed: Sealed) -> None:
    without_file(sealed)
    sealed.world.stage.vault.state = "active"
    act = sealed.act()
    assert await act.questions(sealed.world) == ()
    with pytest.raises(CheckFailed, match="nothing to do"):
        await preview(sealed.world, TARGET, act)


async def test_rights_are_asked_for_before_any_share(sealed: Sealed) -> None:
    narrow: Any = Without(sealed.world.access, "create", "pods/portforward")
    blind = replace(sealed.world, access=narrow)
    with pytest.raises(CheckFailed, match="You may not do this: Unseal") as refused:
        await require_rights(blind, TARGET, sealed.act())
    assert "create pods/portforward in openbao" in refused.value.why


async def test_answers_of_another_server_open_none(sealed: Sealed, tmp_path: Path) -> None:
    elsewhere = Offer("unseal", Ref(STATEFUL_SET, "vault", "vault"))
    with pytest.raises(CheckFailed, match="are not at hand") as refused:
        sealed.act(elsewhere)
    assert refused.value.why == "the answers at hand install openbao/openbao"
    none = inputs_for(sealed.world, tmp_path).preset
    with pytest.raises(CheckFailed, match="are not at hand") as refused:
        unseal_of(sealed.world, OFFER, none, lambda _: None)
    assert "wizard unseal --preset FILE" in refused.value.fix
    with pytest.raises(ValueError, match="unseal"):
        act_of(OFFER)
