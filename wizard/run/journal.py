"""The journal of a run: what was planned, begun and finished, kept whatever happens to the run.

It explains, it never decides: after a kill the same command plans again from the world. Hence a
journal that cannot be written any more is told, and the run goes on.
"""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from wizard.environment import state_folder
from wizard.errors import UsageError, WizardError
from wizard.plan.plan import Plan, Target
from wizard.run.appending import AppendOnly
from wizard.run.events import (
    Event,
    RunFinished,
    RunStarted,
    StepFinished,
    StepStarted,
    document,
    timestamp,
)
from wizard.run.records import (
    JOURNAL_FILE,
    LOG_FILE,
    PRESET_FILE,
    RunRecord,
    runs_folder,
)
from wizard.run.redaction import Redactor
from wizard.run.rendering import EventLines

JOURNAL_VERSION = 1
_KEY_FILE = "digest.key"
_KEY_BYTES = 32
_TRANSITIONS = (RunStarted, StepStarted, StepFinished, RunFinished)
_HEAD = frozenset({"v", "time", "run", "event", "target"})


def _now() -> datetime:
    return datetime.now(UTC)


class Journal:
    """The folder of one run: `journal.jsonl`, the plain log `log.txt` and `preset.yaml`.

    `warn` is told once when the folder cannot be written any more.
    """

    def __init__(
        self,
        folder: Path,
        target: Target,
        redactor: Redactor,
        warn: Callable[[WizardError], None],
        now: Callable[[], datetime] = _now,
    ) -> None:
        self.run = folder.name
        self.folder = folder
        self._target = target
        self._redactor = redactor
        self._warn = warn
        self._now = now
        self._key = _installation_key()
        self._lines = EventLines(timestamp)
        self._failed = False
        self._journal = AppendOnly(folder / JOURNAL_FILE)
        self._log = AppendOnly(folder / LOG_FILE)

    @classmethod
    def open(
        cls,
        target: Target,
        preset: tuple[str, str],
        redactor: Redactor,
        warn: Callable[[WizardError], None],
        *,
        secret_values: Mapping[str, str] | None = None,
        log_dir: Path | None = None,
        now: Callable[[], datetime] = _now,
    ) -> Self:
        """Begin the journal of a new run of a preset, given as its name and its full text.

        `secret_values` (by path of the preset) count in the hash of what is wanted and go
        nowhere else. Raises UsageError where the folder cannot be made or written.
        """
        name, text = preset
        try:
            journal = cls(_new_folder(log_dir, now()), target, redactor, warn, now)
            _write_preset(journal.folder, redactor.redact(text))
            wanted = {"preset": text, "secrets": dict(secret_values or {})}
            journal.record("run.opened", preset=name, hash=journal.digest(wanted))
        except OSError as error:
            fix = "make room there or name another folder with --log-dir"
            raise _failure(UsageError, runs_folder(log_dir), error, fix) from error
        return journal

    def digest(self, wanted: Any) -> str:
        """Sixteen hex digits that name a JSON value, secrets in it included.

        The digest is keyed (HMAC-SHA-256, RFC 2104) with a key that stays on this machine, so
        that nobody finds a secret by trying values against a journal that was passed on.
        """
        text = json.dumps(wanted, sort_keys=True, ensure_ascii=False)
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()[:16]

    def planned(self, plan: Plan) -> None:
        """Note what each step with changes is going to change."""
        for step in plan.steps:
            if step.changes:
                wanted = [[c.action, str(c.ref), c.content] for c in step.changes]
                self._note("step.planned", step=step.id, state="planned", hash=self.digest(wanted))
        self._note("run.planned", hash=plan.hash)

    def event(self, event: Event) -> None:
        """Take an event of the run: all go to the plain log, transitions also to the journal.

        When this returns, a transition has reached the disk.
        """
        self._unless_failed(self._log_event, event)
        if isinstance(event, _TRANSITIONS):
            told = {key: value for key, value in document(event).items() if key not in _HEAD}
            state = {"state": "started"} if isinstance(event, StepStarted) else {}
            self._note(event.name, **state, **told)

    def record(self, event: str, **details: Any) -> None:
        """Append one entry and wait until it is on the disk. Raises OSError."""
        entry = {
            "v": JOURNAL_VERSION,
            "time": timestamp(self._now()),
            "run": self.run,
            "event": event,
            "target": self._target.document(),
        }
        line = json.dumps(entry | self._redactor.redact_document(details), ensure_ascii=False)
        self._journal.write(line + "\n", durable=True)

    def close(self) -> None:
        """Close the files; a run without its `run.finished` counts as unfinished."""
        self._journal.close()
        self._log.close()

    def _note(self, event: str, **details: Any) -> None:
        self._unless_failed(self.record, event, **details)

    def _log_event(self, event: Event) -> None:
        for line in self._lines.of(event):
            self._log.write(self._redactor.redact(line) + "\n")

    def _unless_failed(self, write: Callable[..., None], *args: Any, **details: Any) -> None:
        if self._failed:
            return
        try:
            write(*args, **details)
        except OSError as error:
            self._failed = True
            fix = "the run goes on without it; make room there before the next one"
            self._warn(_failure(WizardError, self.folder, error, fix))


def supersede(record: RunRecord, by: str) -> None:
    """Mark an unfinished run as replaced by the run with the id `by`. Raises UsageError."""
    entry = {
        "v": JOURNAL_VERSION,
        "time": timestamp(_now()),
        "run": record.id,
        "event": "run.superseded",
        "target": record.target.document(),
        "by": by,
    }
    try:
        journal = AppendOnly(record.folder / JOURNAL_FILE)
        try:
            journal.write(json.dumps(entry, ensure_ascii=False) + "\n", durable=True)
        finally:
            journal.close()
    except OSError as error:
        fix = "make the folder writable or name another one with --log-dir"
        raise _failure(UsageError, record.folder, error, fix) from error


def _failure(kind: type[WizardError], folder: Path, error: OSError, fix: str) -> WizardError:
    why = error.strerror or str(error)
    return kind("The journal of the run cannot be written", why=why, fix=fix, where=str(folder))


def _new_folder(log_dir: Path | None, moment: datetime) -> Path:
    """A folder named so that names sort by time; private to its owner."""
    runs = runs_folder(log_dir)
    runs.mkdir(mode=0o700, parents=True, exist_ok=True)
    utc = moment.astimezone(UTC)
    milliseconds = utc.microsecond // 1000
    folder = runs / f"{utc:%Y%m%dT%H%M%S}{milliseconds:03d}Z-{secrets.token_hex(3)}"
    folder.mkdir(mode=0o700)
    return folder


def _write_preset(folder: Path, text: str) -> None:
    answers = AppendOnly(folder / PRESET_FILE)
    try:
        answers.write(text, durable=True)
    finally:
        answers.close()


def _installation_key() -> bytes:
    """The key of this installation's digests, made at its first run (0600).

    It lies outside the run folders, which may be passed on. Where it can be neither read nor
    made, the run takes a key of its own: its digests compare among themselves only.
    """
    path = state_folder() / _KEY_FILE
    fresh = secrets.token_bytes(_KEY_BYTES)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            kept = path.read_bytes()
            return kept if len(kept) == _KEY_BYTES else fresh
        with os.fdopen(descriptor, "wb") as file:
            file.write(fresh)
    except OSError:
        pass
    return fresh
