"""The row of a secret: where it comes from, never what it is."""

from collections.abc import Mapping
from typing import Any

from screens.desk import Desk
from screens.widgets.rows import EditorRow
from wizard.answers.paths import format_path

_WORDS = {
    "env": "from the variable {}",
    "file": "from the file {}",
    "secret": "from the Secret {}",
    "vault": "from Vault: {}",
    "prompt": "asked at every run",
    "generate": "made in the cluster",
}


class SecretRow(EditorRow):
    """Tells where a secret comes from; its editor is a window of its own."""

    session: Desk | None = None

    def summary(self, value: Any) -> str:
        """Where the secret comes from, and whether it was typed for this session."""
        name = format_path(self.question.path)
        typed = self.session is not None and name in self.session.typed
        shown = value if value is not None else self.question.default
        words = source_words(shown) if shown is not None else "none"
        if value is None and shown is not None:
            words = f"{words} (default)"
        return f"{words}, typed for this session" if typed else words


def source_words(reference: Any) -> str:
    """Where a reference leads, in a few words; what is no reference is never shown."""
    if isinstance(reference, Mapping):
        for kind, words in _WORDS.items():
            if kind in reference:
                return words.format(_place(reference[kind]))
    return "not a reference"


def _place(target: Any) -> str:
    if isinstance(target, Mapping):
        return "/".join(str(part) for part in target.values())
    return str(target)
