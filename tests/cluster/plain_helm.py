"""Helm as a person would call it: what the wizard's runs are prepared by and compared with."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.cluster.kube import Object


@dataclass(frozen=True)
class PlainHelm:
    """Helm with its own folders and one identity's kubeconfig."""

    path: str
    kubeconfig: Path
    home: Path

    def run(self, *arguments: str, values: Object | None = None, timeout: float = 120) -> str:
        """Its stdout; a failure is an AssertionError with its stderr. Values go in by stdin."""
        folders = {
            f"HELM_{kind}_HOME": str(self.home / kind) for kind in ("CACHE", "CONFIG", "DATA")
        } | {"KUBECACHEDIR": str(self.home / "kube")}
        done = subprocess.run(
            [self.path, *arguments, *(["-f", "-"] if values is not None else [])],
            input=None if values is None else yaml.safe_dump(values),
            env={"PATH": os.environ["PATH"], "KUBECONFIG": str(self.kubeconfig), **folders},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert done.returncode == 0, f"helm {' '.join(arguments)}: {done.stderr}"
        return done.stdout
