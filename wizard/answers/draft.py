"""Answers being typed: raw values by path, complete or not, and where each came from."""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from wizard.answers.outline import ROOT, walk_raw
from wizard.answers.paths import Path, format_path, overlap, parse_path
from wizard.answers.preset import Preset
from wizard.answers.problems import PresetInvalid, Problem
from wizard.answers.profiles import effective
from wizard.answers.raw import drop, has, put, value_at
from wizard.answers.rules import RULES
from wizard.answers.translate import problem_of

_PLACEHOLDERS: dict[Path, Any] = {
    ("schemaVersion",): 1,
    ("name",): "unnamed",
    ("pki",): {"kind": "none"},
    ("harbor",): {},
    ("harbor", "url"): "https://harbor.invalid",
}
"""What stands in for required answers while the rules look at the others."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value was said: a file with line and column, or an option (line 0)."""

    file: str
    line: int = 0
    column: int = 0
    folder: FilePath | None = None
    """What relative paths count from."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Raw answers as in a file, which may be incomplete or wrong. Changing one makes a new one.

    `folder` is what relative paths count from where no file said the value.
    """

    data: Mapping[str, Any] = field(default_factory=dict)
    origins: Mapping[Path, Origin] = field(default_factory=dict)
    folder: FilePath = field(default_factory=FilePath.cwd)

    def get(self, path: str) -> Any:
        """The raw value of an answer; None where none was given."""
        return value_at(parse_path(path), self.data)

    def put(self, path: Path, value: Any, origin: Origin | None = None) -> "Draft":
        """A draft with one more answer; sections on the way are made.

        Raises ValueError where a list on the way has no such item.
        """
        data = deepcopy(dict(self.data))
        put(data, path, value)
        origins = {p: o for p, o in self.origins.items() if p[: len(path)] != path}
        if origin is not None:
            origins[path] = origin
        return replace(self, data=data, origins=origins)

    def drop(self, path: Path) -> "Draft":
        """A draft without the answer, if it was given."""
        data = deepcopy(dict(self.data))
        drop(data, path)
        origins = {p: o for p, o in self.origins.items() if p[: len(path)] != path}
        return replace(self, data=data, origins=origins)

    def origin(self, path: Path) -> Origin:
        """Where a value was said, or else the nearest section that holds it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.origins:
                return self.origins[path[:length]]
        return Origin("", folder=self.folder)

    def problems(self, paths: Iterable[str] | None = None) -> list[Problem]:
        """All that is wrong, in the order of the files; with `paths`, only what touches these.

        Rules across answers are asked as soon as each answer that they read is fine by itself.
        """
        found = [problem_of(error, self.data) for error in _errors(self.data)]
        problems = [(path, Problem(format_path(path), text, fix)) for path, text, fix in found]
        preset, unknown = _salvage(self.data, [path for path, _ in problems])
        for rule in RULES:
            if not any(overlap(parse_path(read), path) for read in rule.reads for path in unknown):
                problems += [(parse_path(found.path), found) for found in rule.check(preset)]
        if paths is not None:
            wanted = [parse_path(path) for path in paths]
            problems = [pair for pair in problems if any(overlap(pair[0], w) for w in wanted)]
        placed = [self._placed(path, problem) for path, problem in problems]
        return sorted(placed, key=lambda p: (p.file, p.line, p.column, p.path))

    def tentative(self) -> tuple[Preset, list[Path]]:
        """A preset of all answers that are fine by themselves, with what their profile fills in,
        and the paths that it cannot speak for: what is wrong or missing there was left out.
        """
        wrong = [problem_of(error, self.data)[0] for error in _errors(self.data)]
        return _salvage(self.absolute().data, wrong)

    def to_preset(self) -> Preset:
        """The preset. Raises PresetInvalid with all problems where one of them is an error."""
        problems = self.problems()
        if any(problem.severity == "error" for problem in problems):
            raise PresetInvalid(problems)
        return Preset.model_validate(self.absolute().data)

    def absolute(self) -> "Draft":
        """The draft with every file of this machine named by its absolute path."""
        draft = self
        for path, text in self.local_paths():
            folder = self.origin(path).folder or self.folder
            full = folder.absolute() / FilePath(text).expanduser()
            draft = draft.put(path, str(full), self.origin(path))
        return draft

    def local_paths(self) -> Iterator[tuple[Path, str]]:
        """The answers that name files of this machine."""
        for path, shape, raw in walk_raw(self.data, ROOT):
            if FilePath in shape.types and isinstance(raw, str):
                yield path, raw

    def placed(self, problem: Problem) -> Problem:
        """The problem with the place where its answer was said."""
        return self._placed(parse_path(problem.path), problem)

    def _placed(self, path: Path, problem: Problem) -> Problem:
        origin = self.origin(path)
        if origin == self.origins.get(()):  # nothing nearer: the file as a whole
            return replace(problem, file=origin.file)
        return replace(problem, file=origin.file, line=origin.line, column=origin.column)


def _errors(data: Any) -> list[Any]:
    try:
        Preset.model_validate(data)
    except ValidationError as error:
        return list(error.errors(include_url=False, include_input=False))
    return []


def _salvage(data: Mapping[str, Any], bad: list[Path]) -> tuple[Preset, list[Path]]:
    """A preset of what is fine by itself, and the paths that it cannot speak for."""
    kept = deepcopy(dict(data))
    unknown = list(bad)
    while errors := _errors(kept):
        for path in {problem_of(error, kept)[0] for error in errors}:
            unknown.append(_remove_or_replace(kept, path))
    return effective(Preset.model_validate(kept)), unknown


def _remove_or_replace(data: dict[str, Any], path: Path) -> Path:
    """Take out what is wrong at a path; the path of what was taken out or put in."""
    while path and path not in _PLACEHOLDERS and not has(data, path):
        path = path[:-1]
    if path in _PLACEHOLDERS:
        put(data, path, deepcopy(_PLACEHOLDERS[path]))
    elif path:
        drop(data, path)
    else:
        data.clear()
    return path
