"""The simulated world in a file, between two commands."""

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backends.simulated.stage import Stage
from wizard.errors import UsageError

_VERSION = 2


@dataclass(slots=True)
class Past:
    """What a world has behind it: whether the scenario's `meanwhile` has happened."""

    meanwhile: bool = False


def load(path: Path, scenario: str, stage: Stage) -> Past | None:
    """Bring a world back from its file; None: there is none, or it is another scenario's.

    A file that cannot be understood counts as none: nothing real is in it.
    """
    try:
        found = json.loads(path.read_text())
        if found | _head(scenario) != found:
            return None
        past = Past(found["meanwhile"])
        stage.store.load(found["objects"])
        stage.logs.load(found["logs"])
        stage.harbor.admin_password = found["adminPassword"]
        stage.vault.load(found["vault"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return past


def _head(scenario: str) -> dict[str, Any]:
    return {"version": _VERSION, "scenario": scenario}


def save(path: Path, scenario: str, stage: Stage, past: Past) -> None:
    """Write the world to its file, for this user only, whole or not at all. Raises UsageError."""
    content = _head(scenario) | {
        "objects": stage.store.dump(),
        "logs": stage.logs.dump(),
        "adminPassword": stage.harbor.admin_password,
        "vault": stage.vault.dump(),
        "meanwhile": past.meanwhile,
    }
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(draft, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            json.dump(content, file)
        draft.replace(path)
    except OSError as failure:
        with suppress(OSError):
            draft.unlink()
        raise UsageError(
            "The simulated cluster cannot be kept for the next command",
            why=failure.strerror or str(failure),
            where=str(path),
            fix="make room there, or set XDG_STATE_HOME to another folder",
        ) from None
