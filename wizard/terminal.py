"""The person at the terminal, for commands without screens."""

import getpass
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from wizard.errors import SecretMissing


class TerminalPerson:
    """Asks on the controlling terminal; without one it says which variable to set instead."""

    @property
    def present(self) -> bool:
        """Whether there is a terminal."""
        return sys.stdin.isatty()

    def secret(self, path: str, label: str) -> str:
        """Ask for a secret, unseen. Raises SecretMissing without a terminal or an answer."""
        from wizard.answers.secret_values import variable_for

        instead = f"set the environment variable {variable_for(path)}, or run it in a terminal"
        if not self.present:
            why = "it is to be asked for, but there is no terminal"
            raise SecretMissing(f"No value for the secret {path}", why=why, fix=instead, where=path)
        answer = self.unseen(f"{label} ({path})")
        if not answer:
            raise SecretMissing(
                f"No value for the secret {path}", why="nothing was typed", fix=instead, where=path
            )
        return answer

    def unseen(self, label: str) -> str:
        """Ask for a line that is not shown while it is typed; empty: nothing was. Only where
        somebody is `present`.
        """
        try:
            with _interruptible():
                return getpass.getpass(f"{label}: ")
        except EOFError:
            return ""

    def agrees(self) -> bool:
        """Whether the answer to a question just asked is yes, which Enter means as well.

        Only where somebody is `present`.
        """
        try:
            with _interruptible():
                answer = input()
        except EOFError:
            return False
        return answer.strip().lower() in {"", "y", "yes"}


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end a question at once: asyncio holds them back until it is over."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.default_int_handler) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
