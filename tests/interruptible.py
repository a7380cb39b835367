"""Programs that signals can end, whatever the parent of the tests ignores.

A shell lets its background jobs ignore SIGINT, `nohup` SIGHUP, and all their children inherit that.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

RESET = "import signal; [signal.signal(n, signal.SIG_DFL) for n in (signal.SIGINT, signal.SIGHUP)]"
_START = f"{RESET}; import os, sys; os.execv(sys.argv[1], sys.argv[1:])"


def interruptible(argv: Sequence[str | Path]) -> list[str]:
    """The command, whose first word is a path, with the usual effect of these signals."""
    return [sys.executable, "-c", _START, *map(str, argv)]
