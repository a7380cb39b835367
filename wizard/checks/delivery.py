"""What installs Harbor: the Helm program and the chart package."""

from wizard.charts.overrides import unknown
from wizard.charts.package import values_text
from wizard.checks.base import Check, Outcome, Subject
from wizard.errors import WizardError
from wizard.ports import World


async def helm(world: World, subject: Subject) -> Outcome:
    """Whether there is a Helm that the wizard can drive."""
    try:
        version = await world.charts.version()
    except WizardError as error:
        return _failed(error)
    return Outcome("ok", f"Helm {version} is there.")


async def chart(world: World, subject: Subject) -> Outcome:
    """Whether the chart package is there, and is the one that it should be."""
    package = subject.chart
    if package is None:
        return await _missing(world, subject, "The chart package could not be had")
    fact = f"{package.path.name}, SHA-256 {package.digest[:12]}…"
    if package.vouched_by:
        return Outcome("ok", f"{fact}, as {package.vouched_by} knows it.")
    return Outcome(
        "warn",
        f"{fact}, which nothing vouches for.",
        "This wizard was not tested with that chart, and no SHA256SUMS beside it names it.",
        "Compare the digest with the one that its project publishes, and put it into a file "
        "SHA256SUMS beside the package; or choose a tested version in `versions.harbor`.",
    )


async def rendering(world: World, subject: Subject) -> Outcome:
    """Whether the chart can be rendered with the values that the answers give."""
    if subject.manifest:
        return Outcome("ok", f"The chart renders to {len(subject.manifest)} objects.")
    if subject.chart is None:
        return Outcome("skipped", "The chart package could not be had.")
    return await _missing(world, subject, "The chart could not be rendered")


async def values(world: World, subject: Subject) -> Outcome:
    """Whether the chart knows every value that `harbor.values` sets."""
    if subject.chart is None:
        return Outcome("skipped", "The chart package could not be had.")
    strange = unknown(subject.preset.harbor.values, values_text(subject.chart))
    if not strange:
        return Outcome("ok", "The chart knows every value in harbor.values.")
    return Outcome(
        "warn",
        f"The chart does not know {', '.join(one.path for one in strange)}.",
        "Helm ignores values that a chart does not know, without a word.",
        "; ".join(f"{one.path}: {one.fix}" for one in strange),
    )


async def _missing(world: World, subject: Subject, what: str) -> Outcome:
    """Why something could not be had; that there is no Helm is told by its own check alone."""
    try:
        await world.charts.version()
    except WizardError:
        return Outcome("skipped", "There is no Helm to ask.")
    return _failed(subject.problem or WizardError(what))


def _failed(error: WizardError) -> Outcome:
    where = f" ({error.where})" if error.where else ""
    return Outcome("fail", f"{error.what}{where}", error.why, error.fix)


CHECKS = (
    Check("delivery.helm", "Helm", (), helm, offline=True),
    Check(
        "delivery.chart",
        "Chart package",
        ("delivery.charts", "versions.harbor"),
        chart,
        charted=True,
        offline=True,
    ),
    Check(
        "delivery.rendering",
        "Chart renders",
        ("delivery", "versions.harbor", "storage", "pki", "harbor"),
        rendering,
        charted=True,
        offline=True,
    ),
    Check(
        "delivery.values",
        "Chart values",
        ("harbor.values", "versions.harbor"),
        values,
        applies=lambda preset: bool(preset.harbor.values),
        charted=True,
        offline=True,
    ),
)
