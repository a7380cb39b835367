"""The programs to compare with, built from their Go modules once into the user's cache."""

from pathlib import Path

from tests.cluster.build import Program, ensure_single

_MODULES = Path(__file__).parent / "peers"

K9S = Program(
    "k9s", str(_MODULES / "k9s"), "github.com/derailed/k9s", "shows a cluster live", "8 min"
)
TROUBLESHOOT = Program(
    "troubleshoot",
    str(_MODULES / "troubleshoot"),
    "github.com/replicatedhq/troubleshoot/cmd/troubleshoot",
    "writes support bundles",
    "8 min",
)


def k9s() -> Path:
    """The program k9s. Raises NoPrograms, RuntimeError."""
    return ensure_single(K9S)


def troubleshoot() -> Path:
    """The program support-bundle of troubleshoot. Raises NoPrograms, RuntimeError."""
    return ensure_single(TROUBLESHOOT)
