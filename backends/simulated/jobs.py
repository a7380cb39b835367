"""Jobs: the pods that their controller makes, and how they end."""

from backends.simulated.events import record
from backends.simulated.pod_objects import owned_by
from backends.simulated.script import Beat, Script
from backends.simulated.store import Store
from wizard.ports import Kind, Object, Ref

JOB = Kind("batch/v1", "Job")
_POD = Kind("v1", "Pod")
_NAME = "batch.kubernetes.io/job-name"


def pods_of_job(job: Object) -> list[Object]:
    """The pods of a Job, all at once."""
    metadata, template = job["metadata"], job["spec"]["template"]
    labels = {**(template["metadata"].get("labels") or {}), _NAME: metadata["name"]}
    return [
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": f"{metadata['name']}-{number}",
                "namespace": metadata["namespace"],
                "labels": labels,
                "ownerReferences": owned_by(job),
            },
            "spec": template["spec"],
            "status": {"phase": "Pending"},
        }
        for number in range(job["spec"].get("completions", 1))
    ]


def script_of(job: Object, ordinary: Script) -> Script:
    """The life of a Job's pods. One that tries an export finds everything well."""
    pod = job["spec"]["template"]["spec"]
    if "harbor-wizard: " not in " ".join(pod["containers"][0].get("command", ())):
        return ordinary
    user = pod["securityContext"]["runAsUser"]
    told = {"user": user, "write": "ok", "owner": user, "chmod": "ok", "chown": "ok"}
    told |= {"flock": "ok", "fsync_us": 2300, "free_kib": 8 * 1024**3}
    said = [Beat(0.7, "log", f"harbor-wizard: {name}={value}") for name, value in told.items()]
    return tuple(sorted([*ordinary, *said], key=lambda beat: beat.at))


def started(store: Store, ref: Ref) -> Object | None:
    """Mark a Job as begun; None where it is gone."""
    job = store.get(ref)
    if job is not None:
        job = store.put(job | {"status": {"active": 1, "startTime": store.clock.timestamp()}})
    return job


def end_pod(store: Store, pod: Object, job: Ref) -> None:
    """A pod of a Job has done its work; with the last one the Job is complete."""
    done = [{"type": "Ready", "status": "False", "reason": "PodCompleted"}]
    store.put(pod | {"status": pod["status"] | {"phase": "Succeeded", "conditions": done}})
    owner = store.get(job)
    if owner is None:
        return
    pods = store.select(_POD, job.namespace, f"{_NAME}={job.name}")
    succeeded = sum(one.get("status", {}).get("phase") == "Succeeded" for one in pods)
    if succeeded < owner["spec"].get("completions", 1):
        return
    complete = {"type": "Complete", "status": "True"}
    begun = owner["status"]["startTime"]
    status = {"startTime": begun, "succeeded": succeeded, "conditions": [complete]}
    record(store, owner, "Completed", "Job completed", "Normal", "job-controller")
    store.put(owner | {"status": status})
