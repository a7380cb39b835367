"""What is told of answers on the desk that are not complete yet."""

from pathlib import Path
from typing import Any

from textual.widgets import Select

from screens.models.desk import Desk
from tests.screens.editing_app import EditingApp, running, until
from wizard.answers.draft import Draft

RUN_BY_OTHERS = {"kind": "existing", "address": "https://vault.corp:8200"}
LOGIN = "pki.authority.server.auth"


def told(authority: Any) -> list[str]:
    """The paths of what is wrong with a self-signed certificate's authority."""
    data = {"schemaVersion": 1, "name": "test", "harbor": {"url": "https://harbor.example.com"}}
    desk = Desk(Draft({**data, "pki": {"kind": "self-signed", "authority": authority}}))
    return [one.path for one in desk.problems if one.path.startswith("pki")]


def test_a_seal_that_a_vault_installed_here_lacks_is_refused_where_it_is_chosen() -> None:
    seal = {"kind": "static", "key": {"generate": True}}
    server = {"kind": "deploy", "unseal": seal}
    assert told({"kind": "vault", "server": server}) == ["pki.authority.server.unseal.kind"]
    assert told({"kind": "vault"}) == []


def test_a_server_that_others_run_is_not_taken_for_one_installed_here() -> None:
    assert told({"kind": "vault", "server": RUN_BY_OTHERS}) == [LOGIN]


async def test_a_kind_that_is_taken_back_is_only_missing(tmp_path: Path) -> None:
    login = {"kind": "kubernetes", "role": "harbor"}
    authority = {"kind": "vault", "server": {**RUN_BY_OTHERS, "auth": login}}
    app = EditingApp(tmp_path, {"pki": {"kind": "self-signed", "authority": authority}}, LOGIN)
    async with running(app) as pilot:
        app.query_one(Select).clear()
        await until(pilot, lambda: app.desk.draft.get(LOGIN) is None)
    (problem,) = [one for one in app.desk.problems if one.path.startswith(LOGIN)]
    assert app.desk.missing(problem)
