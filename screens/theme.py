"""The wizard's own look: one theme, dark and light, by tokens."""

from textual.theme import Theme

DARK = Theme(
    name="harbor-dark",
    primary="#4c9be8",
    secondary="#7f8fa6",
    accent="#58b7c9",
    success="#6cbf84",
    warning="#d9a441",
    error="#e06c75",
    foreground="#d7dde5",
    background="#12171e",
    surface="#181f28",
    panel="#222b36",
    dark=True,
)
LIGHT = Theme(
    name="harbor-light",
    primary="#1f6fb8",
    secondary="#5d6b7d",
    accent="#0f7285",
    success="#2b7a45",
    warning="#8a5d00",
    error="#b3303b",
    foreground="#1c2530",
    background="#f4f6f8",
    surface="#ffffff",
    panel="#e3e8ee",
    dark=False,
)
