"""Drafts of unfinished sessions, kept so that nothing typed is lost, whatever ends the wizard.

A file a session, JSON: every raw value comes back as it was, also one that no preset could hold,
and it is written in a few milliseconds. It holds no secret.
"""

import json
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wizard.answers.draft import Draft
from wizard.answers.migration import migrate, version_problem
from wizard.answers.problems import Problem
from wizard.answers.saving import rooted, without_secrets
from wizard.answers.writing import write_atomically
from wizard.errors import UsageError

_VERSION = 1
_SUFFIX = ".json"


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return f"{_now():%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """The draft of a session, with where it was left.

    `section` is the name of the screen, `origin` the preset file that the session began with,
    if any. `id` stays the same for the whole session.
    """

    draft: Draft
    section: str = ""
    origin: Path | None = None
    id: str = field(default_factory=_new_id)
    when: datetime = field(default_factory=_now)

    @property
    def name(self) -> str:
        """The preset's name; empty while it has none."""
        name = self.draft.data.get("name")
        return name if isinstance(name, str) else ""

    def left_at(self, section: str, draft: Draft) -> "KeptDraft":
        """The same session as it is now."""
        return replace(self, draft=draft, section=section, when=_now())


def keep(folder: Path, kept: KeptDraft) -> None:
    """Write the draft of a session into the folder of drafts, over what was kept of it before.

    The folder is made where it is missing. Raises UsageError; what was kept before is then whole.
    """
    document = {
        "version": _VERSION,
        "when": kept.when.isoformat(),
        "section": kept.section,
        "origin": str(kept.origin.absolute()) if kept.origin else None,
        "folder": str(kept.draft.folder.absolute()),
        "answers": without_secrets(rooted(kept.draft).data),
    }
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
        write_atomically(_file(folder, kept.id), json.dumps(document).encode(), mode=0o600)
    except OSError as error:
        raise _failed("The draft of this session could not be kept", error, folder) from None


def kept_drafts(folder: Path) -> tuple[list[KeptDraft], list[Problem]]:
    """All drafts of a folder, the newest first, and the files that could not be understood.

    Raises UsageError where the folder cannot be read; one that does not exist holds none.
    """
    found: list[KeptDraft] = []
    problems: list[Problem] = []
    try:
        files = sorted(file for file in folder.iterdir() if file.suffix == _SUFFIX)
    except FileNotFoundError:
        files = []
    except OSError as error:
        raise _failed("The drafts of earlier sessions cannot be read", error, folder) from None
    for file in files:
        try:
            found.append(_read(file))
        except OSError as error:
            problems.append(_damaged(file, (error.strerror or "cannot be read").lower()))
        except (ValueError, TypeError, KeyError, RecursionError):
            problems.append(_damaged(file, "is no draft that this wizard understands"))
    return sorted(found, key=lambda kept: kept.when, reverse=True), problems


def forget(folder: Path, id_: str) -> None:
    """Remove the draft of a session, if there is one. Raises UsageError."""
    try:
        with suppress(FileNotFoundError):
            _file(folder, id_).unlink()
    except OSError as error:
        raise _failed("The draft could not be removed", error, folder) from None


def _file(folder: Path, id_: str) -> Path:
    return folder / f"{id_}{_SUFFIX}"


def _read(file: Path) -> KeptDraft:
    """The draft of a file. Raises ValueError, TypeError, KeyError for anything else in it."""
    document = json.loads(file.read_bytes())
    section, origin, answers = (document[key] for key in ("section", "origin", "answers"))
    when = datetime.fromisoformat(document["when"])
    if document["version"] != _VERSION or not isinstance(section, str) or when.tzinfo is None:
        raise ValueError(file)
    return KeptDraft(
        draft=Draft(_in_newest_format(answers), folder=Path(document["folder"])),
        section=section,
        origin=Path(origin) if origin is not None else None,
        id=file.stem,
        when=when,
    )


def _in_newest_format(answers: Any) -> Mapping[str, Any]:
    """The answers of an earlier wizard in this one's format; a wrong version is left as it is."""
    if not isinstance(answers, dict):
        raise TypeError
    return answers if version_problem(answers) else migrate(answers)


def _damaged(file: Path, message: str) -> Problem:
    return Problem("", message, "Delete the file if you do not need it.", str(file))


def _failed(what: str, error: OSError, folder: Path) -> UsageError:
    return UsageError(
        what,
        why=(error.strerror or "unknown reason").lower(),
        fix="make room there, or set XDG_STATE_HOME to another folder",
        where=str(folder),
    )
