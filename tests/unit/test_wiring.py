"""The contexts that a command may choose from."""

from pathlib import Path

import pytest

from tests.unit.backends.test_kubeconfig import config, write
from wizard.answers.network import Network
from wizard.errors import UsageError
from wizard.wiring import Site, contexts, open_world


def test_the_contexts_of_a_kubeconfig(tmp_path: Path) -> None:
    path = write(tmp_path / "config", config("one", "two", current="two"))
    assert [(one.name, one.current) for one in contexts(Site(path))] == [
        ("one", False),
        ("two", True),
    ]


def test_a_broken_kubeconfig_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no map"):
        contexts(Site(write(tmp_path / "config", ["one"])))


async def test_the_context_of_the_simulated_cluster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    site = Site(scenario="healthy")
    [only] = contexts(site)
    async with open_world(site, Network()) as world:
        server = await world.access.server()
    assert (only.name, only.url, only.user) == (server.context, server.url, server.user)
    with pytest.raises(UsageError, match="no scenario"):
        contexts(Site(scenario="none"))
