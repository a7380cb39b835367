"""Helm's YAML as objects."""

import functools
import re
from typing import Any

from wizard.ports import Object


@functools.cache
def _loader() -> type[Any]:
    """A safe loader that reads scalars as Helm and Kubernetes do.

    YAML 1.1 of PyYAML also knows dates and base 60 (`2026-11-23`, `12:30`); for Go they are text.
    """
    import yaml

    base: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    kept = {
        first: [
            (tag, pattern)
            for tag, pattern in resolvers
            if not tag.endswith((":timestamp", ":int", ":float"))
        ]
        for first, resolvers in base.yaml_implicit_resolvers.items()
    }
    loader: type[Any] = type("ManifestLoader", (base,), {"yaml_implicit_resolvers": kept})
    number = r"^[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]+|0|[1-9][0-9_]*)$"
    loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(number), "-+0123456789")
    real = r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$"
    loader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(real), "-+.0123456789")
    return loader


def parse(text: bytes) -> list[Object]:
    """The objects of a manifest in its order; documents that hold only comments are left out."""
    import yaml

    return [one for one in yaml.load_all(text, Loader=_loader()) if one]
