"""k9s, for whoever has it: a person goes on there at an object, on the same terminal."""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from wizard.errors import StepFailed
from wizard.ports import Ref


class K9s:
    """Opens the program at an object of the cluster that the wizard looks at, by its kubeconfig.

    Its arguments are names alone. It has the terminal until the person leaves it; nothing else of
    this process goes on meanwhile.
    """

    def __init__(self, program: str, kubeconfig: Path | None) -> None:
        self._program = program
        self._kubeconfig = kubeconfig

    @classmethod
    def find(cls, kubeconfig: Path | None, environ: Mapping[str, str] = os.environ) -> "K9s | None":
        """The program on PATH; None: there is none."""
        program = shutil.which("k9s", path=environ.get("PATH", os.defpath))
        return cls(program, kubeconfig) if program else None

    def command(self, context: str, ref: Ref, resource: str) -> list[str]:
        """The command line; the view is filtered by the object's name."""
        file = ["--kubeconfig", str(self._kubeconfig.expanduser())] if self._kubeconfig else []
        place = ["--namespace", ref.namespace] if ref.namespace else []
        view = ["--command", f"{resource} /{ref.name}"]
        return [self._program, *file, "--context", context, *place, *view]

    def open(self, context: str, ref: Ref, resource: str) -> None:
        """Show it, and return when it is left. Raises StepFailed: it cannot be run, or failed."""
        command = self.command(context, ref, resource)
        before = signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is for the program
        try:
            code = subprocess.run(command, check=False).returncode
        except OSError as error:
            raise _failed(command, (error.strerror or "unknown reason").lower()) from None
        finally:
            signal.signal(signal.SIGINT, before)
        if code:
            raise _failed(command, f"it ended with exit code {code}")


def _failed(command: list[str], why: str) -> StepFailed:
    return StepFailed(
        "k9s did not work",
        why=why,
        where=command[0],
        fix=f"see what it says by hand: {' '.join(command[:-1])} '{command[-1]}'",
    )
