"""The page about certificates and who trusts them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from screens.pages.page import Page

if TYPE_CHECKING:
    from textual.widget import Widget

    from screens.models.desk import Desk


def _extras(desk: "Desk") -> "Iterable[Widget]":
    from screens.widgets.certificate_view import CertificateView

    return (CertificateView(desk),)


PAGE = Page(
    40,
    "pki",
    "PKI",
    "Who vouches for Harbor's address?",
    ("pki", "trust"),
    _extras,
)
