"""The time until the first frame stands on a terminal, against a bare Textual application."""

import fcntl
import os
import pty
import signal
import struct
import sys
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path
from select import select
from tempfile import TemporaryDirectory

from tests.bench import bare
from tests.bench.measuring import Row, alternate

TURNS = 7
LIMIT = 1.6
TITLE = b"private registry on your"
DEADLINE = 60.0


def first_frames() -> list[Row]:
    """`wizard --demo`, and `wizard` with a kubeconfig whose server does not answer."""
    wizard = str(Path(sys.executable).with_name("wizard"))
    with TemporaryDirectory() as name:
        kubeconfig = Path(name) / "kubeconfig"
        kubeconfig.write_text(KUBECONFIG)
        environment = {"HOME": name, "XDG_STATE_HOME": name, "KUBECONFIG": str(kubeconfig)}

        def peer() -> None:
            until_shown([sys.executable, "-m", "tests.bench.bare"], bare.TEXT.encode(), environment)

        rows = []
        for arguments in (["--demo"], []):
            shown, peers = alternate(
                TURNS, lambda a=arguments: until_shown([wizard, *a], TITLE, environment), peer
            )
            title = " ".join(["first frame of wizard", *arguments, "/ bare application"])
            rows.append(Row(title, "s", LIMIT, shown, peers))
    return rows


def until_shown(command: Sequence[str], text: bytes, environment: Mapping[str, str]) -> None:
    """Start a command on a terminal of 80x24, wait until it shows the text, end it."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe(command[0], command, {**_SETTINGS, **environment})
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    try:
        seen = b""
        while text not in seen:
            if not select([terminal], [], [], DEADLINE)[0]:
                raise TimeoutError(f"{command} did not show {text!r}")
            seen += os.read(terminal, 65536)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)


_SETTINGS = {"PATH": os.environ.get("PATH", ""), "TERM": "xterm-256color", "LANG": "C.UTF-8"}

KUBECONFIG = """\
apiVersion: v1
kind: Config
current-context: here
clusters: [{name: here, cluster: {server: "https://127.0.0.1:9"}}]
users: [{name: me, user: {token: none}}]
contexts: [{name: here, context: {cluster: here, user: me}}]
"""
