"""What the commands do that only look: verify, troubleshoot, rbac."""

from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from wizard.answers.preset import Preset
from wizard.answers.profiles import effective
from wizard.checks.base import Subject
from wizard.checks.suite import ask, needed_rights
from wizard.checks.verification import verifications
from wizard.commands import Answers, packages_of
from wizard.errors import ExitCode
from wizard.live import reach, require_identity
from wizard.plan.graph import build_graph
from wizard.ports import Charts, World
from wizard.run.identity import identify
from wizard.run.rights import graph_rights, role_objects
from wizard.run.telling import RunTeller
from wizard.steps.inputs import Inputs
from wizard.steps.vault.policy import policy_of
from wizard.steps.vault.reaching import ACCOUNT
from wizard.voices import Voices


async def verify(world: World, answers: Answers, voices: Voices) -> ExitCode:
    """Test the running registry of a preset; FINDINGS where something does not work.

    Raises CheckFailed where nobody answers, or another cluster than the preset's.
    """
    preset = effective(answers.preset)
    await reach(world)
    await require_identity(world, preset.target)
    teller = RunTeller("", voices.report.event, voices.redactor)
    with TemporaryDirectory(prefix="harbor-wizard-charts-") as folder:
        packages = packages_of(preset, world.charts, Path(folder))
        inputs = Inputs(preset, packages, conceal=voices.redactor.conceal)
        results = []
        for check in verifications(inputs):
            results.append(await ask(check, world, Subject(preset)))
            teller.check(results[-1])
    voices.report.checks(preset.name, await identify(world, preset.target), results)
    failed = any(result.outcome.state == "fail" for result in results)
    return ExitCode.FINDINGS if failed else ExitCode.DONE


def _policy_lines(preset: Preset) -> list[str]:
    """The policy that the wizard's login needs in a Vault that exists, as comments."""
    policy = policy_of(preset)
    if not policy:
        return []
    head = "# In Vault or OpenBao, the wizard's login needs this policy:"
    return ["#", head, *(f"#   {line}".rstrip() for line in policy.splitlines())]


async def print_role(charts: Charts, answers: Answers, voices: Voices) -> ExitCode:
    """Print the least role for a preset, with all that it is bound to."""
    preset = effective(answers.preset)
    target = preset.target
    with TemporaryDirectory(prefix="harbor-wizard-charts-") as folder:
        inputs = Inputs(preset, packages_of(preset, charts, Path(folder)))
        needed = await graph_rights(build_graph(inputs), charts, target)
    needed = [*needed, *needed_rights(preset)]
    objects = role_objects(needed, target)
    reasons = sorted({f"# {one.right}: {one.reason}" for one in needed})
    head = [
        f"# The least role that the preset {preset.name} needs; apply it as an administrator,",
        f"# then let the wizard use the ServiceAccount {target.namespace}/{ACCOUNT}.",
        *reasons,
        *_policy_lines(preset),
    ]
    lines = [*head, "---", *yaml.safe_dump_all(objects, sort_keys=False).splitlines()]
    document = {"apiVersion": "v1", "kind": "List", "items": objects}
    voices.report.data(document, lambda _: lines)
    return ExitCode.DONE
