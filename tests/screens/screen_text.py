"""What a person would read on the screen of an app under test."""

from typing import Any

from rich.style import Style
from textual.app import App
from textual.strip import Strip


def screen_strips(app: App[Any]) -> list[Strip]:
    """The rows of the screen with their styles."""
    return app.screen._compositor.render_strips(app.size)


def screen_lines(app: App[Any]) -> list[str]:
    """The rows of the screen as text, without the blanks at their ends."""
    return [strip.text.rstrip() for strip in screen_strips(app)]


def styles_of(app: App[Any], text: str) -> list[Style]:
    """The style of every piece of the screen that is exactly this text, from the top on."""
    return [
        segment.style or Style()
        for strip in screen_strips(app)
        for segment in strip.simplify()
        if segment.text.strip() == text
    ]
