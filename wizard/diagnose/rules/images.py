"""Images that a node cannot pull. The texts are those of containerd, CRI-O and Docker Hub."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from wizard.diagnose.fields import containers, created, first_seen, last_seen, one_line, waiting
from wizard.diagnose.kinds import EVENT, POD
from wizard.diagnose.rules.base import Layer, Match, Rule
from wizard.diagnose.rules.evidence import event_lines
from wizard.diagnose.view import View
from wizard.ports import Object

PULL_REASONS = frozenset(
    {
        "ErrImagePull",
        "ImagePullBackOff",
        "ErrImageNeverPull",
        "ImageInspectError",
        "InvalidImageName",
        "RegistryUnavailable",
        "SignatureValidationFailed",
    }
)
"""Why the kubelet keeps a container waiting for its image."""

_SIGNS = {
    "rate": re.compile(r"toomanyrequests|429 Too Many Requests|pull rate limit", re.I),
    "plain": re.compile(r"server gave HTTP response to HTTPS client"),
    "untrusted": re.compile(r"x509: |certificate signed by unknown authority"),
    "unreachable": re.compile(
        r"dial tcp|\bno such host\b|i/o timeout|connection (refused|reset)|no route to host"
        r"|network is unreachable|TLS handshake timeout|deadline exceeded|request canceled"
        r"|proxy authentication required|proxyconnect",
        re.I,
    ),
    "denied": re.compile(
        r"\b401\b|\b403 Forbidden|no basic auth credentials|authentication required"
        r"|authorization failed|insufficient_scope|pull access denied|unauthorized:|denied: ",
        re.I,
    ),
    "platform": re.compile(r"no match(ing manifest)? for (platform|\w+/\w+)|exec format error"),
    "missing": re.compile(
        r": not found\b|manifest unknown|name unknown|repository does not exist"
        r"|InvalidImageName|ErrImageNeverPull|could ?n[o']t parse image",
        re.I,
    ),
}
"""What a message says, the more telling first."""
_RENAMED = re.compile(r"/redis-photon:v(?:2\.15\.(?:[2-9]|\d\d)|2\.(?:1[6-9]|[2-9]\d)|[3-9]\.)")
"""Images that do not exist: it is valkey-photon from Harbor 2.15.2 on (harbor-helm#2403)."""


@dataclass(frozen=True, slots=True)
class PullFailure:
    """A pod that waits in vain for an image, and what was said of it."""

    pod: Object
    image: str
    sign: str
    """A key of `_SIGNS`, "renamed", or empty where no message tells more than that it failed."""
    told: str
    """The newest message that has the sign."""
    events: tuple[Object, ...]
    since: datetime | None
    seen: datetime | None

    @property
    def other_events(self) -> tuple[Object, ...]:
        """The events that say something else than `told`."""
        return tuple(one for one in self.events if one_line(one.get("message")) != self.told)

    @property
    def tries(self) -> int:
        """How often the events say that a pull failed."""
        return sum(event.get("count") or 1 for event in self.events)


def pull_failures(view: View) -> Iterable[PullFailure]:
    """All images of pods for which containers wait in vain, each once a pod."""
    for pod in view.unsettled_pods:
        told: set[str] = set()
        for declared, status in containers(pod):
            image, (reason, message) = declared["image"], waiting(status)
            if reason in PULL_REASONS and image not in told:
                told.add(image)
                yield _failure(view, pod, image, f"{reason}: {one_line(message)}")


def _failure(view: View, pod: Object, image: str, told: str) -> PullFailure:
    """What the container's own status and all warnings about its image say together."""
    events = tuple(
        event
        for event in view.warnings(pod)
        if event.get("reason") == "Failed" and f'"{image}"' in event.get("message", "")
    )
    texts = [told, *(one_line(event.get("message")) for event in reversed(events))]
    sign, text = next(
        (
            (sign, text)
            for text in texts
            for sign, pattern in _SIGNS.items()
            if pattern.search(text)
        ),
        ("", told),
    )
    if sign == "missing" and _RENAMED.search(image):
        sign = "renamed"
    since = first_seen(events[0]) if events else created(pod)
    seen = last_seen(events[-1]) if events else None
    return PullFailure(pod, image, sign, text, events, since, seen)


def _rule(
    id_: str, title: str, signs: str, cause: str, fix: str, *, grace: timedelta | None = None
) -> Rule:
    """A rule for pulls that fail with one of the signs; without grace they are terminal."""

    def find(view: View) -> Iterable[Match]:
        return (
            Match(
                obj=failure.pod,
                cause=cause.format(image=failure.image),
                fix=fix.format(image=failure.image, host=registry(failure.image)),
                evidence=(*event_lines(failure.other_events), failure.told),
                since=failure.since,
                seen=failure.seen,
                terminal=grace is None or failure.sign == "missing",
            )
            for failure in pull_failures(view)
            if failure.sign in signs.split("|")
        )

    return Rule(id_, title, Layer.SECRETS, (POD, EVENT), find, grace=grace)


def registry(image: str) -> str:
    """The registry that an image is pulled from: `docker.io` unless its name begins with one."""
    first, slash, _ = image.partition("/")
    return (
        first if slash and ("." in first or ":" in first or first == "localhost") else "docker.io"
    )


RULES = (
    _rule(
        "HW-022",
        "Image pull: the registry's certificate is not trusted",
        "untrusted",
        "The node refused the certificate of the registry that serves {image}.",
        "Install the authority's certificate for {host} on every node (containerd: "
        "/etc/containerd/certs.d/{host}/hosts.toml), or renew the registry's certificate if it "
        "has expired or names another host.",
    ),
    _rule(
        "HW-023",
        "Image pull: the registry answers without TLS",
        "plain",
        "The node speaks HTTPS, the registry that serves {image} answered in plain HTTP.",
        "Give {host} a certificate, or name it as a plain-HTTP registry in the container "
        "runtime of every node.",
    ),
    _rule(
        "HW-024",
        "Image pull: access denied",
        "denied",
        "The registry refused {image}: credentials are missing or wrong, or it does not exist "
        "there (many registries answer both the same way).",
        "Check the image's name, that the pull secret exists in this namespace and is named by "
        "the pod, and that its user may read {image} on {host}.",
    ),
    _rule(
        "HW-026",
        "Image pull: no build for this node's architecture",
        "platform",
        "{image} has no build for the architecture of the node.",
        "Use nodes of an architecture that {image} is built for (node selector), or mirror it "
        "with all its platforms.",
    ),
    _rule(
        "HW-027",
        "Image pull: rate limit of the registry",
        "rate",
        "The registry limits how often this address may pull, so it refused {image}.",
        "Wait, log in with a pull secret for {host}, or pull from a mirror of your own.",
        grace=timedelta(minutes=10),
    ),
    _rule(
        "HW-103",
        "Image of Redis has another name now",
        "renamed",
        "{image} does not exist: from Harbor 2.15.2 on the image is named valkey-photon.",
        "Correct the chart value redis.internal.image.repository (goharbor/valkey-photon), and "
        "mirror that image where {host} is a mirror of your own.",
    ),
    _rule(
        "HW-025",
        "Image cannot be pulled",
        "missing|unreachable|",
        "The node cannot get {image}: it does not exist there, or its registry cannot be reached.",
        "Check the image's name and tag, and that every node resolves and reaches {host}. Without "
        "internet access, push it to a registry of your own and pull from that mirror.",
        grace=timedelta(minutes=3),
    ),
)
