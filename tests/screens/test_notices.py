"""What a login program of the kubeconfig says is shown on the screen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.widgets._toast import Toast

from screens.application import WizardApp
from screens.ways import Ways
from wizard.answers.network import Network
from wizard.ports import World


@asynccontextmanager
async def nowhere(context: str | None, network: Network) -> AsyncIterator[World]:
    raise AssertionError("no cluster is asked")
    yield


async def test_lines_are_shown_as_they_are_and_secrets_in_them_hidden(tmp_path: Path) -> None:
    ways = Ways(nowhere, tuple, tmp_path)
    ways.notices("before the first screen")
    app = WizardApp(ways)
    async with app.run_test(notifications=True) as pilot:
        ways.notices("kubelogin: open [b]https://login.test[/b], token=abcdefgh12345678")
        await pilot.pause()
        shown = " ".join(str(toast.render()) for toast in app.screen.query(Toast))
    assert "before the first screen" in shown
    assert "open [b]https://login.test[/b]" in shown
    assert "abcdefgh12345678" not in shown
