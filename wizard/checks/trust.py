"""Who can publish the root certificate."""

from wizard.answers.preset import Preset
from wizard.checks.base import Check, Outcome, Subject
from wizard.errors import KindUnknown
from wizard.ports import Right, World
from wizard.steps.trust import BUNDLE


async def trust_manager(world: World, subject: Subject) -> Outcome:
    """Whether a trust-manager is there that takes Bundles."""
    try:
        await world.objects.list(BUNDLE)
    except KindUnknown:
        return Outcome(
            "fail",
            "The API server serves no Bundles: trust-manager is not installed.",
            "It publishes the root certificate to pods.",
            "Install trust-manager (https://cert-manager.io/docs/trust/trust-manager/), or set "
            "trust.pods to none.",
        )
    return Outcome("ok", "trust-manager is installed.")


def _published(preset: Preset) -> bool:
    return preset.trust.pods == "trust-manager"


CHECKS = (
    Check(
        "trust.manager",
        "trust-manager",
        ("trust.pods",),
        trust_manager,
        applies=_published,
        rights=lambda _: [Right("list", BUNDLE.group, "bundles")],
    ),
)
