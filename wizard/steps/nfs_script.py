"""What is tried on a volume on NFS, and what the answers mean."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

_MARK = "harbor-wizard: "
SYNCED = 20
"""How often a block is written and synced to measure the time."""

SCRIPT = f"""\
cd /probe || exit 1
file=harbor-wizard.${{HOSTNAME:-pod}}
say() {{ echo "{_MARK}$*"; }}
try() {{ name=$1; shift; if "$@"; then say $name=ok; else say $name=failed; fi; }}
say user=$(id -u)
if ! echo written > "$file"; then say write=failed; exit 0; fi
say write=ok
say owner=$(stat -c %u "$file")
try chmod chmod 0600 "$file"
try chown chown "$(id -u)" "$file"
try flock flock -n "$file.lock" true
begin=$(date +%s%N)
for _ in $(seq {SYNCED}); do
  dd if=/dev/zero of="$file" bs=8192 count=1 conv=fsync 2> /dev/null
done
say fsync_us=$(( ($(date +%s%N) - begin) / {SYNCED} / 1000 ))
set -- $(df -Pk . | tail -n 1)
say free_kib=$4
rm -f "$file" "$file.lock"
"""
"""Runs in a shell with coreutils and util-linux; what fails is told, it always ends well."""

SLOW_MILLISECONDS = 10.0
"""Longer syncs make a database slow; etcd's own limit for its disk, for want of a better one
(https://etcd.io/docs/v3.5/op-guide/hardware/#disks).
"""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that the test found. `fatal`: Harbor would not start on it."""

    what: str
    why: str
    fix: str
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class Answers:
    """What the script told as one user: its lines as a map, and what else was said."""

    told: Mapping[str, str]
    other: tuple[str, ...] = field(default_factory=tuple)

    @property
    def user(self) -> str:
        """The user that the script ran as."""
        return self.told.get("user", "unknown")


def answers(lines: Sequence[str]) -> Answers:
    """The answers in the log of a pod."""
    marked = [line.removeprefix(_MARK) for line in lines if line.startswith(_MARK)]
    told = dict(line.split("=", 1) for line in marked if "=" in line)
    return Answers(told, tuple(line for line in lines if not line.startswith(_MARK)))


_SQUASHED = (
    "let the export keep users (no all_squash), and let root make folders in it (no_root_squash): "
    "the driver makes each volume's folder as root and gives it to Harbor's users"
)


def troubles(found: Answers, *, database: bool, needed: Decimal) -> Iterator[Trouble]:
    """What is wrong for Harbor. `database`: PostgreSQL or Redis is to be there; `needed` is how
    many bytes Harbor's volumes ask for together.
    """
    told, user = found.told, found.user
    if told.get("write") != "ok":
        said = "; ".join(found.other[-2:]) or "the pod said nothing"
        yield Trouble(f"User {user} cannot write to the export", said, _SQUASHED, fatal=True)
        return
    if told.get("owner") != user:
        yield Trouble(
            f"A file of user {user} belongs to user {told.get('owner')} on the server",
            "the export maps all users to one; PostgreSQL refuses a folder that is not its own",
            _SQUASHED,
            fatal=database,
        )
    for name, what in (("chmod", "change the mode of"), ("chown", "keep the owner of")):
        if told.get(name) != "ok":
            yield Trouble(
                f"User {user} cannot {what} its own files",
                "PostgreSQL does so when it starts",
                _SQUASHED,
                fatal=database,
            )
    yield from _of_the_server(told, database, needed)


def _of_the_server(told: Mapping[str, str], database: bool, needed: Decimal) -> Iterator[Trouble]:
    if told.get("flock") != "ok":
        yield Trouble(
            "Files cannot be locked on the export",
            "with NFS 3 that takes a lock service on server and nodes",
            "use NFS 4.1 or newer: nfsvers=4.1 in storage.provisioner.mountOptions",
        )
    milliseconds = _number(told.get("fsync_us")) / 1000
    if database and milliseconds > SLOW_MILLISECONDS:
        yield Trouble(
            f"Writing safely takes {milliseconds:.1f} ms on the export",
            f"a database wants less than {SLOW_MILLISECONDS:.0f} ms: every change waits for it",
            "give database and redis a className on a local disk or block storage, or use "
            "external ones",
        )
    free = _number(told.get("free_kib")) * 1024
    if "free_kib" in told and free < needed:
        yield Trouble(
            f"{_gibi(free)} are free on the export, and Harbor's volumes ask for {_gibi(needed)}",
            "NFS keeps no volume to its size: the first one that is full stops all",
            "make room on the server, or ask for less in storage.volumes",
        )


def _number(text: str | None) -> Decimal:
    return Decimal(text) if text and text.isdigit() else Decimal(0)


def _gibi(amount: Decimal) -> str:
    return f"{amount / 1024**3:.1f} GiB"
