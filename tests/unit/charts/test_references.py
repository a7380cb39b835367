"""Which secrets are used in place, and which the wizard keeps itself."""

from typing import Any

import pytest

from tests.unit.charts.conftest import Render, preset_of
from tests.unit.charts.objects import containers
from wizard.charts.names import Names
from wizard.charts.references import (
    Reference,
    admin_password,
    database_password,
    encryption_key,
    redis_password,
)


def secret(key: str, **more: str) -> dict[str, Any]:
    return {"secret": {"name": "mine", "key": key, **more}}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"generate": True}, Reference("harbor-admin-password", "HARBOR_ADMIN_PASSWORD", own=True)),
        ({"env": "PW"}, Reference("harbor-admin-password", "HARBOR_ADMIN_PASSWORD", own=True)),
        (secret("pw"), Reference("mine", "pw", own=False)),
        (secret("pw", namespace="harbor"), Reference("mine", "pw", own=False)),
        (
            secret("pw", namespace="elsewhere"),
            Reference("harbor-admin-password", "HARBOR_ADMIN_PASSWORD", own=True),
        ),
    ],
)
def test_admin_password_is_used_in_place_whatever_its_key(
    answer: dict[str, Any], expected: Reference
) -> None:
    assert admin_password(preset_of({"adminPassword": answer})) == expected


async def test_the_chart_reads_the_admin_password_where_it_is(render: Render) -> None:
    objects = await render(preset_of({"adminPassword": secret("pw")}))
    (core,) = [one for one in containers(objects) if one["name"] == "core"]
    (variable,) = [one for one in core["env"] if one["name"] == "HARBOR_ADMIN_PASSWORD"]
    assert variable["valueFrom"] == {"secretKeyRef": {"name": "mine", "key": "pw"}}


def test_other_secrets_are_used_in_place_only_under_the_key_that_the_chart_reads() -> None:
    assert not encryption_key(preset_of({"secretKey": secret("secretKey")})).own
    assert encryption_key(preset_of({"secretKey": secret("other")})).own
    database = {"kind": "external", "host": "pg", "username": "u"}
    assert not database_password(
        preset_of({"database": {**database, "password": secret("password")}})
    ).own
    assert database_password(preset_of({"database": {**database, "password": secret("pw")}})).own


def test_a_redis_user_needs_a_secret_with_both() -> None:
    redis = {"kind": "external", "addresses": ["redis:6379"], "password": secret("REDIS_PASSWORD")}
    in_place = redis_password(preset_of({"redis": redis}))
    assert in_place == Reference("mine", "REDIS_PASSWORD", own=False)
    with_user = redis_password(preset_of({"redis": {**redis, "username": "harbor"}}))
    assert with_user == Reference("harbor-external-redis", "REDIS_PASSWORD", own=True)
    without = {"kind": "external", "addresses": ["redis:6379"]}
    assert redis_password(preset_of({"redis": without})) is None


@pytest.mark.parametrize(
    ("release", "full"),
    [
        ("harbor", "harbor"),
        ("my-harbor-2", "my-harbor-2"),
        ("registry", "registry-harbor"),
        ("x" * 53, f"{'x' * 53}-harbor"),
    ],
)
async def test_names_begin_as_the_charts_do(render: Render, release: str, full: str) -> None:
    assert Names(release).fullname == full
    objects = await render(preset_of(target={"release": release}))
    services = {one["metadata"]["name"] for one in objects if one["kind"] == "Service"}
    assert Names(release).component("core") in services
