"""The page about certificates and who trusts them."""

from screens.pages.page import Page

PAGE = Page(
    40,
    "pki",
    "PKI",
    "Who vouches for Harbor's address?",
    ("pki", "trust"),
)
