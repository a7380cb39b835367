"""Many pods and events in one namespace, and changes to them from a process of its own.

`python -m tests.cluster.crowd KUBECONFIG NAMESPACE RATE PODS EVENTS` changes so many objects a
second, a pod and an event by turns, until it is ended, and writes how many it has changed.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

from tests.cluster.kube import CORE, Kube, Object

WORKERS = 8


def fill(admin: Kube, namespace: str, pods: int, events: int = 0) -> None:
    """Make the pods (each is told its node, so no scheduler is waited for), then events of them."""
    place = f"{CORE}/namespaces/{namespace}"
    with ThreadPoolExecutor(WORKERS) as workers:
        made = workers.map(lambda pod: admin.create(f"{place}/pods", pod), _pods(pods))
        uids = [(pod["metadata"]["name"], pod["metadata"]["uid"]) for pod in made]
        told = itertools.islice(enumerate(itertools.cycle(uids)), events)
        bodies = (_event(namespace, number, *pod) for number, pod in told)
        list(workers.map(lambda event: admin.create(f"{place}/events", event), bodies))


def spoil(admin: Kube, namespace: str, number: int) -> None:
    """Make one more pod, whose image does not exist, and wait until that shows."""
    pods = f"{CORE}/namespaces/{namespace}/pods"
    name = admin.create(pods, _pod(number, "missing.test/worker:1"))["metadata"]["name"]
    admin.wait(f"{pods}/{name}", lambda pod: "ImagePull" in str(pod["status"]))


def _pods(count: int) -> Iterator[Object]:
    return map(_pod, range(count))


def _pod(number: int, image: str = "registry.test/worker:1") -> Object:
    return {
        "metadata": {"name": f"worker-{number:05}", "labels": {"app": "crowd"}},
        "spec": {
            "nodeName": f"worker-{'abc'[number % 3]}",
            "containers": [{"name": "worker", "image": image}],
        },
    }


def _event(namespace: str, number: int, pod: str, uid: str) -> Object:
    about = {"kind": "Pod", "apiVersion": "v1", "name": pod, "namespace": namespace, "uid": uid}
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return {
        "metadata": {"name": f"told-{number:05}"},
        "involvedObject": about,
        "type": ("Normal", "Warning")[number % 4 == 0],
        "reason": "Probed",
        "message": f"Readiness probe number {number} of {pod} took longer than usual",
        "count": 1,
        "firstTimestamp": now,
        "lastTimestamp": now,
    }


def wait_running(admin: Kube, namespace: str, seconds: float = 300) -> None:
    """Wait until every pod of the namespace runs."""
    pods, idle = f"{CORE}/namespaces/{namespace}/pods", "status.phase!=Running"
    admin.wait(pods, lambda listed: not listed["items"], seconds, fieldSelector=idle, limit="1")


def _changes(namespace: str, pods: int, events: int) -> Iterable[tuple[str, Object]]:
    place = f"{CORE}/namespaces/{namespace}"
    begun = int(time.time())  # what is as before would be no change
    for turn in itertools.count():
        note = {"metadata": {"annotations": {"harbor-wizard.test/turn": str(begun + turn)}}}
        yield f"{place}/pods/worker-{turn * 7919 % pods:05}", note
        yield f"{place}/events/told-{turn * 7919 % events:05}", {"count": begun + turn}


def _churn(kubeconfig: str, namespace: str, rate: int, pods: int, events: int) -> None:
    content = yaml.safe_load(Path(kubeconfig).read_text())
    user, cluster = content["users"][0]["user"], content["clusters"][0]["cluster"]
    admin = Kube(cluster["server"], cluster["certificate-authority"], token=user["token"])
    begun = time.monotonic()
    with ThreadPoolExecutor(WORKERS) as workers:
        changes = iter(_changes(namespace, pods, events))
        for number in itertools.count(1):
            batch = itertools.islice(changes, rate // 10)
            list(workers.map(lambda change: admin.merge(*change), batch))
            sys.stdout.write(f"{number * (rate // 10)}\n")
            sys.stdout.flush()
            time.sleep(max(0.0, begun + number / 10 - time.monotonic()))


if __name__ == "__main__":
    _churn(*sys.argv[1:3], *map(int, sys.argv[3:6]))
