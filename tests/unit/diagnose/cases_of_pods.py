"""Rules about pods, what makes them, and the nodes they are on."""

from typing import Any

from tests.unit.diagnose import world
from tests.unit.diagnose.cases import Case, crashing
from wizard.diagnose.kinds import SECRET
from wizard.diagnose.view import View
from wizard.ports import Kind, Object

JOB, CRON_JOB = Kind("batch/v1", "Job"), Kind("batch/v1", "CronJob")
PULLED = "docker.io/goharbor/harbor-core:v2.15.2"
UNTRUSTED = "x509: certificate signed by unknown authority"
FORBIDDEN = (
    'pods "harbor-core" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot'
)
KILLED: Any = {"reason": "OOMKilled", "exitCode": 137, "finishedAt": world.ago(60)}
BACK_OFF = 'Back-off pulling image "{}"'


def revisions(*statuses: str, age: float = 700) -> View:
    """The revisions of a release, the newest so many seconds old."""
    secrets = []
    for number, status in enumerate(statuses, start=9):
        labels = {"owner": "helm", "name": "harbor", "status": status, "version": str(number)}
        name = f"sh.helm.release.v1.harbor.v{number}"
        secrets.append(world.made(SECRET, name, age, metadata={"labels": labels}))
    return world.view(*secrets)


def pull(message: str, image: str = PULLED, *, running: bool = False) -> View:
    """A pod whose image was not pulled, and the kubelet's later, emptier words about it."""
    told = world.runs(20, ready=True) if running else world.waits("ImagePullBackOff", "Back-off")
    core = world.pod("core", told, container={"image": image})
    return world.view(
        core,
        world.event(core, "Failed", f'Failed to pull image "{image}": {message}', last=20),
        world.event(core, "BackOff", BACK_OFF.format(image), type_="Normal", last=2),
    )


def waiting(reason: str, message: str, *, age: float = 300) -> View:
    """A container that cannot be made."""
    return world.view(world.pod("core", world.waits(reason, message), age=age))


def refused(message: str, *, created: int = 0) -> View:
    """A ReplicaSet whose pod the API server does not take."""
    owner = world.replica_set("core", created=created)
    return world.view(owner, world.event(owner, "FailedCreate", message))


def refused_job(**status: int) -> View:
    """A Job whose pod the API server does not take; with a status, it took one."""
    owner = world.made(JOB, "harbor-probe", spec={}, status=status)
    return world.view(owner, world.event(owner, "FailedCreate", FORBIDDEN))


def evicted(*, replaced: bool) -> View:
    """A pod that its node threw out, whose StatefulSet has a ready one again or not."""
    owner = world.stateful_set("redis", ready=int(replaced))
    gone = world.pod("redis", phase="Failed", reason="Evicted", name="harbor-redis-0")
    gone["status"]["conditions"][0]["status"] = "False"
    return world.view(owner, world.owned(gone, owner))


def unplaced(message: str, since: float) -> View:
    """A pod that the scheduler found no node for."""
    return world.view(world.unplaced("core", message, since))


def node(*conditions: Object, used: bool = True) -> View:
    """A node that works and one with these conditions, a pod on the latter or not."""
    pod = world.pod("core")
    pod["spec"]["nodeName"] = "sick" if used else "well"
    return world.view(world.node("well"), world.node("sick", *conditions), pod)


def holds(type_: str, status: str = "True", *, since: float = 100) -> Object:
    """A condition of a node."""
    return {
        "type": type_,
        "status": status,
        "reason": "KubeletNotReady",
        "message": "container runtime is down",
        "lastTransitionTime": world.ago(since),
    }


def terminating(*, deleted: float = 100, name: str = world.NAMESPACE) -> View:
    """A namespace that is being deleted, with a claim in the namespace of Harbor."""
    metadata = {"name": name, "namespace": "", "deletionTimestamp": world.ago(deleted)}
    remains = {
        "type": "NamespaceFinalizersRemaining",
        "status": "True",
        "message": "Some content in the namespace has finalizers remaining: example.com/x in 1",
    }
    namespace = world.made(
        Kind("v1", "Namespace"), name, metadata=metadata, status={"conditions": [remains]}
    )
    return world.view(namespace, world.claim("data", "Bound"))


def job(type_: str = "Failed", *, owner: Object | None = None, age: float = 300) -> Object:
    """A Job that ended, with or without success."""
    made = world.made(
        JOB,
        f"migration-job-{age:.0f}",
        age,
        spec={},
        status={
            "conditions": [
                {
                    "type": type_,
                    "status": "True",
                    "reason": "BackoffLimitExceeded" if type_ == "Failed" else "CompletionsReached",
                    "lastTransitionTime": world.ago(age - 10),
                }
            ]
        },
    )
    return world.owned(made, owner) if owner else made


NIGHTLY = world.made(CRON_JOB, "backup")


def left_behind(*, ready: bool) -> View:
    """A pod of a StatefulSet's former revision."""
    owner = world.stateful_set("redis")
    owner["status"]["updateRevision"] = "harbor-redis-new"
    loop = world.waits("CrashLoopBackOff", restarts=3, **world.LOOP)
    told = world.runs(50, ready=True) if ready else loop
    pod = world.owned(world.pod("redis", told), owner)
    pod["metadata"]["labels"]["controller-revision-hash"] = "harbor-redis-old"
    return world.view(owner, pod)


def probing(seconds: float, *, started: bool = True) -> View:
    """A container that runs for so long and is not ready; it has a startup probe."""
    told = world.runs(seconds, started=started)
    return world.view(world.pod("registry", told, age=9000, container={"startupProbe": {}}))


def entry(kind: Kind, *, age: float, address: bool = False, **spec: Any) -> View:
    """An Ingress or a Service with or without an address."""
    given = {"loadBalancer": {"ingress": [{"ip": "10.0.0.7"}]}} if address else {}
    return world.view(world.made(kind, "harbor", age, spec=spec, status=given))


SERVICE, INGRESS = Kind("v1", "Service"), Kind("networking.k8s.io/v1", "Ingress")

PODS = (
    Case(
        "HW-015",
        lambda: waiting("CreateContainerConfigError", 'secret "harbor-core" not found'),
        lambda: waiting("CreateContainerConfigError", 'secret "harbor-core" not found', age=5),
    ),
    Case("HW-022", lambda: pull(UNTRUSTED), lambda: pull(UNTRUSTED, running=True)),
    Case(
        "HW-023",
        lambda: pull("http: server gave HTTP response to HTTPS client"),
        lambda: pull("tls: first record does not look like a TLS handshake"),
    ),
    Case("HW-024", lambda: pull("401 Unauthorized"), lambda: pull("manifest unknown")),
    Case(
        "HW-025",
        lambda: pull("dial tcp: lookup registry-1.docker.io: no such host"),
        lambda: pull("429 Too Many Requests"),
    ),
    Case(
        "HW-026",
        lambda: pull("no match for platform in manifest: not found"),
        lambda: pull(f"{PULLED}: not found"),
    ),
    Case("HW-027", lambda: pull("toomanyrequests: limit"), lambda: pull("i/o timeout")),
    Case(
        "HW-103",
        lambda: pull(": not found", "docker.io/goharbor/redis-photon:v2.15.2"),
        lambda: pull(": not found", "docker.io/goharbor/redis-photon:v2.15.1"),
    ),
    Case(
        "HW-038",
        lambda: world.view(job()),
        lambda: world.view(job("Complete")),
    ),
    Case(
        "HW-038",
        lambda: world.view(NIGHTLY, job("Complete", owner=NIGHTLY, age=900), job(owner=NIGHTLY)),
        lambda: world.view(NIGHTLY, job(owner=NIGHTLY, age=900), job("Complete", owner=NIGHTLY)),
    ),
    Case("HW-039", lambda: evicted(replaced=False), lambda: evicted(replaced=True)),
    Case(
        "HW-041",
        lambda: world.view(world.pod("trivy", world.runs(50, ready=True, restarts=1, **KILLED))),
        lambda: world.view(
            world.pod(
                "trivy",
                world.runs(
                    5000, ready=True, restarts=1, **KILLED | {"finishedAt": world.ago(5010)}
                ),
                age=9000,
            )
        ),
    ),
    Case("HW-042", lambda: refused(FORBIDDEN), lambda: refused(FORBIDDEN, created=1)),
    Case("HW-042", refused_job, lambda: refused_job(active=1)),
    Case(
        "HW-042",
        lambda: refused("exceeded quota: small, requested: pods=1, used: pods=9, limited: pods=9"),
        lambda: refused("Internal error occurred: etcdserver: request timed out"),
    ),
    Case(
        "HW-043",
        lambda: entry(INGRESS, age=300, ingressClassName="traefik"),
        lambda: entry(INGRESS, age=300, address=True, ingressClassName="traefik"),
    ),
    Case(
        "HW-043",
        lambda: entry(SERVICE, age=300, type="LoadBalancer"),
        lambda: entry(SERVICE, age=300, type="ClusterIP"),
    ),
    Case(
        "HW-044",
        lambda: revisions("deployed", "pending-upgrade"),
        lambda: revisions("pending-upgrade", "deployed"),
    ),
    Case(
        "HW-044",
        lambda: revisions("pending-install"),
        lambda: revisions("pending-install", age=500),
    ),
    Case("HW-044", lambda: revisions("uninstalling"), lambda: revisions("failed")),
    Case("HW-047", terminating, lambda: terminating(deleted=5)),
    Case("HW-047", terminating, lambda: terminating(name="elsewhere")),
    Case("HW-201", lambda: world.view(crashing("portal")), lambda: world.view(world.pod("portal"))),
    Case(
        "HW-202",
        lambda: unplaced("0/3 nodes are available: 3 Insufficient cpu.", 60),
        lambda: unplaced("0/3 nodes are available: 3 Insufficient cpu.", 5),
    ),
    Case(
        "HW-203",
        lambda: waiting("RunContainerError", 'exec: "harbor": permission denied'),
        lambda: waiting("ContainerCreating", ""),
    ),
    Case("HW-206", lambda: left_behind(ready=False), lambda: left_behind(ready=True)),
    Case("HW-207", lambda: node(holds("Ready", "Unknown")), lambda: node(holds("Ready"))),
    Case(
        "HW-207",
        lambda: node(holds("Ready"), holds("DiskPressure")),
        lambda: node(holds("Ready"), holds("DiskPressure"), used=False),
    ),
    Case(
        "HW-207",
        lambda: node(holds("Ready", "False")),
        lambda: node(holds("Ready", "False", since=5)),
    ),
    Case("HW-240", lambda: probing(400), lambda: probing(100)),
    Case("HW-240", lambda: probing(400), lambda: probing(400, started=False)),
)
