"""What a terminal without Unicode sees: every sign has its twin in ASCII."""

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_TWINS = str.maketrans(
    {
        "✓": "+",
        "✗": "x",
        "…": ".",
        "·": "-",
        "▸": ">",
        "▾": "v",
        "→": ">",
        "▼": "v",
        "▲": "^",
        "▶": ">",
        "•": "*",
        "●": "*",
        "—": "-",
        "\N{EN DASH}": "-",
        **dict.fromkeys("─━▔▁▂▃▄▅▆▇═", "-"),
        **dict.fromkeys("│┃▌▐▊▎▏▕║█▉▋▍", "|"),
        **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯╸╺", "+"),
    }
)


class AsciiFilter(LineFilter):
    """Replaces what is beyond ASCII, cell by cell, so that nothing moves."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments in ASCII."""
        return [
            Segment(_ascii(text), style, control) if not text.isascii() else segment
            for segment in segments
            for text, style, control in [segment]
        ]


def _ascii(text: str) -> str:
    shown = text.translate(_TWINS)
    if shown.isascii():
        return shown
    return "".join(one if one.isascii() else "?" * cell_len(one) for one in shown)
