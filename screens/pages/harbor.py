"""The page about Harbor itself."""

from screens.pages.page import Page

PAGE = Page(
    50,
    "harbor",
    "Harbor",
    "How do people reach Harbor, and what is in it?",
    ("harbor",),
)
