"""Long lines in parts that fit, for widgets that cannot wrap with an indent."""

from textwrap import wrap


def wrapped(text: str, width: int, indent: str = "", hanging: str = "") -> list[str]:
    """The text in lines of a width: the first behind `indent`, others behind `hanging` as well.

    Names are not broken at their hyphens.
    """
    return wrap(
        text,
        max(width, len(indent) + len(hanging) + 10),
        initial_indent=indent,
        subsequent_indent=indent + hanging,
        break_on_hyphens=False,
    )
