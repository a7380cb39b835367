"""Pages for people: their links lead somewhere, and their examples work."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from wizard.answers.loading import read

REPOSITORY = Path(__file__).parents[2]
PAGES = [
    REPOSITORY / "README.md",
    REPOSITORY / "CHANGELOG.md",
    *sorted((REPOSITORY / "docs").rglob("*.md")),
]


def anchors(page: Path) -> set[str]:
    """The names under which a page's headings can be reached."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}


def broken_links(page: Path) -> Iterator[str]:
    """The links to files and headings of this repository that lead nowhere."""
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", page.read_text(encoding="utf-8")):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_links_lead_somewhere(page: Path) -> None:
    assert list(broken_links(page)) == []


def test_the_first_preset_of_the_readme_is_valid(tmp_path: Path) -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    found = re.search(r"```yaml\n(.+?)\n *```", readme, re.DOTALL)
    assert found
    file = tmp_path / "my.yaml"
    file.write_text(re.sub(r"^   ", "", found[1], flags=re.MULTILINE), encoding="utf-8")
    draft = read([file])
    assert not draft.problems()
    assert draft.to_preset().name == "production"
