"""The live view of a running Harbor, over the simulated world."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from backends.simulated.stage import Stage
from backends.simulated.world import SimulatedWorld
from screens.models.watching import Watching
from screens.troubleshoot import TroubleshootScreen
from screens.widgets.finding_list import FindingList
from screens.widgets.watch_panes import WatchPanes
from tests.screens.guided import Guided, guided
from wizard.answers.paths import parse_path
from wizard.answers.target import Target
from wizard.diagnose import kinds
from wizard.diagnose.bundle.reading import open_bundle
from wizard.ports import Ref
from wizard.run.holder import Holder
from wizard.run.lock import LEASE, Lock, lease_name
from wizard.vaults import Sharing

ANOTHER = "5b0c2f3e-0000-4000-8000-000000000000"
CORE = Ref(kinds.DEPLOYMENT, "harbor", "harbor-core")
SIZES = [(80, 24), (140, 45)]


@pytest.mark.parametrize("size", SIZES)
async def test_a_healthy_harbor(size: tuple[int, int]) -> None:
    async with guided("healthy", size) as person:
        await person.watch_installed()
        await person.until_seen("Core", "1/1 ready", "Job service")
        await person.press("3")
        await person.until_seen("following")
        await person.press("4")
        await person.until_seen("Started")
        await person.press("5")
        await person.until_seen(" made")
        await person.press("c")
        for text in ("Helm revision 1 of harbor: deployed", "StatefulSet harbor/harbor-redis made"):
            assert text in " ".join(person.app.clipboard.split())
        await person.press("escape")
        await person.until_seen("First login")


async def test_enter_on_a_part_shows_its_logs_alone() -> None:
    async with guided() as person:
        await person.watch_installed()
        await person.until_seen("Database")
        await person.press("home", *["down"] * 4, "enter")
        await person.until_seen("of Database", "database system is ready")
        assert not person.sees("harbor-core")


async def test_a_part_says_on_its_line_how_full_its_volume_is_and_since_when_it_is_ready() -> None:
    async with guided() as person:
        await person.watch_installed()
        await person.until_seen("of 1 GiB used, 5 %")
        (line,) = [one for one in person.text.splitlines() if "Database" in one]
        assert "1/1 ready, 0.1 of 1 GiB used, 5 %, since " in line


async def test_a_change_comes_to_the_screen_by_itself() -> None:
    async with guided() as person:
        await person.watch_installed()
        world = await person.app.session.asker.world()
        await world.objects.delete(CORE)
        await person.until(lambda: not person.sees("Core"))


@pytest.mark.parametrize("size", SIZES)
async def test_a_failure_names_cause_and_fix_and_what_it_drags_down(
    size: tuple[int, int],
) -> None:
    async with guided("image-pull", size) as person:
        await person.install()
        await person.until_seen("r Retry")
        person.watch()
        await person.until_seen("1 cause", "because of")
        await person.press("2")
        await person.until_seen("HW-022", "Why   The node refused")


async def test_another_cluster_than_the_presets_is_told() -> None:
    async with guided() as person:
        wanted = Target(namespace="harbor", release="harbor", clusterUid=ANOTHER)
        watching = Watching(person.app.session.asker.world(), wanted)
        person.app.push_screen(TroubleshootScreen(watching, person.app.session.redactor))
        await person.until_seen("✗", ANOTHER, "fix: Choose the right context")


async def behind(person: Guided) -> Stage:
    """What is behind the simulated cluster."""
    world = await person.app.session.asker.world()
    assert isinstance(world, SimulatedWorld)
    return world.stage


async def fill_the_disk(person: Guided) -> None:
    """The registry finds no room."""
    stage = await behind(person)
    (pod,) = stage.store.select(kinds.POD, "harbor", "component=registry")
    said = "write /storage/blobs: no space left on device"
    stage.logs.add(("harbor", pod["metadata"]["name"], "registry"), said, stage.clock.now())


async def evict_core(person: Guided) -> str:
    """Core's pod was thrown out, and not replaced yet; its name."""
    stage = await behind(person)
    (pod,) = stage.store.select(kinds.POD, "harbor", "component=core")
    pod["status"] |= {"phase": "Failed", "reason": "Evicted", "message": "low on memory"}
    pod["status"]["containerStatuses"][0]["ready"] = False
    pod["status"]["conditions"] = [{"type": "Ready", "status": "False"}]
    (owner,) = stage.store.select(kinds.REPLICA_SET, "harbor", "component=core")
    owner["status"] |= {"readyReplicas": 0, "availableReplicas": 0}
    stage.store.put(owner)
    stage.store.put(pod)
    return str(pod["metadata"]["name"])


async def test_a_stuck_pod_is_deleted_once_the_person_says_so() -> None:
    async with guided() as person:
        await person.watch_installed()
        assert not person.sees("a Act"), "nothing is offered"
        name = await evict_core(person)
        await person.press("2")
        await person.until_seen("HW-039", "Do    a: delete the Pod", "a Act")
        await person.press("a")
        await person.until_seen(f"Delete the Pod harbor/{name}?", "makes it anew at once")
        pod = Ref(kinds.POD, "harbor", name)
        world = await person.app.session.asker.world()
        await person.press("escape")
        assert await world.objects.get(pod), "no word is no"
        other = Holder("elsewhere", 7, "boot", "start")
        async with Lock(world.objects, Ref(LEASE, "harbor", lease_name("harbor")), other):
            await person.press("a")
            await person.until_seen("Do it")
            await person.press("tab", "enter")
            await person.until_seen("✗ Another run works on this target", "elsewhere pid 7")
        assert await world.objects.get(pod)
        await person.press("escape", "a")
        await person.until_seen("Do it")
        await person.press("tab", "enter")
        await person.until_seen("✓ Delete the Pod", "done", "Close")
        assert await world.objects.get(pod) is None
        await person.press("escape")
        await person.until(lambda: not person.sees("HW-039"))
        assert not person.sees("a Act")


async def test_a_claim_grows_to_the_size_that_the_person_gives() -> None:
    async with guided() as person:
        await person.watch_installed()
        await fill_the_disk(person)
        await person.press("2")
        await person.until_seen("HW-040", "a Act")
        await person.press("a")
        await person.until_seen("Grow to")
        await person.press(*["backspace"] * 8, "1", "G", "i", "enter")
        await person.until(lambda: "is not a larger size" in person.told)
        await person.press("a")
        await person.until_seen("Grow to")
        await person.press(*["backspace"] * 8, "9", "0", "0", "G", "i", "enter")
        await person.until_seen("spec.resources.requests.storage", "→ 900Gi", "cannot be made")
        await person.press("tab", "enter")
        await person.until_seen("✓ Grow the PersistentVolumeClaim")
        world = await person.app.session.asker.world()
        claim = await world.objects.get(Ref(kinds.CLAIM, "harbor", "harbor-registry"))
        assert claim
        assert claim["status"]["capacity"]["storage"] == "900Gi"


SHARES = tuple(f"c2hhcmUgb2YgdGhlIGtleSBudW1iZXIg{number}" for number in range(3))


async def seal(person: Guided) -> Stage:
    """The server that the wizard installed was sealed, and the Issuer that asks it says so."""
    stage = await behind(person)
    stage.vault.state, stage.vault.keys, stage.vault.sharing = "sealed", SHARES, Sharing(3, 2)
    (issuer,) = stage.store.select(kinds.ISSUER, "harbor")
    told = {"type": "Ready", "status": "False", "message": "Vault is sealed"}
    stage.store.put({**issuer, "status": {"conditions": [told]}})
    return stage


async def give(person: Guided, question: str, share: str) -> None:
    await person.until_seen(question, "kept nowhere")
    await person.press(*share)
    assert not person.sees(share)
    await person.press("enter")


async def test_a_sealed_server_is_opened_by_what_holders_type(tmp_path: Path) -> None:
    authority, file = parse_path("pki.authority"), str(tmp_path / "keys.json")
    unseal = {"kind": "shamir", "shares": 3, "threshold": 2, "keysFile": file}
    answer = {"kind": "openbao", "server": {"kind": "deploy", "unseal": unseal}}
    async with guided() as person:
        desk = person.app.session.desk
        desk.answer(authority, answer)
        await person.watch_installed()
        stage = await seal(person)
        await person.press("2")
        await person.until_seen("HW-034", "a Act")
        desk.answer(authority, {"kind": "local"})
        await person.press("a")
        await person.until(lambda: "wizard unseal --preset FILE" in person.told)
        desk.answer(authority, answer)
        await person.press("a")
        await person.until_seen("Key share 1 of 2 for openbao-0")
        await person.press("escape")
        assert stage.vault.given == set(), "no word is no"
        await person.press("a")
        await give(person, "Key share 1 of 2", SHARES[0])
        await give(person, "Key share 2 of 2", SHARES[2])
        await person.until_seen("Unseal the StatefulSet openbao/openbao?", "sealed → open")
        assert stage.vault.state == "sealed", "nothing was given yet"
        await person.press("tab", "enter")
        await person.until_seen("✓ Unseal the StatefulSet openbao/openbao: done")
        assert stage.vault.state == "active"


async def test_the_arrows_choose_what_is_acted_on() -> None:
    async with guided("healthy", (140, 45)) as person:
        await person.watch_installed()
        await fill_the_disk(person)
        await evict_core(person)
        await person.press("2")
        problems = person.app.screen.query_one(FindingList)
        await person.until(lambda: problems.chosen and problems.chosen.id == "HW-039")
        await person.until(lambda: len(problems.text.split("HW-0")) == 3)
        for _ in range(20):  # through the first one, which is longer than the pane
            await person.press("down")
        await person.until(lambda: problems.chosen and problems.chosen.id == "HW-040")
        await person.press("a")
        await person.until_seen("Grow to")
        await person.press("escape", "2", *["up"] * 20)
        await person.until(lambda: problems.chosen and problems.chosen.id == "HW-039")
        await person.press("a")
        await person.until_seen("Delete the Pod harbor/harbor-core")


async def test_an_object_is_shown_without_secrets_and_searched() -> None:
    async with guided() as person:
        await person.watch_installed()
        stage = await behind(person)
        core = stage.store.get(CORE)
        assert core is not None
        (container,) = core["spec"]["template"]["spec"]["containers"]
        container["env"] = [{"name": "CORE_SECRET", "value": "not-to-be-seen"}]
        stage.store.put(core)
        await person.press("home", *["down"] * 7)
        await person.until(lambda: person.app.screen.query_one(WatchPanes).part == "core")
        await person.press("d")
        await person.until_seen("Which object?", "Deployment harbor/harbor-core")
        await person.press("enter")
        await person.until_seen("Deployment harbor/harbor-core", "apiVersion: apps/v1")
        await person.press("slash", *"CORE_SECRET", "enter")
        await person.until_seen("1 of 1 lines with 'CORE_SECRET'", "value: '[hidden-")
        await person.press("c")
        assert "not-to-be-seen" not in person.app.clipboard
        assert "name: CORE_SECRET" in person.app.clipboard
        await person.press("slash", *"zzz", "enter")
        await person.until_seen("nothing has")


async def test_a_support_bundle_is_shown_before_it_is_written(tmp_path: Path) -> None:
    file = tmp_path / "b.tgz"
    async with guided(size=(140, 45)) as person:
        await person.watch_installed()

        async def ask() -> None:
            await person.press("b")
            await person.until_seen("Write to", "harbor-support.tgz")
            await person.press("ctrl+u", *str(file), "enter")
            await person.until_seen(f"Write this to {file}?", "manifest.json")

        await ask()
        await person.press("escape")
        await person.until(lambda: "Nothing was written." in person.told)
        assert not await asyncio.to_thread(file.exists)
        await ask()
        await person.press("tab", "enter")
        await person.until(lambda: f"Support bundle {file}" in person.told)
    opened = open_bundle(file)
    assert opened.target["release"] == "harbor"
    assert opened.view.get(CORE), "and it holds what was seen"


async def test_k9s_is_named_where_it_is_and_told_where_it_cannot_have_the_terminal() -> None:
    async with guided("healthy", (140, 45)) as person:
        opened: list[Ref] = []
        await person.watch_installed()
        assert not person.sees("k9s")
        await person.press("k", "escape")
        ways = replace(person.app.ways, opener=lambda: lambda _, ref: opened.append(ref))
        person.app.ways = ways
        person.watch()
        await person.until_seen("live", "k k9s")
        await person.press("home", *["down"] * 7)
        await person.until(lambda: person.app.screen.query_one(WatchPanes).part == "core")
        await person.press("k")
        await person.until_seen("Which object?", "Deployment harbor/harbor-core")
        await person.press("enter")
        await person.until(lambda: "cannot be left to another program" in person.told)
        assert opened == [], "here the screens are on no terminal"


async def test_a_realm_elsewhere_is_told_and_shown_and_is_nothing_for_k9s() -> None:
    async with guided("healthy", (140, 45)) as person:
        opened: list[Ref] = []
        await person.install()
        await person.until_seen("First login")
        (await behind(person)).harbor.external_url = "https://core.harbor.domain"
        ways = replace(person.app.ways, opener=lambda: lambda _, ref: opened.append(ref))
        person.app.ways = ways
        person.watch()
        await person.until_seen("1 cause", "URL from here", "https://harbor.example.com")
        await person.until_seen("Token realm", "Docker login is sent to another address")
        await person.press("2")
        problems = person.app.screen.query_one(FindingList)
        await person.until(lambda: problems.chosen and problems.chosen.id == "HW-018")
        await person.press("k")
        await person.until(lambda: "k9s shows objects of Kubernetes alone" in person.told)
        assert opened == []
        await person.press("d")
        await person.until_seen("Realm https://core.harbor.domain/service/token", "kind: Realm")
