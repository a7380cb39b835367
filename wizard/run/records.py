"""What earlier runs left behind: their folders, read back; never a ground for a decision."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from wizard.environment import state_folder
from wizard.errors import ExitCode, UsageError
from wizard.plan.plan import Target
from wizard.steps.difference import MASK
from wizard.text import plain

JOURNAL_FILE = "journal.jsonl"
LOG_FILE = "log.txt"
PRESET_FILE = "preset.yaml"


def runs_folder(log_dir: Path | None = None) -> Path:
    """The folder of all runs: under `--log-dir` where that is given, else the state folder."""
    return (log_dir or state_folder()) / "runs"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """An earlier run as its journal tells it; empty fields were never reached."""

    id: str
    folder: Path
    preset: str
    target: Target
    started: datetime
    plan: str = ""
    """The hash of the plan that it was to carry out; empty: it was refused before."""
    exit: int | None = None
    """The exit code it ended with; None where it was killed, or still goes on."""
    superseded_by: str = ""
    steps: Mapping[str, str] = field(default_factory=dict)
    """The last state told of each step: "planned", "started", or how it finished."""

    @property
    def preset_file(self) -> Path:
        """The answers of that run."""
        return self.folder / PRESET_FILE

    @property
    def unfinished(self) -> bool:
        """Whether it began, and neither reached its goal nor was replaced by another run."""
        return self.began and self.exit != ExitCode.DONE and not self.superseded_by

    @property
    def began(self) -> bool:
        """Whether it set to work on answers (an action has none): it was not refused, nor kept out
        by another run's lock.
        """
        return bool(self.preset and self.plan) and self.exit not in {
            ExitCode.LOCK_HELD,
            ExitCode.NOT_ACCEPTED,
        }

    def preset_text(self) -> str:
        """The answers of that run, as it stored them.

        Raises UsageError where they cannot be read, or had a secret in clear, which is never
        stored.
        """
        path = self.preset_file
        fix = "give the answers with --preset FILE instead of --resume"
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"The answers of the run {self.id} cannot be read",
                why=plain(str(error)),
                fix=fix,
                where=str(path),
            ) from error
        if MASK in text:
            raise UsageError(
                f"The answers of the run {self.id} are incomplete",
                why="they held a secret in clear, which the wizard does not store",
                fix=fix,
                where=str(path),
            )
        return text


def unfinished(
    target: Target | None, log_dir: Path | None = None, *, besides: str = ""
) -> RunRecord | None:
    """The newest unfinished run for a target (cluster, namespace, release; None: any).

    A run that reached its goal ends the story of all before it at its target; one that never
    began, and the run with the id `besides`, are passed over.
    """
    decided = set()
    for folder in sorted(_folders(runs_folder(log_dir)), reverse=True):
        record = read_record(folder)
        if record is None or not record.began or record.superseded_by or record.id == besides:
            continue
        place = _place(record.target)
        if record.unfinished and place not in decided and (not target or place == _place(target)):
            return record
        decided.add(place)
    return None


def newest(target: Target, limit: int, log_dir: Path | None = None) -> Sequence[RunRecord]:
    """The newest runs for a target, at most `limit`, the newest first.

    Raises UsageError where the folder of all runs cannot be read.
    """
    records = (read_record(one) for one in sorted(_folders(runs_folder(log_dir)), reverse=True))
    place = _place(target)
    return list(islice((one for one in records if one and _place(one.target) == place), limit))


def _folders(runs: Path) -> Iterator[Path]:
    try:
        yield from (entry for entry in runs.iterdir() if entry.is_dir())
    except FileNotFoundError:
        return
    except OSError as error:
        raise UsageError(
            "The records of earlier runs cannot be read",
            why=plain(error.strerror or str(error)),
            fix="make the folder readable, or name another one with --log-dir",
            where=str(runs),
        ) from error


def _place(target: Target) -> tuple[str, str, str]:
    """What makes two targets the same, whatever the context is called."""
    return (target.cluster_uid, target.namespace, target.release)


def read_record(folder: Path) -> RunRecord | None:
    """The run of a folder; None where its journal has no readable beginning."""
    entries = list(_entries(folder / JOURNAL_FILE))
    if not entries or entries[0].get("event") != "run.opened":
        return None
    first, last = entries[0], {entry.get("event"): entry for entry in entries}
    finished = last.get("run.finished", {})
    try:
        return RunRecord(
            id=folder.name,
            folder=folder,
            preset=first["preset"],
            target=_target(first["target"]),
            started=datetime.fromisoformat(first["time"]),
            plan=last.get("run.started", {}).get("plan", ""),
            exit=finished.get("exit"),
            superseded_by=last.get("run.superseded", {}).get("by", ""),
            steps={e["step"]: e["state"] for e in entries if e.get("step") and "state" in e},
        )
    except (KeyError, TypeError, ValueError):
        return None


def _entries(path: Path) -> Iterator[dict[str, Any]]:
    """The entries of a journal; a line that a kill or a full disk cut off is passed over."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            yield entry


def _target(document: Mapping[str, str]) -> Target:
    return Target(
        cluster_uid=document["clusterUid"],
        context=document["context"],
        namespace=document["namespace"],
        release=document["release"],
    )
