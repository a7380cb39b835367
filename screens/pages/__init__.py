"""The pages of the guided installation: every module here that declares a `PAGE` is one."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from screens.pages.page import Page


@cache
def all_pages() -> tuple[Page, ...]:
    """All pages in the order in which they are asked."""
    modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
    found = [module.PAGE for module in modules if hasattr(module, "PAGE")]
    return tuple(sorted(found, key=lambda page: page.order))
