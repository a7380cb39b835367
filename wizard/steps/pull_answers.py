"""What one pull from Harbor says of a node's trust, as the kubelet tells it.

The image does not exist: a registry that says so was asked over TLS, so the node trusts it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from wizard.diagnose.fields import containers, one_line, spec, uid
from wizard.diagnose.kinds import EVENT
from wizard.diagnose.rules.images import PullFailure, pull_failures
from wizard.diagnose.view import View
from wizard.diagnose.waiting import pod_reason
from wizard.ports import Object, Ref
from wizard.text import first_of

Verdict = Literal["trusts", "refuses", "unreached", "unclear", "unheard"]

UNKNOWN_AUTHORITY = "signed by unknown authority"
"""What is said of a certificate whose root is not known; of others, what else is wrong."""

_MEANING: Mapping[str, Verdict] = {
    "denied": "trusts",
    "missing": "trusts",
    "rate": "trusts",
    "untrusted": "refuses",
    "unreachable": "unreached",
}
"""What the signs of a failed pull mean; with any other, its pull says nothing of trust."""
_WORDS: Mapping[Verdict, str] = {
    "trusts": "trusts {host}, as a pull showed",
    "refuses": "refuses the certificate of {host}: {told}",
    "unreached": "does not reach {host}: {told}",
    "unclear": "its pull from {host} says nothing of trust: {told}",
    "unheard": "no pull from {host} was seen there: {told}",
}
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of one node. `told` are the words of its container runtime or scheduler."""

    node: str
    verdict: Verdict
    told: str = ""
    final: bool = False
    """Whether waiting longer changes nothing. A refusal may come of an entry that was just made
    and still serves another certificate, so it counts once the kubelet has tried again.
    """

    def line(self, host: str) -> str:
        """The node's state, for people."""
        return f"node {self.node}: {_WORDS[self.verdict].format(host=host, told=self.told)}"


def pull_answers(view: View, puller: Ref, image: str, nodes: Iterable[str]) -> list[Answer]:
    """The answers of these nodes, in the order of their names; `puller` is the DaemonSet whose
    pods pull the image.
    """
    owner = view.get(puller)
    pods = view.pods_of(owner) if owner else ()
    failures = {uid(one.pod): one for one in pull_failures(view) if one.image == image}
    heard: dict[str, Answer] = {}
    for pod in pods:
        if node := spec(pod).get("nodeName"):
            heard[node] = _answer(view, node, pod, image, failures.get(uid(pod)))
    why = _unplaced(view, owner, pods)
    return [heard.get(node) or Answer(node, "unheard", why) for node in sorted(nodes)]


def _answer(view: View, node: str, pod: Object, image: str, failure: PullFailure | None) -> Answer:
    """What a pod says; containers that others put into it say nothing of Harbor."""
    ours = [state for declared, state in containers(pod) if declared["image"] == image]
    if not ours:
        changed = f"{image} is no image of its pod there: something in the cluster changes pods"
        return Answer(node, "unclear", changed, final=True)
    if failure is None:
        if any({"running", "terminated"} & state.get("state", {}).keys() for state in ours):
            return Answer(node, "trusts", final=True)  # somebody put an image there
        return Answer(node, "unheard", pod_reason(view, pod))
    named = failure.told.startswith("InvalidImageName")  # not even asked for
    verdict = "unclear" if named else _MEANING.get(failure.sign, "unclear")
    told = failure.told.rpartition('": ')[2]  # what stands behind the address that was asked
    again = failure.tries > 1 or EVENT in view.not_checked
    return Answer(node, verdict, told, final=verdict == "trusts" or again)


def _unplaced(view: View, owner: Object | None, pods: Sequence[Object]) -> str:
    """Why a node has no pod, as far as it is told."""
    told = [pod_reason(view, pod) for pod in pods if not spec(pod).get("nodeName")]
    if owner:
        refused = [one for one in view.warnings(owner) if one.get("reason") == "FailedCreate"]
        told += [one_line(one.get("message")) for one in refused[-1:]]
    return "; ".join(dict.fromkeys(told)) or "there is no pod yet"


def named(answers: Sequence[Answer]) -> str:
    """The nodes by name, the first ones of many."""
    return first_of([one.node for one in answers], _SHOWN)
