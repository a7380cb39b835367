"""The person at the terminal, for commands without screens."""

import getpass
import sys

from wizard.answers.secret_values import variable_for
from wizard.errors import SecretMissing


class TerminalPerson:
    """Asks on the controlling terminal; without one it says which variable to set instead."""

    def secret(self, path: str, label: str) -> str:
        """Ask for a secret, unseen. Raises SecretMissing without a terminal or an answer."""
        instead = f"set the environment variable {variable_for(path)}, or run it in a terminal"
        if not sys.stdin.isatty():
            why = "it is to be asked for, but there is no terminal"
            raise SecretMissing(f"No value for the secret {path}", why=why, fix=instead, where=path)
        try:
            answer = getpass.getpass(f"{label} ({path}): ")
        except EOFError:
            answer = ""
        if not answer:
            raise SecretMissing(
                f"No value for the secret {path}", why="nothing was typed", fix=instead, where=path
            )
        return answer
