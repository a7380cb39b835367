"""Keeps the stand-in for Harbor in step with the simulated cluster."""

import base64

from backends.simulated.harbor_state import COMPONENTS, HarborState
from backends.simulated.pod_objects import component, is_up
from backends.simulated.store import Store
from wizard.ports import Kind, Object, Ref

_POD_OF = {"registryctl": "registry"}
_KINDS = (Kind("apps/v1", "Deployment"), Kind("apps/v1", "StatefulSet"))


class HarborView:
    """Reads from the workloads how Harbor fares. One release is shown: the first there is."""

    def __init__(self, store: Store, state: HarborState) -> None:
        self._store = store
        self._state = state
        state.listening = False

    def look(self) -> None:
        """Bring the state up to date."""
        found = {
            component(workload): workload
            for kind in _KINDS
            for workload in self._store.select(kind, labels="app=harbor")
        }
        core = found.get("core")
        self._state.listening = core is not None and is_up(core)
        if core is None or not self._state.listening:
            return
        self._state.components = COMPONENTS + (("trivy",) if "trivy" in found else ())
        self._state.problems = {
            name: f"failed to reach {name}: connection refused"
            for name in self._state.components
            if (workload := found.get(_POD_OF.get(name, name))) and not is_up(workload)
        }
        self._configure(core)

    def _configure(self, core: Object) -> None:
        """What core read at its start. The password counts at the very first one only."""
        namespace = core["metadata"]["namespace"]
        name = core["metadata"]["name"]
        settings = self._store.get(Ref(Kind("v1", "ConfigMap"), namespace, name))
        if settings:
            self._state.external_url = settings["data"]["EXT_ENDPOINT"]
        if not self._state.admin_password:
            self._state.admin_password = self._password(core, namespace, name)

    def _password(self, core: Object, namespace: str, own: str) -> str:
        secret, key = own, "HARBOR_ADMIN_PASSWORD"
        for variable in core["spec"]["template"]["spec"]["containers"][0].get("env", []):
            if variable["name"] == key and "valueFrom" in variable:
                reference = variable["valueFrom"]["secretKeyRef"]
                secret, key = reference["name"], reference["key"]
        found = self._store.get(Ref(Kind("v1", "Secret"), namespace, secret))
        return base64.b64decode((found or {}).get("data", {}).get(key, "")).decode()
