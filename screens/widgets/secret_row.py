"""The row of a secret: where it comes from, never what it is."""

from typing import Any

from screens.models.desk import Desk
from screens.models.shown import source_words
from screens.widgets.rows import EditorRow
from wizard.answers.paths import format_path


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
