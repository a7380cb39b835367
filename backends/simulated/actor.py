"""One pod's part in the play: its status, its events and its log, beat by beat."""

from collections.abc import Iterable
from typing import Any

from backends.simulated.events import record
from backends.simulated.logs import Logs
from backends.simulated.script import Beat
from backends.simulated.store import Store
from wizard.ports import Kind, Object, Ref

Status = dict[str, Any]


class Actor:
    """Carries out the beats of a pod for as long as that very pod exists."""

    def __init__(self, store: Store, logs: Logs, pod: Object) -> None:
        self._store = store
        self._logs = logs
        self.ref = Ref.of(pod)
        self._uid = pod["metadata"]["uid"]

    def pod(self) -> Object | None:
        """The pod as it is now, or None where it is gone."""
        found = self._store.get(self.ref)
        return found if found and found["metadata"]["uid"] == self._uid else None

    def play(self, beat: Beat) -> bool:
        """Carry a beat out. False: the pod is gone, or lacks what it needs to start."""
        pod = self.pod()
        if pod is None:
            return False
        match beat.act:
            case "pull":
                self._say(pod, "Pulling", f"Pulling image {_images(pod)}")
            case "pull-fails":
                self._pull_fails(pod, beat.text)
            case "start":
                return self._start(pod)
            case "log":
                self._log(pod, beat.text)
            case "crash":
                self._crash(pod, beat.text)
            case "unhealthy":
                self._say(pod, "Unhealthy", beat.text, warning=True)
            case "ready":
                self._ready(pod)
        return True

    def wait_for_claims(self, nodes: int) -> None:
        """The scheduler finds no place among so many nodes, for want of volumes."""
        pod = self.pod()
        if pod is None:
            return
        text = f"0/{nodes} nodes are available: pod has unbound immediate PersistentVolumeClaims."
        pod["status"] = {
            "phase": "Pending",
            "conditions": [self._condition("PodScheduled", False, "Unschedulable", text)],
        }
        self._store.put(pod)
        self._say(pod, "FailedScheduling", text, warning=True, source="default-scheduler")

    def reach_node(self, node: str) -> None:
        """The scheduler has found a place."""
        pod = self.pod()
        if pod is None:
            return
        pod["spec"]["nodeName"] = node
        pod["status"] = {
            "phase": "Pending",
            "conditions": [
                self._condition("PodScheduled", True),
                self._condition("Ready", False, "ContainersNotReady"),
            ],
            "containerStatuses": [
                _waiting(container, "ContainerCreating") for container in pod["spec"]["containers"]
            ],
        }
        self._store.put(pod)
        name = f"{self.ref.namespace}/{self.ref.name}"
        text = f"Successfully assigned {name} to {node}"
        self._say(pod, "Scheduled", text, source="default-scheduler")

    def _pull_fails(self, pod: Object, text: str) -> None:
        for container in pod["spec"]["containers"]:
            image = container["image"]
            failed = f'Failed to pull image "{image}": {text.replace("IMAGE", image)}'
            self._say(pod, "Failed", failed, warning=True)
            self._say(pod, "BackOff", f'Back-off pulling image "{image}"', warning=True)
        for status in pod["status"]["containerStatuses"]:
            message = f'Back-off pulling image "{status["image"]}"'
            status["state"] = {"waiting": {"reason": "ImagePullBackOff", "message": message}}
        self._store.put(pod)

    def _start(self, pod: Object) -> bool:
        lacking = _lacking(pod, self._store)
        if lacking:
            return self._lacks(pod, *lacking)
        now = self._store.clock.timestamp()
        for status in pod["status"]["containerStatuses"]:
            status["started"] = True
            if "running" not in status["state"]:
                status["state"] = {"running": {"startedAt": now}}
        pod["status"]["phase"] = "Running"
        pod["status"]["podIP"] = f"10.1.0.{sum(self._uid.encode()) % 250 + 1}"
        pod["status"]["startTime"] = pod["status"].get("startTime", now)
        self._store.put(pod)
        self._say(pod, "Started", f"Started container {_first(pod)['name']}")
        return True

    def _lacks(self, pod: Object, what: str, mounted: bool) -> bool:
        """What the kubelet says where a Secret or ConfigMap is missing."""
        if mounted:
            self._say(pod, "FailedMount", f"MountVolume.SetUp failed: {what}", warning=True)
            return False
        for status in pod["status"]["containerStatuses"]:
            waiting = {"reason": "CreateContainerConfigError", "message": what}
            status["state"] = {"waiting": waiting}
        self._store.put(pod)
        self._say(pod, "Failed", f"Error: {what}", warning=True)
        return False

    def _log(self, pod: Object, text: str) -> None:
        source = (self.ref.namespace, self.ref.name, _first(pod)["name"])
        self._logs.add(source, text, self._store.clock.now())

    def _crash(self, pod: Object, text: str) -> None:
        self._log(pod, text)
        name = _first(pod)["name"]
        self._logs.restart((self.ref.namespace, self.ref.name, name))
        status = pod["status"]["containerStatuses"][0]
        ended = {
            "exitCode": 1,
            "reason": "Error",
            "startedAt": status["state"].get("running", {}).get("startedAt"),
            "finishedAt": self._store.clock.timestamp(),
        }
        message = f"back-off 10s restarting failed container={name}"
        status |= {
            "ready": False,
            "started": False,
            "restartCount": status["restartCount"] + 1,
            "lastState": {"terminated": ended},
            "state": {"waiting": {"reason": "CrashLoopBackOff", "message": message}},
        }
        self._store.put(pod)
        text = f"Back-off restarting failed container {name} in pod {self.ref.name}"
        self._say(pod, "BackOff", text, warning=True)

    def _ready(self, pod: Object) -> None:
        for status in pod["status"]["containerStatuses"]:
            status["ready"] = True
        kinds = ("PodScheduled", "Initialized", "ContainersReady", "Ready")
        pod["status"]["conditions"] = [self._condition(kind, True) for kind in kinds]
        self._store.put(pod)

    def _condition(self, kind: str, holds: bool, reason: str = "", message: str = "") -> Status:
        condition = {
            "type": kind,
            "status": str(holds),
            "lastTransitionTime": self._store.clock.timestamp(),
        }
        return condition | ({"reason": reason, "message": message} if reason else {})

    def _say(
        self,
        pod: Object,
        reason: str,
        text: str,
        *,
        warning: bool = False,
        source: str = "kubelet",
    ) -> None:
        record(self._store, pod, reason, text, "Warning" if warning else "Normal", source)


def _first(pod: Object) -> Object:
    first: Object = pod["spec"]["containers"][0]
    return first


def _images(pod: Object) -> str:
    return ", ".join(f'"{container["image"]}"' for container in pod["spec"]["containers"])


def _waiting(container: Object, reason: str) -> Status:
    return {
        "name": container["name"],
        "image": container["image"],
        "imageID": "",
        "ready": False,
        "started": False,
        "restartCount": 0,
        "state": {"waiting": {"reason": reason}},
    }


def _lacking(pod: Object, store: Store) -> tuple[str, bool] | None:
    """The first Secret or ConfigMap that a pod needs and nobody made; whether it is mounted."""
    place = pod["metadata"]["namespace"]
    for source, mounted in ((_mounts(pod), True), (_variables(pod), False)):
        for kind, name in source:
            if store.get(Ref(Kind("v1", kind), place, name)) is None:
                return f'{kind.lower()} "{name}" not found', mounted
    return None


def _mounts(pod: Object) -> Iterable[tuple[str, str]]:
    for volume in pod["spec"].get("volumes", []):
        if "secret" in volume:
            yield "Secret", volume["secret"]["secretName"]
        if "configMap" in volume:
            yield "ConfigMap", volume["configMap"]["name"]


def _variables(pod: Object) -> Iterable[tuple[str, str]]:
    for container in pod["spec"]["containers"]:
        for source in container.get("envFrom", []):
            for field, kind in (("secretRef", "Secret"), ("configMapRef", "ConfigMap")):
                if field in source:
                    yield kind, source[field]["name"]
        for variable in container.get("env", []):
            reference = variable.get("valueFrom", {}).get("secretKeyRef")
            if reference:
                yield "Secret", reference["name"]
