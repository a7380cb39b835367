"""What `wizard explain` prints: the page of a finding. Asks no cluster."""

import re
import textwrap
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from wizard.diagnose.pages import Page, page_of, pages
from wizard.diagnose.rules import RULES
from wizard.diagnose.rules.base import Rule
from wizard.errors import UsageError
from wizard.voices import Voices

_WIDTH = 88
_BY = {rule.id: rule for rule in RULES}
TOLD_BY = {
    "rule": "a rule, live and in troubleshoot",
    "step": "the step that meets it",
    "plan": "the plan, which repairs or prevents it",
    "hand": "nothing that the wizard looks at: check it by hand",
}
"""Who tells of a finding."""


def explain(id_: str | None, voices: Voices) -> None:
    """Print one page, or the list of all. Raises UsageError where there is no such page."""
    if id_ is None:
        voices.report.data(_document(pages().values()), lambda _: _list(pages().values()))
        return
    page = page_of(id_)
    if page is None:
        raise UsageError(
            f"There is no finding {id_}",
            why="findings have ids such as HW-022",
            fix="wizard explain lists all",
        )
    voices.report.data(_document([page]), lambda _: _lines(page))


def judgement(page: Page) -> str:
    """Who tells of a finding, from what, and when it is a failure; in one sentence."""
    rule = _BY.get(page.id)
    if rule is None:
        return f"Told by {TOLD_BY[page.told_by]}."
    looked_at = ", ".join(kind.name.replace("Pod/log", "logs of pods") for kind in rule.needs)
    return f"Told by a rule that looks at: {looked_at}. {_severity(rule)}"


def _severity(rule: Rule) -> str:
    """In words: when a match is told, and when it fails."""
    later = f"Told after {_span(rule.quiet)}. " if rule.quiet else ""
    if rule.grace is None:
        return f"{later}A warning, or a failure at once where waiting cannot help."
    return f"{later}A failure after {_span(rule.grace)}, or at once where waiting cannot help."


def _span(time: timedelta) -> str:
    seconds = int(time.total_seconds())
    return f"{seconds} s" if seconds < 60 else f"{seconds / 60:g} min"


def _document(chosen: Iterable[Page]) -> dict[str, Any]:
    return {"version": 1, "findings": [_page_document(page) for page in chosen]}


def _page_document(page: Page) -> dict[str, Any]:
    rule = _BY.get(page.id)
    return {
        "id": page.id,
        "title": page.title,
        "group": page.group,
        "also": [*page.also],
        "toldBy": page.told_by,
        "needs": [kind.name for kind in rule.needs] if rule else [],
        "means": page.means,
        "why": page.why,
        "check": page.check,
        "fix": page.fix,
    }


def _list(all_: Iterable[Page]) -> Sequence[str]:
    return [f"{page.id}  {page.title}" for page in all_]


def _lines(page: Page) -> Iterable[str]:
    yield f"{page.id} {page.title}"
    if page.also:
        yield f"also {', '.join(page.also)}"
    for head, text in (
        ("What it means", page.means),
        ("Why", page.why),
        ("How to check by hand", page.check),
        ("What to do", page.fix),
    ):
        yield ""
        yield head
        yield from _wrapped(text)
    yield ""
    yield from _wrapped(judgement(page), indent="")


def _wrapped(text: str, indent: str = "  ") -> Sequence[str]:
    """Lines of a paragraph; a command in backticks stays on one, to be copied."""
    kept = re.sub(r"`[^`]*`", lambda command: command[0].replace(" ", "\0"), text)
    lines = textwrap.wrap(
        kept, _WIDTH, initial_indent=indent, subsequent_indent=indent,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    return [line.replace("\0", " ") for line in lines]
