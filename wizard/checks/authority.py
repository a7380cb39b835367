"""What somebody outside signs for the authority: its root, and the certificate once it is there."""

from wizard.answers.authority import OfflineSigner
from wizard.answers.preset import Preset
from wizard.checks.base import Check, Outcome, Subject
from wizard.errors import UsageError
from wizard.ports import World
from wizard.steps.vault.offline import judged_authority, request_file, signed_content
from wizard.steps.vault.reaching import existing_server, served_authority


async def signed_outside(world: World, subject: Subject) -> Outcome:
    """Whether the root can be used, and what was signed below it. Whether that belongs to the key
    in the server is seen when the plan is made.
    """
    authority, signer = served_authority(subject.preset), _signer(subject.preset)
    assert authority is not None
    assert signer is not None
    try:
        content = signed_content(signer)
        judged = judged_authority(world, subject.preset, signer, content)
    except UsageError as error:
        return Outcome(
            "fail",
            f"{error.where} cannot be read: {error.why}.",
            "The issuing certificate is signed outside, below this root.",
            "Correct pki.authority.issuing.signer; relative paths count from the preset's file.",
        )
    if bad := [one for one in judged.problems if one.level == "bad"]:
        return Outcome(
            "fail",
            " ".join(one.message for one in bad),
            f"It is about {signer.certificate if content else signer.root}.",
            " ".join(dict.fromkeys(one.fix for one in bad)),
        )
    own = judged.chain[0]
    if not content:
        return Outcome(
            "ok",
            f"Somebody has to sign below {own.subject}: the run saves a request as "
            f"{request_file(subject.preset, authority.issuing)} and, unless it was signed before, "
            f"ends with exit code 5 until the certificate is at {signer.certificate}.",
        )
    warned = [one for one in judged.problems if one.level == "warn"]
    return Outcome(
        "warn" if warned else "ok",
        f"{own.subject} is signed by {own.issuer} and ends on {own.not_after:%Y-%m-%d}.",
        " ".join(one.message for one in warned),
        " ".join(one.fix for one in warned),
    )


def _signer(preset: Preset) -> OfflineSigner | None:
    """Who signs outside; None: nobody has to."""
    authority, server = served_authority(preset), existing_server(preset)
    if authority is None or (server is not None and server.sign_path is not None):
        return None
    signer = authority.issuing.signer
    return signer if isinstance(signer, OfflineSigner) else None


CHECKS = (
    Check(
        "authority.outside",
        "Authority outside",
        ("pki.authority.issuing", "pki.certificate", "harbor.url"),
        signed_outside,
        applies=lambda preset: _signer(preset) is not None,
        offline=True,
    ),
)
