"""What stands below the questions of a page."""

from textual.widgets import Static


class Extra(Static):
    """Something that the answers of a page lead to; it is told whenever one of them changes."""

    def answers_changed(self) -> None:
        """Look at the answers anew."""
        raise NotImplementedError
