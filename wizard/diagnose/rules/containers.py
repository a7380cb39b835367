"""Containers that cannot start, or end again and again."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from wizard.diagnose.components import needs_ready_since
from wizard.diagnose.fields import (
    containers,
    created,
    first_seen,
    last_end,
    moment,
    one_line,
    running_since,
    status,
    waiting,
)
from wizard.diagnose.kinds import EVENT, POD
from wizard.diagnose.rules.base import Layer, Match, Rule
from wizard.diagnose.rules.evidence import event_lines
from wizard.diagnose.view import View
from wizard.ports import Object

_MISSING = re.compile(
    r'(?P<kind>secret|configmap) "(?P<name>[^"]+)" not found'
    r"|couldn't find key (?P<key>\S+) in (?P<key_kind>Secret|ConfigMap) (?P<key_name>[^\s\"]+)"
    r"|references non-existent (?P<mounted>secret|config) key: (?P<mounted_key>\S+)"
)
_CANNOT_START = frozenset(
    {
        "CreateContainerConfigError",
        "CreateContainerError",
        "RunContainerError",
        "PreStartHookError",
        "PostStartHookError",
    }
)
_START_FAILURES = frozenset({"StartError", "ContainerCannotRun"})
_LEAST_GRACE = timedelta(minutes=1)
_OOM_LOOP = 3


def _missing(text: str) -> str:
    """What a message says is missing: `Secret "a"`, `key "k" in Secret "a"`; empty if nothing."""
    found = _MISSING.search(text)
    if not found:
        return ""
    if found["name"]:
        return (
            f"{found['kind'].replace('configmap', 'ConfigMap').replace('secret', 'Secret')} "
            f'"{found["name"]}"'
        )
    if found["key"]:
        name = found["key_name"].rpartition("/")[2]
        return f'key "{found["key"]}" in {found["key_kind"]} "{name}"'
    return f'key "{found["mounted_key"]}" in a mounted {found["mounted"]}'


def _config(view: View) -> Iterable[Match]:
    """Told by the container's status (variables) or by FailedMount events (volumes)."""
    for pod in view.unsettled_pods:
        if status(pod).get("phase") not in {"Pending", "Running"}:
            continue
        told = [
            one_line(message)
            for _, state in containers(pod)
            for reason, message in (waiting(state),)
            if reason == "CreateContainerConfigError"
        ]
        events = [e for e in view.warnings(pod) if e.get("reason") == "FailedMount"]
        mounts = [one_line(e.get("message")) for e in events if _starting(pod)]
        for text in (*told, *reversed(mounts)):
            if missing := _missing(text):
                yield Match(
                    obj=pod,
                    cause=f"The pod needs the {missing}, which does not exist.",
                    fix=f"Create the {missing} in namespace {pod['metadata'].get('namespace')}, "
                    "or correct the name that the pod refers to; it starts by itself then.",
                    evidence=(*event_lines(events), *told),
                    since=first_seen(events[0]) if events else created(pod),
                )
                break


def _starting(pod: Object) -> bool:
    """Whether a container still waits to be created."""
    return any(
        waiting(state)[0] in {"ContainerCreating", "PodInitializing"}
        for _, state in containers(pod)
    )


def _out_of_memory(view: View) -> Iterable[Match]:
    for pod in view.unsettled_pods:
        for declared, state in containers(pod):
            end = last_end(state)
            recent = _recent(moment(end.get("finishedAt")), view.now)
            if end.get("reason") != "OOMKilled" or (state.get("ready") and not recent):
                continue
            limit = ((declared.get("resources") or {}).get("limits") or {}).get("memory")
            limited = f"its limit of {limit}" if limit else "what its node could spare"
            restarts = state.get("restartCount", 0)
            yield Match(
                obj=pod,
                cause=f"Container {declared['name']} used more memory than {limited} and was "
                "killed.",
                fix=f"Raise the memory limit of container {declared['name']} (resources.limits)."
                if limit
                else "Give it a memory request that matches its use, or free memory on the node.",
                evidence=(f"{end.get('finishedAt', '')} OOMKilled, restarted {restarts} times",),
                seen=moment(end.get("finishedAt")),
                terminal=restarts >= _OOM_LOOP and waiting(state)[0] == "CrashLoopBackOff",
            )


def _recent(time: datetime | None, now: datetime) -> bool:
    return time is not None and now - time < timedelta(minutes=10)


def _crash_loop(view: View) -> Iterable[Match]:
    """Restarts while what the container needs is not ready are usual: jobservice ends until core
    answers, core ends a minute after the database does not. It counts once all of that has been
    ready for as long as the chart allows, and the container was started and ended since.
    """
    for pod in view.unsettled_pods:
        for declared, state in containers(pod):
            end = last_end(state)
            if waiting(state)[0] != "CrashLoopBackOff":
                continue
            since = needs_ready_since(view, pod)
            started = moment(end.get("startedAt"))
            if since is None or (started is not None and started < since):
                continue
            if view.now - since < own_grace(declared):
                continue
            name, code = declared["name"], end.get("exitCode", "unknown")
            yield Match(
                obj=pod,
                cause=f"Container {name} ended with exit code {code} and was restarted "
                f"{state.get('restartCount', 0)} times, although all that it needs is ready.",
                fix="Its last log lines say why it ends.",
                evidence=(
                    *(line.text for line in view.log(pod, name)[-6:]),
                    one_line(waiting(state)[1]),
                ),
                seen=moment(end.get("finishedAt")),
                terminal=True,
            )


def own_grace(container: Mapping[str, Any]) -> timedelta:
    """How long the chart itself lets a container fail before it is restarted: the delay of its
    liveness probe and the failures that it takes; at least a minute.
    """
    probe = container.get("livenessProbe") or {}
    failures = probe.get("periodSeconds", 10) * probe.get("failureThreshold", 3)
    delay = timedelta(seconds=probe.get("initialDelaySeconds", 0) + failures)
    return max(delay, _LEAST_GRACE)


def _start_failure(state: Mapping[str, Any]) -> str:
    """What the container runtime said where it could not start the container; else empty."""
    reason, message = waiting(state)
    end = last_end(state)
    if reason in _CANNOT_START:
        return one_line(message) or reason
    if reason == "CrashLoopBackOff" and end.get("reason") in _START_FAILURES:
        return one_line(end.get("message")) or str(end["reason"])
    return ""


def _cannot_start(view: View) -> Iterable[Match]:
    for pod in view.unsettled_pods:
        for declared, state in containers(pod):
            told = _start_failure(state)
            if not told or _missing(told):
                continue
            yield Match(
                obj=pod,
                cause=f"Container {declared['name']} cannot be started: {told}",
                fix="The message comes from the node's container runtime; mostly a command, a "
                "mount or a security setting of the container is at fault.",
                evidence=event_lines(e for e in view.warnings(pod) if e.get("reason") == "Failed"),
                since=created(pod),
            )


def _not_ready(view: View) -> Iterable[Match]:
    """A container that runs and fails its readiness probe. One that still starts (core while it
    migrates, for up to an hour) is not meant, nor one whose needs are not ready.
    """
    for pod in view.unsettled_pods:
        needs = needs_ready_since(view, pod)
        for declared, state in containers(pod):
            begun = running_since(state)
            if state.get("ready") or begun is None or needs is None:
                continue
            if "startupProbe" in declared and not state.get("started"):
                continue
            failed = [e for e in view.warnings(pod) if e.get("reason") == "Unhealthy"]
            yield Match(
                obj=pod,
                cause=f"Container {declared['name']} runs, but does not become ready, although all "
                "that it needs is.",
                fix="What its probe answers, and its log, say what it lacks.",
                evidence=event_lines(failed),
                since=max(begun, needs),
            )


RULES = (
    Rule(
        "HW-015", "A Secret, ConfigMap or key is missing", Layer.SECRETS, (POD, EVENT), _config,
        quiet=timedelta(seconds=10), grace=timedelta(minutes=1),
    ),
    Rule("HW-041", "Container ran out of memory", Layer.WORKLOAD, (POD,), _out_of_memory),
    Rule(
        "HW-201", "Container keeps ending", Layer.WORKLOAD, (POD,), _crash_loop, symptom=True,
        offers="restart",
    ),
    Rule(
        "HW-240", "Container does not become ready", Layer.WORKLOAD, (POD, EVENT), _not_ready,
        quiet=timedelta(minutes=5), symptom=True, offers="restart",
    ),
    Rule(
        "HW-203", "Container cannot start", Layer.WORKLOAD, (POD,), _cannot_start,
        quiet=timedelta(seconds=15), grace=timedelta(minutes=2),
    ),
)  # fmt: skip
