"""The page about how charts and images arrive."""

from screens.pages.page import Page

PAGE = Page(
    20,
    "delivery",
    "Delivery",
    "How do charts and images reach this cluster?",
    ("delivery", "network", "versions"),
)
