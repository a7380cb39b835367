"""Secrets that are made once and kept, and secrets that are copied."""

import base64
import re
from dataclasses import replace
from pathlib import Path

import bcrypt
import pytest

from backends.simulated.faults import Fault
from backends.simulated.world import SimulatedWorld
from tests.unit.steps.conftest import Heard, inputs_for
from wizard.errors import CheckFailed, Conflict, SecretMissing, UsageError
from wizard.ports import Object
from wizard.steps.base import Step
from wizard.steps.harbor import copy_secrets, keep_secrets
from wizard.steps.inputs import Inputs


async def done(step: Step, world: SimulatedWorld) -> list[str]:
    """Carry out a step; the names of what it changed."""
    changes = await step.check(world)
    await step.apply(world, changes, Heard())
    return [f"{change.action} {change.ref.name}" for change in changes]


async def entries(inputs: Inputs, world: SimulatedWorld, name: str) -> dict[str, str]:
    return {key: value.decode() for key, value in (await inputs.entries(world, name)).items()}


async def test_every_secret_that_the_chart_would_make_up_is_made_once(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    inputs = inputs_for(world, tmp_path)
    step = keep_secrets(inputs)

    first, second = await done(step, world), await done(step, world)

    assert first == [f"create {ref.name}" for ref in step.makes]
    assert len(first) == 9
    assert second == []


async def test_lengths_and_keys_are_what_harbor_expects(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    inputs = inputs_for(world, tmp_path)
    await done(keep_secrets(inputs), world)
    names = inputs.names

    csrf = (await entries(inputs, world, names.xsrf))["CSRF_KEY"]
    key = (await entries(inputs, world, names.encryption))["secretKey"]
    admin = (await entries(inputs, world, names.admin))["HARBOR_ADMIN_PASSWORD"]
    login = await entries(inputs, world, names.registry_login)
    user, _, hashed = login["REGISTRY_HTPASSWD"].partition(":")

    assert (len(csrf), len(key), user) == (32, 16, "harbor_registry_user")
    assert bcrypt.checkpw(login["REGISTRY_PASSWD"].encode(), hashed.encode())
    assert 8 <= len(admin) <= 128
    assert all(re.search(group, admin) for group in ("[a-z]", "[A-Z]", "[0-9]"))
    assert (
        "RSA"
        in world.certificates.read((await inputs.entries(world, names.token))["tls.crt"])[0].key
    )


async def test_a_given_password_is_kept_and_told_to_be_concealed(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    concealed: list[str] = []
    inputs = inputs_for(
        world,
        tmp_path,
        harbor={"adminPassword": {"env": "ADMIN"}},
        secrets={"harbor.adminPassword": "Given-Pass-1"},
    )
    inputs = Inputs(inputs.preset, inputs.packages, inputs.secrets, concealed.append)
    await done(keep_secrets(inputs), world)

    kept = await entries(inputs, world, inputs.names.admin)

    assert kept == {"HARBOR_ADMIN_PASSWORD": "Given-Pass-1"}
    assert "Given-Pass-1" in concealed
    assert (await entries(inputs, world, inputs.names.xsrf))["CSRF_KEY"] in concealed


async def test_another_value_later_is_refused_without_showing_either(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    given = {"harbor": {"adminPassword": {"env": "ADMIN"}}}
    before = inputs_for(world, tmp_path, secrets={"harbor.adminPassword": "Before-1234"}, **given)
    await done(keep_secrets(before), world)
    after = inputs_for(world, tmp_path, secrets={"harbor.adminPassword": "After-12345"}, **given)

    with pytest.raises(CheckFailed, match="not the value that Harbor was installed with") as error:
        await keep_secrets(after).check(world)

    assert "Before-1234" not in str(error.value)
    assert "After-12345" not in str(error.value)


async def test_a_secret_that_lost_its_entry_is_not_made_anew(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    inputs = inputs_for(world, tmp_path)
    await world.objects.apply(inputs.secret_object(inputs.names.encryption, {"other": b"x"}))

    with pytest.raises(CheckFailed, match="has no entry `secretKey`"):
        await keep_secrets(inputs).check(world)


async def test_every_entry_of_a_kept_secret_has_to_be_there(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    inputs = inputs_for(world, tmp_path)
    half = inputs.secret_object(inputs.names.registry_login, {"REGISTRY_PASSWD": b"theirs"})
    await world.objects.apply(half)

    with pytest.raises(CheckFailed, match="has no entry `REGISTRY_HTPASSWD`"):
        await keep_secrets(inputs).check(world)


async def test_an_entry_that_is_no_text_is_named(world: SimulatedWorld, tmp_path: Path) -> None:
    inputs = inputs_for(world, tmp_path)
    await world.objects.apply(inputs.secret_object(inputs.names.core, {"secret": b"\xff\xfe"}))

    with pytest.raises(CheckFailed, match="entry `secret` of the Secret harbor/harbor-core-secret"):
        await keep_secrets(inputs).check(world)


async def test_a_reference_to_what_is_no_text_is_named(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    source = {"secret": {"name": "odd", "key": "config"}}
    inputs = inputs_for(world, tmp_path, delivery={"pullSecret": source})
    await world.objects.apply(inputs.secret_object("odd", {"config": b"\xff\xfe"}))
    step = copy_secrets(inputs)
    assert step is not None

    with pytest.raises(CheckFailed, match="entry `config` of the Secret harbor/odd is no text"):
        await step.check(world)


async def test_what_is_read_from_a_secret_is_concealed_but_for_certificates(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    concealed: list[str] = []
    inputs = replace(inputs_for(world, tmp_path), conceal=concealed.append)
    entries = {"tls.crt": b"public", "ca.crt": b"public", "tls.key": b"private", "odd": b"\xff"}
    await world.objects.apply(inputs.secret_object("some", entries))

    await inputs.entries(world, "some")

    assert concealed == ["private"]


async def test_a_namespace_that_is_being_deleted_is_told_as_that(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    step = keep_secrets(inputs_for(world, tmp_path))
    changes = await step.check(world)
    deleted = Fault(lambda: Conflict("The namespace is being deleted"), verb="create", times=99)
    world.stage.faults.add(deleted)

    with pytest.raises(Conflict, match="namespace is being deleted"):
        await step.apply(world, changes, Heard())


async def test_a_secret_key_of_another_length_is_refused(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    place = {"secret": {"namespace": "other", "name": "key", "key": "k"}}
    for obj in (_namespace("other"), _secret("other", "key", k="too short")):
        await world.objects.create(obj)
    step = keep_secrets(inputs_for(world, tmp_path, harbor={"secretKey": place}))
    changes = await step.check(world)

    with pytest.raises(UsageError, match="has 9 characters"):
        await step.apply(world, changes, Heard())


async def test_made_by_somebody_else_in_between_it_is_read(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    inputs = inputs_for(world, tmp_path)
    step = keep_secrets(inputs)
    changes = await step.check(world)
    await world.objects.apply(
        inputs.secret_object(inputs.names.core, {"secret": b"theirs-16-chars!"})
    )

    await step.apply(world, changes, Heard())

    assert await entries(inputs, world, inputs.names.core) == {"secret": "theirs-16-chars!"}


async def test_a_secret_in_the_target_namespace_is_used_in_place(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    place = {"secret": {"name": "mine", "key": "admin"}}
    inputs = inputs_for(world, tmp_path, harbor={"adminPassword": place})

    assert inputs.names.admin not in [ref.name for ref in keep_secrets(inputs).makes]


async def test_logins_follow_what_they_are_copied_from(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    await world.objects.create(_namespace("vault"))
    await world.objects.create(_secret("vault", "registry", config="{}"))
    source = {"secret": {"namespace": "vault", "name": "registry", "key": "config"}}
    inputs = inputs_for(world, tmp_path, delivery={"pullSecret": source})
    step = copy_secrets(inputs)
    assert step is not None

    first = await done(step, world)
    await world.objects.apply(_secret("vault", "registry", config='{"auths":{}}'), force=True)
    second, third = await done(step, world), await done(step, world)

    assert (first, second, third) == (["create harbor-pull"], ["update harbor-pull"], [])
    kept = await entries(inputs, world, inputs.names.pull)
    assert kept == {".dockerconfigjson": '{"auths":{}}'}


async def test_a_reference_that_leads_nowhere_says_so(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    source = {"secret": {"name": "gone", "key": "config"}}
    step = copy_secrets(inputs_for(world, tmp_path, delivery={"pullSecret": source}))
    assert step is not None

    with pytest.raises(SecretMissing, match="Secret harbor/gone has no entry `config`"):
        await step.check(world)


def _namespace(name: str) -> Object:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def _secret(namespace: str, name: str, **entries: str) -> Object:
    data = {key: base64.b64encode(value.encode()).decode() for key, value in entries.items()}
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data}
