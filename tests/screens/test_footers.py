"""Every key in the footer of every screen does something that a person can see."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from tests.screens.guided import Guided, guided
from tests.screens.screen_text import screen_lines


async def at_start(person: Guided) -> None:
    await person.until_seen("Helm     ✓")


async def on_a_page(person: Guided) -> None:
    person.app.go("harbor")
    await person.until_seen("How do people reach Harbor", "as seen from here")


async def on_review(person: Guided) -> None:
    person.app.go("review")
    await person.until_seen("Ready to install", "Enter begins")


async def on_install(person: Guided) -> None:
    await person.install()
    await person.until_seen("probe failing")


async def on_a_failure(person: Guided) -> None:
    await person.install()
    await person.until_seen("r Retry")


async def on_done(person: Guided) -> None:
    await person.install()
    await person.until_seen("First login")


async def on_the_live_view(person: Guided) -> None:
    person.app.ways = replace(person.app.ways, opener=lambda: lambda *_: None)  # k9s is there
    await person.watch_installed()


PLACES: dict[str, tuple[str, Callable[[Guided], object]]] = {
    "start": ("healthy", at_start),
    "page": ("healthy", on_a_page),
    "review": ("healthy", on_review),
    "install": ("slow", on_install),
    "failure": ("image-pull", on_a_failure),
    "done": ("healthy", on_done),
    "troubleshoot": ("healthy", on_the_live_view),
}


def seen(person: Guided) -> tuple[object, ...]:
    """All that a person would notice."""
    app = person.app
    return (
        tuple(screen_lines(app)),
        app.clipboard,
        len(app._notifications),
        app._exit,
    )


def differs(person: Guided, before: object) -> bool:
    """Whether a person would notice a change."""
    return seen(person) != before


def footer(person: Guided) -> list[str]:
    """The keys in the footer."""
    bindings = person.app.screen.active_bindings.values()
    return [one.binding.key for one in bindings if one.enabled and one.binding.show]


@pytest.mark.parametrize("place", PLACES)
async def test_every_key_in_the_footer_does_something(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario, reach = PLACES[place]
    async with guided(scenario) as person:
        await reach(person)  # type: ignore[misc]
        keys = footer(person)
    assert "f1" in keys
    for key in keys:
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / f"state-{key}"))
        async with guided(scenario) as person:
            await reach(person)  # type: ignore[misc]
            before = seen(person)
            changed = partial(differs, person, before)
            # What a key does may be over soon: to look again tells the same as before.
            await asyncio.gather(person.until(changed), person.press(key))
