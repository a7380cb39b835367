"""Helm releases, by the labels of the Secrets in which Helm keeps their revisions."""

from collections.abc import Iterable
from datetime import timedelta

from wizard.diagnose.fields import created, labels
from wizard.diagnose.kinds import SECRET
from wizard.diagnose.rules.base import Layer, Match, Rule
from wizard.diagnose.view import View
from wizard.ports import Object

_LONGEST = timedelta(minutes=10)
"""No Helm works for longer unless it was told to: it waits for five minutes by default."""


def is_stuck(status: str) -> bool:
    """Whether a release of this status is in the middle of something; for ever, if Helm is dead."""
    return status.startswith("pending-") or status == "uninstalling"


def _version(secret: Object) -> int:
    told = labels(secret).get("version", "")
    return int(told) if told.isdecimal() else 0


def _pending(view: View) -> Iterable[Match]:
    newest: dict[str, Object] = {}
    for secret in sorted(view.all(SECRET), key=_version):
        if labels(secret).get("owner") == "helm":
            newest[labels(secret).get("name", "")] = secret
    for release, secret in newest.items():
        status = labels(secret).get("status", "")
        if is_stuck(status):
            yield Match(
                obj=secret,
                cause=f"Helm was stopped while it worked on the release {release}, which has been "
                f"{status} since; Helm refuses to touch it.",
                fix="See that no Helm works on it any more. The next run of the wizard repairs it; "
                "or forget that revision, as the run does, or go back with `helm rollback`.",
                evidence=(f"revision {labels(secret).get('version')} is {status}",),
                since=created(secret),
            )


RULES = (
    Rule(
        "HW-044", "A Helm release is in the middle of something", Layer.WORKLOAD, (SECRET,),
        _pending, quiet=_LONGEST, aside=True, offers="forget",
    ),
)  # fmt: skip
