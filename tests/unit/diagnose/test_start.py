"""A healthy start with its usual noise, moment by moment: no rule may find anything."""

from collections.abc import Callable

import pytest

from tests.unit.diagnose import world
from tests.unit.diagnose.world import found
from wizard.diagnose.view import View
from wizard.ports import Kind

MOUNT_LATE = 'MountVolume.SetUp failed for volume "psc" : failed to sync secret cache: timed out'
CONFIG_503 = "Failed on load rest config err:http error: code 503, url:http://harbor-core:80"


def just_created() -> View:
    """Claims wait for their pods, the scheduler for the claims, and a Secret is not synced yet."""
    message = "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims."
    database = world.unplaced("database", message, 3, claims=("data",))
    data = world.claim("data")
    registry = world.unplaced("registry", "0/3 nodes are available: 3 Too many pods.", 4)
    portal = world.pod("portal", world.waits("ContainerCreating"), age=4)
    return world.view(
        world.replica_set("core", created=0),
        database,
        data,
        registry,
        portal,
        world.event(data, "WaitForFirstConsumer", "waiting", type_="Normal", first=3),
        world.event(data, "ProvisioningFailed", "csi driver not ready", first=3, last=1),
        world.event(database, "FailedScheduling", message, first=3),
        world.event(portal, "FailedMount", MOUNT_LATE, first=2),
        world.made(Kind("v1", "Service"), "harbor", 4, spec={"type": "LoadBalancer"}),
        world.made(Kind("networking.k8s.io/v1", "Ingress"), "harbor-ingress", 4, spec={}),
    )


def core_migrates() -> View:
    """Core's startup probe fails for minutes, jobservice ends again and again until it answers."""
    core = world.pod("core", world.runs(300, started=False), container={"startupProbe": {}})
    told = world.waits("CrashLoopBackOff", restarts=4, **world.LOOP)
    jobs = world.pod("jobservice", told)
    return world.view(
        core,
        jobs,
        world.pod("database"),
        world.pod("redis"),
        world.event(core, "Unhealthy", "Startup probe failed: connection refused", first=280),
        world.event(jobs, "BackOff", "Back-off restarting failed container jobservice"),
        logs=((jobs, world.line(CONFIG_503, 16, "jobservice")),),
    )


def database_is_late() -> View:
    """Core gives up after a minute without the database, as often as that takes."""
    core = world.pod("core", world.waits("CrashLoopBackOff", restarts=1, **world.LOOP))
    said = world.line("failed to connect to tcp:harbor-database:5432 after 60 seconds", 16)
    return world.view(core, world.pod("database", world.runs(200)), logs=((core, said),))


def database_came() -> View:
    """The database has just become ready; core waits for its next turn, up to five minutes."""
    core = world.pod("core", world.waits("CrashLoopBackOff", restarts=5, **world.LOOP))
    said = world.line("failed to connect to tcp:harbor-database:5432 after 60 seconds", 16)
    database = world.pod("database", world.runs(14, ready=True))
    return world.view(core, database, logs=((core, said),))


def ready() -> View:
    """All runs; jobservice was restarted on the way, a Job's pod is done, an old one is left."""
    done = world.pod("migrator", phase="Succeeded")
    done["status"]["conditions"][0]["status"] = "False"
    orphan = world.owned(world.pod("portal", world.waits("ImagePullBackOff", "not found")),
                         world.replica_set("portal"))  # fmt: skip
    orphan["metadata"]["ownerReferences"][0]["name"] = "gone"
    return world.view(
        world.pod("core"),
        world.pod("jobservice", world.runs(60, ready=True, restarts=3, **world.LOOP)),
        world.replica_set("core"),
        done,
        orphan,
    )


@pytest.mark.parametrize(
    "moment", [just_created, core_migrates, database_is_late, database_came, ready]
)
def test_a_healthy_start_gives_no_finding(moment: Callable[[], View]) -> None:
    assert found(moment()) == []
