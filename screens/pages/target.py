"""The page about where Harbor goes."""

from screens.pages.page import Page

PAGE = Page(
    10,
    "target",
    "Target",
    "Where does Harbor go?",
    ("name", "target"),
)
