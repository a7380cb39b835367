"""From files and options to a preset: read, merge, set, check. There is no other way."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from wizard.answers.draft import Draft, Origin
from wizard.answers.merging import merge
from wizard.answers.migration import migrate, version_problem
from wizard.answers.preset import Preset
from wizard.answers.problems import PresetInvalid, Problem
from wizard.answers.setting import apply_set
from wizard.answers.target import Target
from wizard.answers.yamltext import read_text
from wizard.answers.yamltree import parse


def load(paths: Sequence[Path], sets: Sequence[str] = ()) -> Preset:
    """The preset that files, from left to right, and `--set` options make.

    Raises PresetInvalid with all problems.
    """
    return read(paths, sets).to_preset()


def load_target(sets: Sequence[str]) -> Target:
    """The target that `--set` options alone make. Raises PresetInvalid with all problems."""
    draft = read((), sets)
    if problems := draft.problems(["target"]):
        raise PresetInvalid(problems)
    return Target.model_validate(draft.get("target") or {})


def read(paths: Sequence[Path], sets: Sequence[str] = ()) -> Draft:
    """The same as a draft, which may still have problems.

    Raises PresetInvalid where a file cannot be understood at all.
    """
    folder = paths[0].parent if paths else Path.cwd()
    draft = Draft(folder=folder)
    problems: list[Problem] = []
    for path in paths:
        try:
            draft = merge(draft, _read_file(path))
        except PresetInvalid as error:
            problems += error.problems
    for assignment in sets if not problems else ():
        try:
            draft = apply_set(draft, assignment)
        except PresetInvalid as error:
            problems += error.problems
    if problems:
        raise PresetInvalid(problems)
    return draft


def _read_file(path: Path) -> Draft:
    """The answers of one file in the newest format. Raises PresetInvalid."""
    file = str(path)
    tree = parse(read_text(path), file)
    if tree.problems:
        raise PresetInvalid(tree.problems)
    if not isinstance(tree.value, Mapping):
        message = "is empty" if tree.value is None else "must be made of keys such as `name:`"
        raise PresetInvalid([Problem("", message, "Start it with `schemaVersion: 1`.", file)])
    origins = {
        where: Origin(file, line, column, path.parent)
        for where, (line, column) in tree.places.items()
    }
    draft = Draft(tree.value, origins, path.parent)
    problem = version_problem(tree.value)
    if problem is not None:
        place = draft.origin(("schemaVersion",))
        raise PresetInvalid([replace(problem, file=file, line=place.line, column=place.column)])
    return replace(draft, data=migrate(tree.value))
