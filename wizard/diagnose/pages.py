"""What there is to read about each finding: one page an id, kept as Markdown beside the rules.

Pages of findings that no rule makes tell who does (`told_by`): a step, the plan, or a hand at work.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_PAGE = re.compile(r"^## (HW-\d{3}) (.+)$", re.MULTILINE)
_PART = re.compile(r"^(?:\*\*(Means|Why|Check|Fix):\*\*|(Also|Told by):) (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Page:
    """What a finding means, why it comes about, how to check it by hand, and what helps; as
    Markdown of one paragraph each. `also` are other ids for the same.
    """

    id: str
    title: str
    group: str
    means: str
    why: str
    check: str
    fix: str
    also: Sequence[str] = ()
    told_by: str = "rule"


@cache
def pages() -> Mapping[str, Page]:
    """All pages by their id, group by group."""
    folder = files("wizard.diagnose.rules") / "pages"
    found: dict[str, Page] = {}
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        found |= {page.id: page for page in _read(file.read_text(encoding="utf-8"))}
    return found


def _read(text: str) -> Sequence[Page]:
    head, *parts = _PAGE.split(text)
    group = head.strip().removeprefix("# ")
    return [
        _page(id_, title, group, body)
        for id_, title, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    ]


def _page(id_: str, title: str, group: str, body: str) -> Page:
    told = {bold or plain: text for bold, plain, text in _PART.findall(body)}
    return Page(
        id_,
        title,
        group,
        means=told["Means"],
        why=told["Why"],
        check=told["Check"],
        fix=told["Fix"],
        also=tuple(told["Also"].split(", ")) if "Also" in told else (),
        told_by=told.get("Told by", "rule"),
    )


def page_of(id_: str) -> Page | None:
    """The page of an id, or of the id that it was merged into; None where there is none."""
    wanted = id_.upper()
    return next(
        (page for page in pages().values() if wanted == page.id or wanted in page.also), None
    )
