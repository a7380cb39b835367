"""Foreign text before a terminal shows it."""

import pytest

from wizard.text import plain


@pytest.mark.parametrize(
    ("foreign", "harmless"),
    [
        ("plain text, ünïcödé and\ttabs\nin lines", "plain text, ünïcödé and\ttabs\nin lines"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b[2J\x1b[Hcleared", "cleared"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;https://evil.test\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]52;c;c2VjcmV0\x07clipboard", "clipboard"),
        ("\x1b]0;never ends\nnext line", "\nnext line"),
        ("\x1bP1;2|device\x1b\\after", "after"),
        ("\x9b31mC1 colour\x9b0m", "C1 colour"),
        ("\x9d0;C1 title\x9ctext", "text"),
        ("\x1b(Bcharset\x1b7saved", "charsetsaved"),
        ("10%\r20%\b\x00\x7f\x85", "10%20%"),
        ("safe\u202egnp.exe\u2066", "safegnp.exe"),
        ("lone \ud800 surrogate", "lone  surrogate"),
        ("cut off \x1b[", "cut off "),
        ("\x1b", ""),
    ],
)
def test_sequences_and_controls_are_removed(foreign: str, harmless: str) -> None:
    assert plain(foreign) == harmless
    harmless.encode()
