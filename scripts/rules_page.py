"""Writes docs/rules.md from the pages of the findings: `python -m scripts.rules_page`."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from wizard.diagnose.pages import Page, pages
from wizard.explain_command import TOLD_BY, judgement

PAGE = Path(__file__).parents[1] / "docs" / "rules.md"

HEAD = """\
# Findings

<!-- Generated from wizard/diagnose/rules/pages: `make docs`. -->

A finding is a diagnosis with evidence, cause and fix. The same rules speak while an installation
waits and in `wizard troubleshoot`. `wizard explain HW-022` prints one of the pages below.

- **A failure or a warning.** What cannot mend itself fails at once, anything else is a warning
  until its time is over; what is usual in a start is not told at all.
- **Causes before symptoms.** A symptom is shown as suppressed where a cause explains it: the same
  object, its component, or one that it needs.
- **Not checked is not good.** A rule whose objects could not be read says so.
- **Events and logs.** All warnings about an object count, not only the newest. Of a line in a log
  only the telling words are quoted. Pods that succeeded, and those whose owner is gone, never fail.

Numbers: HW-001 to 047 and HW-101 to 131 are causes known from Kubernetes and Harbor (merged where
they are the same), from HW-201 the wizard's own: 210 to 219 are for Vault, 220 to 229 for
certificates, 230 to 239 for what probes of storage meet.
"""


def page() -> str:
    """The whole page."""
    groups = groupby(pages().values(), key=lambda one: one.group)
    parts = [HEAD, *(text for group, found in groups for text in _group(group, list(found)))]
    return "\n".join(parts)


def _group(group: str, found: list[Page]) -> Iterator[str]:
    yield f"## {group}\n"
    yield (
        "\n".join(
            [
                "| Id | Finding | Told by |",
                "| --- | --- | --- |",
                *(f"| {_ids(one)} | {one.title} | {_teller(one)} |" for one in found),
            ]
        )
        + "\n"
    )
    for one in found:
        yield _section(one)


def _ids(one: Page) -> str:
    return ", ".join([one.id, *one.also])


def _teller(one: Page) -> str:
    return TOLD_BY[one.told_by].partition(",")[0].partition(":")[0]


def _section(one: Page) -> str:
    also = f"Also {', '.join(one.also)}. " if one.also else ""
    return "\n\n".join(
        [
            f"### {one.id} {one.title}",
            one.means,
            f"**Why:** {one.why}",
            f"**Check:** {one.check}",
            f"**Fix:** {one.fix}",
            f"*{also}{judgement(one)}*\n",
        ]
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
