"""The stand-in for Harbor answers as Harbor's published API description says."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
import yaml

from backends.simulated.harbor_api import create_app
from backends.simulated.harbor_state import HarborState

DESCRIPTION = "harbor-2.15.2-swagger.yaml"
ADMIN = ("admin", "a password of the test")


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    """Harbor's API description."""
    default = Path(__file__).parents[2] / ".." / "shared" / "api"
    path = Path(os.environ.get("HARBOR_WIZARD_API") or default) / DESCRIPTION
    if not path.is_file():
        pytest.skip(f"no {DESCRIPTION}: set HARBOR_WIZARD_API to its folder")
    loaded: dict[str, Any] = yaml.load(path.read_text(), Loader=yaml.CSafeLoader)
    for definition in loaded["definitions"].values():
        if "properties" in definition:
            definition.setdefault("additionalProperties", False)
    return loaded


@pytest.fixture
def state() -> HarborState:
    return HarborState(admin_password=ADMIN[1])


@pytest.fixture
async def client(state: HarborState) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=create_app(state))
    async with httpx.AsyncClient(transport=transport, base_url="http://harbor.test") as client:
        yield client


def check(description: dict[str, Any], response: httpx.Response, path: str) -> None:
    """Hold an answer of the API against its description."""
    operation = description["paths"][path][response.request.method.lower()]
    told = operation["responses"][str(response.status_code)]
    if "$ref" in told:
        told = description["responses"][told["$ref"].rpartition("/")[2]]
    if "schema" not in told or response.request.method == "HEAD":
        return
    produced = operation.get("produces") or description["produces"]
    assert response.headers["content-type"].partition(";")[0] in produced
    body = response.text if "text/plain" in produced else response.json()
    schema = {"definitions": description["definitions"], "allOf": [told["schema"]]}
    jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker()).validate(body)


@pytest.mark.parametrize("login", [None, ADMIN, ("admin", "wrong")])
@pytest.mark.parametrize("path", ["/ping", "/health", "/systeminfo", "/users/current", "/projects"])
async def test_every_answer_is_as_described(
    description: dict[str, Any],
    client: httpx.AsyncClient,
    path: str,
    login: tuple[str, str] | None,
) -> None:
    response = await client.get(f"/api/v2.0{path}", auth=login)
    check(description, response, path)


@pytest.mark.parametrize(
    ("query", "status"),
    [({"project_name": "library"}, 200), ({"project_name": "absent"}, 404), ({}, 400)],
)
async def test_whether_a_project_exists(
    description: dict[str, Any], client: httpx.AsyncClient, query: dict[str, str], status: int
) -> None:
    response = await client.head("/api/v2.0/projects", params=query)
    assert response.status_code == status
    check(description, response, "/projects")


async def test_an_unhealthy_harbor_answers_200_and_names_what_ails_it(
    description: dict[str, Any], client: httpx.AsyncClient, state: HarborState
) -> None:
    state.problems["jobservice"] = "connection refused"
    response = await client.get("/api/v2.0/health")
    check(description, response, "/health")
    report = response.json()
    assert (response.status_code, report["status"]) == (200, "unhealthy")
    ailing = [one for one in report["components"] if one["status"] != "healthy"]
    assert ailing == [{"name": "jobservice", "status": "unhealthy", "error": "connection refused"}]


async def test_the_version_is_for_those_who_log_in(client: httpx.AsyncClient) -> None:
    anonymous = (await client.get("/api/v2.0/systeminfo")).json()
    known = (await client.get("/api/v2.0/systeminfo", auth=ADMIN)).json()
    assert "harbor_version" not in anonymous
    assert known["harbor_version"].startswith("v2.15.2-")


async def test_a_wrong_password_is_refused(client: httpx.AsyncClient) -> None:
    refused = await client.get("/api/v2.0/users/current", auth=("admin", "wrong"))
    assert refused.status_code == 401
    assert (await client.get("/api/v2.0/users/current", auth=ADMIN)).json()["sysadmin_flag"]


async def test_nobody_logs_in_before_there_is_a_password(
    client: httpx.AsyncClient, state: HarborState
) -> None:
    state.admin_password = ""
    assert (await client.get("/api/v2.0/users/current", auth=("admin", ""))).status_code == 401


async def test_a_session_cookie_sent_back_makes_writes_fail(client: httpx.AsyncClient) -> None:
    given = (await client.get("/api/v2.0/ping")).cookies["sid"]
    client.cookies.clear()
    without = await client.post("/api/v2.0/projects", auth=ADMIN)
    refused = await client.post(
        "/api/v2.0/projects", auth=ADMIN, cookies=None, headers={"Cookie": f"sid={given}"}
    )
    assert without.status_code == 404
    assert refused.status_code == 403
    assert refused.json()["errors"][0]["message"] == "CSRF token invalid"


async def test_the_registry_sends_clients_to_the_external_url_for_a_token(
    client: httpx.AsyncClient, state: HarborState
) -> None:
    state.external_url = "https://registry.example.com:8443"
    refused = await client.get("/v2/")
    assert refused.status_code == 401
    assert (
        refused.headers["www-authenticate"]
        == 'Bearer realm="https://registry.example.com:8443/service/token",'
        'service="harbor-registry"'
    )
    token = (await client.get("/service/token", auth=ADMIN)).json()["token"]
    allowed = await client.get("/v2/", headers={"Authorization": f"Bearer {token}"})
    assert allowed.status_code == 200
    wrong = await client.get("/service/token", auth=("admin", "wrong"))
    assert wrong.status_code == 401
