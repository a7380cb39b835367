"""The port `Charts`, carried out by the program `helm` (version 4)."""

from backends.helm.driver import Helm

__all__ = ["Helm"]
