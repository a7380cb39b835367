"""Images that cannot be pulled: where rules find something, and the case beside it where not."""

import pytest

from tests.unit.diagnose import world
from tests.unit.diagnose.world import found, only
from wizard.diagnose.view import View

PULLED = "docker.io/goharbor/harbor-core:v2.15.2"
RESOLVE = f'failed to pull and unpack image "{PULLED}": failed to resolve reference "{PULLED}": '


def pull(message: str, reason: str = "ImagePullBackOff") -> View:
    """A pod that waits for its image; only an event, not the newest, tells why."""
    core = world.pod("core", world.waits(reason, f'Back-off pulling image "{PULLED}"'))
    return world.view(
        core,
        world.event(core, "Failed", f'Failed to pull image "{PULLED}": {message}', last=20),
        world.event(core, "Failed", "Error: ImagePullBackOff", last=2),
    )


@pytest.mark.parametrize(
    ("message", "id_", "terminal"),
    [
        (RESOLVE + "tls: failed to verify certificate: x509: certificate signed by unknown "
         "authority", "HW-022", True),
        (RESOLVE + "http: server gave HTTP response to HTTPS client", "HW-023", True),
        (RESOLVE + "unexpected status from HEAD request: 401 Unauthorized", "HW-024", True),
        ("rpc error: code = Unknown desc = Error response from daemon: Get "
         "http://r/v2/: no basic auth credentials", "HW-024", True),
        (RESOLVE + "pull access denied, repository does not exist or may require authorization: "
         "server message: insufficient_scope: authorization failed", "HW-024", True),
        (RESOLVE + f"{PULLED}: not found", "HW-025", True),
        ("manifest unknown: manifest unknown", "HW-025", True),
        (RESOLVE + "dial tcp: lookup registry-1.docker.io on 10.0.0.10:53: no such host",
         "HW-025", False),
        (RESOLVE + "dial tcp 1.2.3.4:443: i/o timeout", "HW-025", False),
        ("no match for platform in manifest: not found", "HW-026", True),
        ("no matching manifest for linux/arm64/v8 in the manifest list entries", "HW-026", True),
        (RESOLVE + "unexpected status code 429 Too Many Requests - toomanyrequests: You have "
         "reached your pull rate limit", "HW-027", False),
    ],
)  # fmt: skip
def test_a_failed_pull_is_told_by_its_cause(message: str, id_: str, terminal: bool) -> None:
    finding = only(pull(message))
    assert (finding.id, finding.terminal) == (id_, terminal)
    assert finding.severity == ("fail" if terminal else "warn")
    assert PULLED in finding.cause
    assert [message in line for line in finding.evidence].count(True) == 1


def test_a_pull_that_never_worked_fails_after_its_grace() -> None:
    core = world.pod("core", world.waits("ErrImagePull", "i/o timeout"), age=200)
    assert only(world.view(core)).terminal


def test_an_image_that_is_being_pulled_is_no_finding() -> None:
    core = world.pod("core", world.waits("ContainerCreating"))
    pulling = world.event(core, "Pulling", f'Pulling image "{PULLED}"', type_="Normal")
    assert found(world.view(core, pulling)) == []


def test_each_image_is_told_by_its_own_events() -> None:
    registry = world.pod("registry", world.waits("ImagePullBackOff"))
    other = "docker.io/goharbor/harbor-registryctl:v2.15.2"
    registry["spec"]["containers"].append({"name": "registryctl", "image": other})
    registry["status"]["containerStatuses"].append(
        {"name": "registryctl", **world.waits("ImagePullBackOff")}
    )
    image = registry["spec"]["containers"][0]["image"]
    refused = world.event(registry, "Failed", f'Failed to pull image "{image}": 401 Unauthorized')
    missing = world.event(registry, "Failed", f'Failed to pull image "{other}": manifest unknown')
    findings = found(world.view(registry, refused, missing))
    assert [(one.id, (image in one.cause, other in one.cause)) for one in findings] == [
        ("HW-024", (True, False)),
        ("HW-025", (False, True)),
    ]


def test_an_image_of_two_containers_of_a_pod_is_told_once() -> None:
    database = world.pod("database", world.waits("ImagePullBackOff"))
    image = database["spec"]["containers"][0]["image"]
    database["spec"]["containers"].append({"name": "beside", "image": image})
    database["status"]["containerStatuses"].append(
        {"name": "beside", **world.waits("ImagePullBackOff")}
    )
    refused = world.event(database, "Failed", f'Failed to pull image "{image}": 401 Unauthorized')
    assert [one.id for one in found(world.view(database, refused))] == ["HW-024"]
