"""A Vault or an OpenBao beside Harbor, by what its readiness probe prints: its `status`."""

import re
from collections.abc import Iterable

from wizard.diagnose.fields import first_seen, holds, last_seen, status
from wizard.diagnose.kinds import EVENT, POD
from wizard.diagnose.rules.base import Layer, Match, Rule
from wizard.diagnose.rules.evidence import event_line
from wizard.diagnose.view import View

_SEALED = re.compile(r"\bSealed\s+true\b")
_NEW = re.compile(r"\bInitialized\s+false\b")


def _sealed(view: View) -> Iterable[Match]:
    for pod in view.unsettled_pods:
        if status(pod).get("phase") != "Running" or holds(pod, "Ready"):
            continue
        told = [e for e in view.warnings(pod) if _SEALED.search(e.get("message") or "")]
        if not told:
            continue
        new = _NEW.search(told[-1].get("message") or "")
        yield Match(
            obj=pod,
            cause="It was never initialised, so it has no key yet and is not ready."
            if new
            else "It runs, but is sealed: every start locks what it stores, and it is not ready "
            "until its key shares are given, or its own seal reaches its key.",
            fix="Let the run that installs it initialise it; one of your own: `bao operator init` "
            "or `vault operator init`."
            if new
            else "Unseal it (`wizard unseal --preset FILE` for one that the wizard installed, else "
            "`bao operator unseal` or `vault operator unseal`). Nothing has to be restarted.",
            evidence=(event_line(told[-1]),),
            since=first_seen(told[0]),
            seen=last_seen(told[-1]),
        )


RULES = (
    Rule(
        "HW-036", "Vault is not ready because it is sealed", Layer.DEPENDENCY, (POD, EVENT),
        _sealed,
    ),
)  # fmt: skip
