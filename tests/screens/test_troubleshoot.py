"""The live view of a running Harbor, over the simulated world."""

import pytest

from screens.troubleshoot import TroubleshootScreen
from tests.screens.guided import Guided, guided
from wizard.answers.target import Target
from wizard.ports import Kind, Ref

ANOTHER = "5b0c2f3e-0000-4000-8000-000000000000"
SIZES = [(80, 24), (140, 45)]


async def watch(person: Guided) -> None:
    person.app.push_screen(TroubleshootScreen(Target(namespace="harbor", release="harbor")))


async def installed(person: Guided) -> None:
    await person.install()
    await person.until_seen("First login")
    await watch(person)
    await person.until_seen("nothing wrong was found", "live")


@pytest.mark.parametrize("size", SIZES)
async def test_a_healthy_harbor(size: tuple[int, int]) -> None:
    async with guided("healthy", size) as person:
        await installed(person)
        await person.until_seen("Core", "1/1 ready", "Job service")
        await person.press("3")
        await person.until_seen("following")
        await person.press("4")
        await person.until_seen("Started")
        await person.press("escape")
        await person.until_seen("First login")


async def test_enter_on_a_part_shows_its_logs_alone() -> None:
    async with guided() as person:
        await installed(person)
        await person.until_seen("Database")
        await person.press("home", "down", "down", "down", "enter")
        await person.until_seen("of Database", "database system is ready")
        assert not person.sees("harbor-core")


async def test_a_change_comes_to_the_screen_by_itself() -> None:
    async with guided() as person:
        await installed(person)
        world = await person.app.session.asker.world()
        await world.objects.delete(Ref(Kind("apps/v1", "Deployment"), "harbor", "harbor-core"))
        await person.until(lambda: not person.sees("Core"))


@pytest.mark.parametrize("size", SIZES)
async def test_a_failure_names_cause_and_fix_and_what_it_drags_down(
    size: tuple[int, int],
) -> None:
    async with guided("image-pull", size) as person:
        await person.install()
        await person.until_seen("r Retry")
        await watch(person)
        await person.until_seen("1 cause", "because of")
        await person.press("2")
        await person.until_seen("HW-022", "Why   The node refused")


async def test_another_cluster_than_the_presets_is_told() -> None:
    async with guided() as person:
        wanted = Target(namespace="harbor", release="harbor", clusterUid=ANOTHER)
        person.app.push_screen(TroubleshootScreen(wanted))
        await person.until_seen("✗", ANOTHER, "fix: Choose the right context")
