"""Saving the answers as a preset, and where its references to typed secrets lead from then on."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from platformdirs import user_config_path

from screens.models.session import Session
from screens.models.shown import source_words
from wizard.answers.draft import Draft
from wizard.answers.outline import shape_at
from wizard.answers.paths import parse_path
from wizard.answers.saving import dump, pinned, save
from wizard.answers.secret_files import write_secret
from wizard.answers.secret_values import VARIABLE, secret_paths, variable_for
from wizard.errors import UsageError

PlaceKind = Literal["generate", "env", "file", "prompt", "keep"]


@dataclass(frozen=True, slots=True)
class Place:
    """A place that a reference to a secret may lead to; `target` is suggested for it."""

    kind: PlaceKind
    label: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class TypedSecret:
    """A secret that was typed in this session, with the places to choose from; the first counts."""

    path: str
    label: str
    places: tuple[Place, ...]


Chosen = Mapping[str, tuple[PlaceKind, str]]
"""The places of the secrets by path: kind, and the variable or file."""


class Saving:
    """Saves the answers of a session; `cluster_uid` names the cluster that they were checked in."""

    def __init__(self, session: Session, cluster_uid: str = "") -> None:
        self._session = session
        self._cluster_uid = cluster_uid

    @property
    def suggestion(self) -> Path:
        """The file that is suggested: the one that was saved or opened, else one by the name."""
        desk = self._session.desk
        name = desk.name if desk.name and "/" not in desk.name else "preset"
        return (desk.saved or desk.opened or Path.cwd() / f"{name}.yaml").absolute()

    @property
    def secrets(self) -> Sequence[TypedSecret]:
        """The typed secrets that the answers refer to."""
        desk = self._session.desk
        preset, _ = desk.draft.tentative()
        return [
            TypedSecret(one.path, one.label, tuple(self._places(one.path)))
            for one in secret_paths(preset)
            if one.path in desk.typed
        ]

    def _places(self, path: str) -> Sequence[Place]:
        """The places of one secret; where its reference leads now comes first."""
        desk = self._session.desk
        raw = desk.draft.absolute().get(path)
        now = dict(raw) if isinstance(raw, Mapping) else {}
        shape = shape_at(parse_path(path), desk.draft.data)
        short = variable_for(path).removeprefix(VARIABLE)
        folder = user_config_path("harbor-wizard") / "secrets" / (desk.name or "preset")
        places = [
            Place("prompt", "asked at every run"),
            Place("env", "from an environment variable", str(now.get("env", short))),
            Place(
                "file",
                "from a file that is written now (0600)",
                str(now.get("file", folder / short.lower().replace("_", "-"))),
            ),
        ]
        if shape is not None and "generate" in shape.sections:
            places.append(Place("generate", "in the cluster: a new one makes its own"))
        if {"secret", "vault"} & set(now) or Path(str(now.get("file", ""))).is_file():
            places.append(Place("keep", f"as before: {source_words(now)}"))
        kinds = [place.kind for place in places]
        first = "keep" if "keep" in kinds else next((kind for kind in kinds if kind in now), "")
        return sorted(places, key=lambda place: place.kind != first)

    def file_of(self, text: str) -> Path:
        """The file that a typed name means. Raises UsageError for one that cannot be written."""
        path = Path(text.strip()).expanduser().absolute()
        try:
            if not text.strip() or path.is_dir():
                raise _refused(path, "it is a folder" if text.strip() else "no file is named")
            if not path.suffix:
                path = path.with_name(f"{path.name}.yaml")
            if not path.parent.is_dir():
                raise _refused(path, f"there is no folder {path.parent}")
            path.exists()
        except OSError as error:
            raise _refused(path, (error.strerror or "unknown reason").lower()) from None
        return path

    def question(self, path: Path) -> str:
        """What is asked before a file is overwritten."""
        comments = " Its comments are lost in the new one." if holds_comments(path) else ""
        return f"{path} exists.{comments} What is in it now stays as {path.name}.bak."

    def draft(self, chosen: Chosen) -> Draft:
        """The answers as they are saved. Raises UsageError for a place that cannot be used."""
        draft = pinned(self._session.desk.draft)
        for path, (kind, target) in chosen.items():
            if kind != "keep":
                value = target.strip() if kind in {"env", "file"} else True
                draft = draft.put(parse_path(path), {kind: value})
                for problem in draft.problems([path]):
                    if problem.severity == "error":
                        raise UsageError(f"{problem.path}: {problem.message}", fix=problem.fix)
        if self._cluster_uid:
            draft = draft.put(("target", "clusterUid"), self._cluster_uid)
        return draft

    def write(self, path: Path, chosen: Chosen) -> Draft:
        """Write the secrets' files, then the preset; the draft that was saved.

        Raises UsageError; no file of this attempt is left behind then.
        """
        chosen = {path: (kind, _full(kind, target)) for path, (kind, target) in chosen.items()}
        draft = self.draft(chosen)
        written: list[Path] = []
        try:
            for secret, (kind, target) in chosen.items():
                if kind == "file":
                    value = self._session.desk.typed[secret]
                    written.append(write_secret(Path(target), value))
            save(draft, path)
        except UsageError:
            for file in written:
                with suppress(OSError):
                    file.unlink()
            raise
        return draft

    def saved(self, path: Path, draft: Draft) -> None:
        """The answers on the desk are those of a file now."""
        desk = self._session.desk
        desk.put(draft)
        desk.saved = path

    def yaml(self) -> str:
        """The preset as it would be saved now."""
        for value in self._session.desk.typed.values():
            self._session.redactor.conceal(value)
        text = dump(self.draft({}), self.suggestion.parent)
        return self._session.redactor.redact(text)


def needed_before(draft: Draft) -> Sequence[str]:
    """What has to be there before the saved preset can be used, a line each."""
    preset, _ = draft.tentative()
    lines = []
    for one in secret_paths(preset):
        raw = draft.get(one.path)
        if isinstance(raw, Mapping) and "env" in raw:
            lines.append(f"{one.label}: set the variable {raw['env']}")
        elif isinstance(raw, Mapping) and "prompt" in raw:
            lines.append(f"{one.label}: asked for, or set the variable {one.variable}")
    return lines


def holds_comments(path: Path) -> bool:
    """Whether a file holds comments, which saving would lose."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    return any(line.lstrip().startswith("#") or " #" in line for line in lines)


def _full(kind: PlaceKind, target: str) -> str:
    return str(Path(target.strip()).expanduser().absolute()) if kind == "file" else target.strip()


def _refused(path: Path, why: str) -> UsageError:
    return UsageError(
        "The preset was not saved",
        why=why,
        fix="name a file in a folder that exists",
        where=str(path),
    )
