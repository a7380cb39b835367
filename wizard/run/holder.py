"""Who holds a lock: a process, named so that its death can be proven on its own machine."""

import os
import re
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_IDENTITY = re.compile(
    r"(?P<host>\S+) pid (?P<pid>[1-9][0-9]{0,8}) boot (?P<boot>\S+) start (?P<start>\S+)"
)
_UNKNOWN = "unknown"
_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Holder:
    """A process: its host, one boot of that host, its number there and when it started.

    A part that this machine cannot tell is "unknown" and proves nothing.
    """

    host: str
    pid: int
    boot: str
    start: str

    @classmethod
    def current(cls) -> Self:
        """This very process."""
        pid = os.getpid()
        start = _process_start(pid) or _UNKNOWN
        return cls(socket.gethostname() or _UNKNOWN, pid, _boot() or _UNKNOWN, start)

    @classmethod
    def parse(cls, identity: str) -> Self | None:
        """The holder of an identity as `str` writes it; None for what others wrote."""
        found = _IDENTITY.fullmatch(identity)
        return (
            cls(found["host"], int(found["pid"]), found["boot"], found["start"]) if found else None
        )

    def __str__(self) -> str:
        """As a Lease names it: `ws1 pid 4242 boot 1f3c… start 88120`."""
        return f"{self.host} pid {self.pid} boot {self.boot} start {self.start}"

    def proven_dead(self) -> bool:
        """Whether that process surely has ended: it ran here, and is gone or another by now."""
        here = Holder.current()
        if _UNKNOWN in (here.boot, self.start) or (here.host, here.boot) != (self.host, self.boot):
            return False
        if not _exists(self.pid):
            return True
        start = _process_start(self.pid)
        return start is not None and start != self.start


def _exists(pid: int) -> bool:
    """Whether a process of any user has this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _boot() -> str:
    """What names this boot; on Linux together with the namespace in which pids count.

    Two containers may share host name and boot, and each has a pid 7. On macOS the boot session
    serves, since kern.boottime moves whenever the clock is set.
    """
    if sys.platform == "darwin":
        return _output("/usr/sbin/sysctl", "-n", "kern.bootsessionuuid")
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        namespace = os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""
    return f"{boot}/{namespace.strip('pid:[]')}"


def _process_start(pid: int) -> str | None:
    """When a process started; "ended" for one that waits for its parent, None if unknown."""
    if sys.platform == "darwin":
        state, _, start = _output("/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)).partition(" ")
    else:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return None
        # proc(5): the second field, the name in brackets, may itself hold blanks and brackets.
        fields = stat.rpartition(")")[2].split()
        state, start = fields[0], fields[19]
    if state.startswith(("Z", "X")):
        return "ended"
    return "-".join(start.split()) or None


def _output(*command: str) -> str:
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=True,
            env={"LC_ALL": "C", "TZ": "UTC"},
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
