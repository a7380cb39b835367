"""Verification: whether the running registry works, asked of Harbor itself. Writes nothing."""

from collections.abc import Awaitable, Callable
from functools import partial

from wizard.charts.references import admin_password
from wizard.checks.base import Check, Outcome, Subject
from wizard.checks.published import endpoint_of, published_authority
from wizard.errors import Unauthorized, WizardError
from wizard.ports import World
from wizard.steps.core import core_endpoint
from wizard.steps.inputs import Inputs

Verify = Callable[[World, Inputs], Awaitable[Outcome]]

ADMIN = "admin"


async def health(world: World, inputs: Inputs) -> Outcome:
    """Whether every component is healthy, as Harbor says through a port-forward."""
    async with core_endpoint(world, inputs) as endpoint:
        components = await world.harbor.health(endpoint)
    bad = [f"{one.name} {one.error}".rstrip() for one in components if not one.healthy]
    if bad:
        return Outcome(
            "fail",
            f"Not healthy: {'; '.join(bad)}.",
            "Pushing, pulling or scanning will fail.",
            "See `wizard troubleshoot --once`, and the logs of these components.",
        )
    return Outcome("ok", f"All {len(components)} components are healthy.")


async def login(world: World, inputs: Inputs) -> Outcome:
    """Whether the admin's first password opens Harbor, and which version it says it is."""
    place = admin_password(inputs.preset)
    password = await inputs.text(world, place.name, place.key)
    try:
        async with core_endpoint(world, inputs) as endpoint:
            version = await world.harbor.version(endpoint, ADMIN, password)
    except Unauthorized:
        return Outcome(
            "warn",
            f"Harbor refuses the password in the Secret {inputs.namespace}/{place.name}.",
            "It is the admin's first one, and may have been changed in Harbor since.",
            "Nothing, if you changed it; else reset it in Harbor.",
        )
    wanted = inputs.preset.versions.harbor
    if not version.startswith(f"v{wanted}"):
        return Outcome(
            "fail",
            f"Harbor says it is {version}; the preset asks for {wanted}.",
            "Some pods may still run the former images.",
            "Run `wizard --preset FILE` again.",
        )
    return Outcome("ok", f"{ADMIN} can log in; Harbor is {version}.")


async def address(world: World, inputs: Inputs) -> Outcome:
    """Whether Harbor answers at its URL, with a certificate that its authority vouches for."""
    harbor = inputs.preset.harbor
    authority = await published_authority(world, inputs.preset)
    if harbor.resolve is None and not await world.resolver.addresses(harbor.host):
        return Outcome(
            "warn",
            f"{harbor.host} has no address, as seen from here.",
            "Clients reach Harbor by this name only.",
            "Add a DNS record for it; until then set harbor.resolve to the address to connect to.",
        )
    await world.harbor.health(endpoint_of(inputs.preset, authority))
    return Outcome("ok", f"Harbor answers at {harbor.url}.")


VERIFICATIONS: tuple[tuple[str, str, Verify], ...] = (
    ("verify.health", "Harbor is healthy", health),
    ("verify.login", "Login and version", login),
    ("verify.address", "Harbor's URL", address),
)
"""Id, title and question of everything that `wizard verify` asks."""


def verifications(inputs: Inputs) -> list[Check]:
    """What `wizard verify` asks of a preset's registry."""
    return [
        Check(id_, title, (), partial(_asked, question, inputs))
        for id_, title, question in VERIFICATIONS
    ]


async def _asked(question: Verify, inputs: Inputs, world: World, _: Subject) -> Outcome:
    """The outcome of a question; what cannot be had here does not work."""
    try:
        return await question(world, inputs)
    except WizardError as error:
        return Outcome("fail", error.what, error.why, error.fix)
