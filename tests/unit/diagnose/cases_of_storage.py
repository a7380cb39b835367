"""Rules about claims, volumes and mounts. The messages are those of Kubernetes 1.34, of
csi-driver-nfs 4.13 and of mount.nfs.
"""

from tests.unit.diagnose import world
from tests.unit.diagnose.cases import Case
from wizard.diagnose.kinds import VOLUME_USE
from wizard.diagnose.view import View
from wizard.diagnose.volumes import use_object
from wizard.ports import Kind, Object, VolumeUse

NO_CLASS = "no persistent volumes available for this claim and no storage class is set"
MULTI_ATTACH = (
    'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) harbor-registry-1'
)
STORAGE_CLASS = Kind("storage.k8s.io/v1", "StorageClass")


def claimed(reason: str, message: str, *, phase: str = "Pending", first: float = 60) -> View:
    """A claim with an event about it."""
    data = world.claim("data", phase)
    return world.view(data, world.event(data, reason, message, first=first))


def waits_for_pod(*, placed: bool) -> View:
    """A claim that waits for its pod, which waits for a node, or for the claim."""
    message = "0/3 nodes are available: 3 Insufficient memory."
    if placed:
        message = "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims."
    pod = world.unplaced("database", message, 60, claims=("data",))
    data = world.claim("data")
    if placed:
        pod["status"]["conditions"] = []
    event = world.event(
        data, "WaitForFirstConsumer", "waiting for first consumer to be created", type_="Normal"
    )
    return world.view(pod, data, event)


def classes(*defaults: bool, phase: str = "Pending") -> View:
    """Storage classes that are the default or not, and a claim of 300 s."""
    made = [
        world.made(
            STORAGE_CLASS,
            f"class-{number}",
            metadata={
                "name": f"class-{number}",
                "namespace": "",
                "annotations": {
                    "storageclass.kubernetes.io/is-default-class": str(default).lower()
                },
            },
        )
        for number, default in enumerate(defaults)
    ]
    return world.view(*made, world.claim("data", phase))


def mounts(message: str, *, reason: str = "FailedMount", running: bool = False) -> View:
    """A pod on a node whose volume is not mounted, as the kubelet tells; later warnings are
    harmless.
    """
    told = world.runs(5) if running else world.waits("ContainerCreating")
    pod: Object = world.pod("registry", told)
    pod["spec"]["nodeName"] = "worker-a"
    return world.view(
        pod,
        world.event(pod, reason, message, first=100, last=40),
        world.event(pod, "FailedMount", "Unable to attach or mount volumes: timed out", first=50),
    )


def use(claim: str, percent: int, **more: int) -> Object:
    """How full the volume of a claim of 200 GiB is."""
    size = 200 * 1024**3
    used = size * percent // 100
    return use_object(VolumeUse(world.NAMESPACE, claim, used, size, size - used, **more))


def filled(percent: int, *beside: Object, **more: int) -> View:
    """The registry's volume, as a kubelet measures it."""
    registry = world.pod("registry", claims=("data",))
    asked = [*world.WATCHED, VOLUME_USE]
    told = use("data", percent, **more)
    return world.view(registry, world.claim("data", "Bound"), told, *beside, asked=asked)


def nfs(output: str) -> str:
    """What the kubelet tells of a mount command that failed."""
    return (
        'MountVolume.SetUp failed for volume "pvc-1" : mount failed: exit status 32\nMounting '
        "command: mount\nMounting arguments: -t nfs 10.0.0.5:/exports/harbor /var/lib/kubelet/x\n"
        f"Output: {output}"
    )


HELPER = nfs(
    "mount: /var/lib/kubelet/x: bad option; for several filesystems (e.g. nfs, cifs) you might "
    "need a /sbin/mount.<type> helper program."
)
STATD = nfs(
    "mount.nfs: rpc.statd is not running but is required for remote locking.\n"
    "mount.nfs: Either use '-o nolock' to keep locks local, or start statd."
)
DENIED = nfs("mount.nfs: access denied by server while mounting 10.0.0.5:/exports/harbor")
AWAY = nfs("mount.nfs: No route to host")
NO_DRIVER = "driver name nfs.csi.k8s.io not found in the list of registered CSI drivers"
SECRET_LATE = 'MountVolume.SetUp failed for volume "tls" : failed to sync secret cache: timed out'

STORAGE = (
    Case("HW-232", lambda: filled(95), lambda: filled(94)),
    Case(
        "HW-232",
        lambda: filled(6, inodes=1000, inodes_used=960),
        lambda: filled(6, inodes=1000, inodes_used=940),
    ),
    Case(
        "HW-001",
        lambda: claimed("FailedBinding", NO_CLASS),
        lambda: claimed("FailedBinding", NO_CLASS, phase="Bound"),
    ),
    Case("HW-002", lambda: waits_for_pod(placed=False), lambda: waits_for_pod(placed=True)),
    Case(
        "HW-003",
        lambda: claimed("ProvisioningFailed", "rpc error: code = Internal desc = no route to host"),
        lambda: claimed("ProvisioningFailed", "csi driver not ready", first=6),
    ),
    Case("HW-004", lambda: classes(True, True), lambda: classes(True, False)),
    Case("HW-004", lambda: classes(True, True), lambda: classes(True, True, phase="Bound")),
    Case("HW-005", lambda: mounts(HELPER), lambda: mounts(STATD)),
    Case("HW-006", lambda: mounts(STATD), lambda: mounts(DENIED)),
    Case("HW-007", lambda: mounts(DENIED), lambda: mounts(HELPER)),
    Case("HW-007", lambda: mounts(AWAY), lambda: mounts(AWAY, running=True)),
    Case("HW-007", lambda: mounts(AWAY), lambda: mounts("no route to host: secrets of the API")),
    Case(
        "HW-028",
        lambda: mounts(MULTI_ATTACH, reason="FailedAttachVolume"),
        lambda: mounts(MULTI_ATTACH, reason="FailedAttachVolume", running=True),
    ),
    Case("HW-204", lambda: mounts(NO_DRIVER), lambda: mounts(NO_DRIVER, running=True)),
    Case("HW-204", lambda: mounts(SECRET_LATE), lambda: mounts(SECRET_LATE, running=True)),
    Case(
        "HW-208",
        lambda: world.view(world.claim("data", "Lost", volumeName="pvc-1")),
        lambda: world.view(world.claim("data", "Bound", volumeName="pvc-1")),
    ),
)
