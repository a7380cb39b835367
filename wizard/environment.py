"""What the environment says: settings in variables, and where the wizard keeps its state."""

import os
from pathlib import Path

from platformdirs import user_state_path

from wizard.errors import UsageError

APP_NAME = "harbor-wizard"


def state_folder() -> Path:
    """Where the wizard keeps what outlives a run: `$XDG_STATE_HOME/harbor-wizard`, else the
    platform's own place.
    """
    return user_state_path(APP_NAME, appauthor=False)


def number_of(variable: str, default: float) -> float:
    """A number from 0 on in an environment variable. Raises UsageError for anything else."""
    text = os.environ.get(variable) or str(default)
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not number >= 0:
        raise UsageError(
            f"The environment variable {variable} is no number from 0 on",
            why=f"it is {text!r}",
            where=variable,
            fix=f"give a number, or unset it for {default:g}",
        )
    return number
