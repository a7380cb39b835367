"""What Helm's messages mean. It exits with 1 whatever happened (measured with 4.3.1)."""

import signal
from collections.abc import Sequence

from wizard.errors import HelmFailed

_SIGNS = (
    ("release: not found", "not-found"),
    ("getting credentials: exec", "unauthorized"),
    ("has asked for the client to provide credentials", "unauthorized"),
    ("cluster unreachable", "unreachable"),
    ("another operation", "pending"),
    ("invalid ownership metadata", "ownership"),
    ("conflict occurred while applying", "conflict"),
    ("is not a valid chart repository", "no-chart"),
    ("failed to fetch", "no-chart"),
    ("failed to perform", "no-chart"),
    ("gzip", "invalid-chart"),
    ("has been cancelled", "cancelled"),
    ("context canceled", "cancelled"),
    ("context deadline exceeded", "deadline"),
    ("connection refused", "unreachable"),
    ("connection reset", "unreachable"),
    ("connection lost", "unreachable"),
    ("i/o timeout", "unreachable"),
    ("tls handshake timeout", "unreachable"),
    ("unexpected eof", "unreachable"),
    ("no such host", "unreachable"),
    ("no route to host", "unreachable"),
    ("network is unreachable", "unreachable"),
    ("unable to handle the request", "unreachable"),
    ("too many requests", "unreachable"),
    ("in the time allotted", "unreachable"),
    ("an error on the server", "unreachable"),
    ("etcdserver:", "unreachable"),
    ("failed calling webhook", "other"),
    ("internal error occurred", "unreachable"),
    ("failed to delete release", "unreachable"),
    ("execution error at", "template"),
    ("failed to parse", "template"),
    ("yaml parse error on", "template"),
    ("not found in", "no-chart"),
    ("no such file or directory", "no-chart"),
    ('path "', "no-chart"),
    ("chart.yaml", "invalid-chart"),
    ("chart requires kubeversion", "invalid-chart"),
)
"""Parts of Helm's messages in lower case, the more telling ones first, and their meaning.

The API server's troubles come before the chart's, whose templates ask it (`lookup`). Why a
release cannot be deleted Helm does not say: only that it had found it before.
"""

_FIXES = {
    "unreachable": "check the API server's address in the kubeconfig, and the network to it",
    "unauthorized": "log in again as your cluster's provider describes, and give the same command "
    "again",
    "pending": "an earlier Helm run was killed; run the wizard again, its plan repairs the release",
    "ownership": "an object of this name belongs to someone else: remove it, or choose another "
    "release name or namespace",
    "conflict": "someone else changed fields of the release; `--allow take-fields` takes them back",
    "template": "see the values in the preset, above all `harbor.values`",
    "no-chart": "check `network.httpsProxy` and `network.caBundle`, or use charts from a folder: "
    "`delivery.charts: {kind: directory, path: …}`",
    "invalid-chart": "fetch the chart package again",
    "deadline": "see whether the API server answers; the same command goes on",
    "cancelled": "the same command goes on",
    "killed": "see who ends programs here (out of memory?) and give the same command again: it "
    "repairs what Helm left half done",
}


def failure(doing: str, errors: Sequence[str], stdout: str = "") -> HelmFailed:
    """The error for a failed Helm run, from its stderr; `doing` completes "Helm could not …"."""
    told = _message(errors)
    searched = f"{told}\n{stdout if 'has been cancelled' in stdout else ''}".lower()
    kind = next((kind for sign, kind in _SIGNS if sign in searched), "other")
    return HelmFailed(
        f"Helm could not {doing}", kind=kind, why=told[:2000], fix=_FIXES.get(kind, "")
    )


def too_slow(doing: str, deadline: float) -> HelmFailed:
    """The error for a Helm run that was stopped after `deadline` seconds."""
    return HelmFailed(
        f"Helm could not {doing}",
        kind="deadline",
        why=f"it had not finished after {deadline:.0f} s and was stopped",
        fix=_FIXES["deadline"],
    )


def killed(doing: str, number: int) -> HelmFailed:
    """The error for a Helm that a signal ended, which this process did not send."""
    name = next((one.name for one in signal.Signals if one == number), f"signal {number}")
    return HelmFailed(
        f"Helm could not {doing}",
        kind="killed",
        why=f"its process was ended by {name}",
        fix=_FIXES["killed"],
    )


def _message(errors: Sequence[str]) -> str:
    """Helm's own words: from its last line that begins with "Error:" on."""
    starts = [index for index, line in enumerate(errors) if line.startswith("Error:")]
    told = "\n".join(errors[starts[-1] :] if starts else errors[-5:])
    return told.removeprefix("Error:").strip() or "it did not say why"
