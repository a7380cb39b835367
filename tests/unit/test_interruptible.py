"""What the tests interrupt can be interrupted, also where they run in the background."""

import signal
import subprocess
import sys

from tests.interruptible import interruptible


def test_a_signal_that_the_parent_ignores_ends_the_program() -> None:
    code = (
        "import signal, subprocess\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        f"raise SystemExit(-subprocess.run({interruptible(['/bin/sh', '-c', 'kill -INT $$'])})"
        ".returncode)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == signal.SIGINT
