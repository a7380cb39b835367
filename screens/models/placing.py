"""Where on a page the outcome of a check belongs: beside the answer that it is mostly about."""

from collections.abc import Sequence

from wizard.answers.form import Question
from wizard.answers.paths import Path, overlap, parse_path
from wizard.checks.base import Check

_CONTEXT: Path = ("target", "context")


def place_of(check: Check, asked: Sequence[Question], pages: Sequence[Path]) -> Path | None:
    """The path of the question of a page beside which a check's outcome stands.

    None: it is mostly about answers of another page. `asked` are the questions in front, `pages`
    the paths of the page.
    """
    reads = [parse_path(read) for read in check.reads]
    here = [read for read in reads if any(overlap(read, path) for path in pages)]
    telling = [read for read in here if read != _CONTEXT]
    if not telling:
        return _CONTEXT if here and _only_the_cluster(reads) else None
    read = telling[0]
    candidates = [question.path for question in asked if question.path != _CONTEXT]
    exact = [path for path in candidates if path == read]
    within = [path for path in candidates if overlap(path, read)]
    return next(iter([*exact, *within]), None)


def _only_the_cluster(reads: Sequence[Path]) -> bool:
    return all(read[0] in {"target", "network"} for read in reads)
