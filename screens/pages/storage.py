"""The page about volumes and object storage."""

from screens.pages.page import Page

PAGE = Page(
    30,
    "storage",
    "Storage",
    "Where should images be stored?",
    ("storage",),
)
