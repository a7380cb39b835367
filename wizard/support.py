"""What `support-bundle` does: gather, say what is in it and what was hidden, write."""

import json
import os
import platform
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from wizard import __version__
from wizard.diagnose.bundle.archive import require_free, write_archive
from wizard.diagnose.bundle.gather import Gathering, view_document
from wizard.diagnose.bundle.lines import hidden
from wizard.diagnose.bundle.parts import FINDINGS, HIDDEN, MANIFEST, Hider, Parts
from wizard.diagnose.bundle.reading import VERSION
from wizard.errors import ExitCode, UsageError, WizardError
from wizard.live import Picture, observed, picture_of
from wizard.plan.plan import Target, Wanted
from wizard.ports import Server, World
from wizard.report_bundle import bundle_document, bundle_lines, written_lines
from wizard.report_documents import troubleshoot_document
from wizard.run.hiding import Hiding
from wizard.run.records import JOURNAL_FILE, LOG_FILE, PRESET_FILE, RunRecord, newest
from wizard.troubleshooting import settled
from wizard.url_asking import SECONDS, UrlAsker
from wizard.voices import Voices

if TYPE_CHECKING:
    from wizard.answers.preset import Preset

_RUNS, _RUN_BYTES = 3, 1024 * 1024
"""How many of the newest runs go into a bundle, and how many bytes of each of their files."""


@dataclass(frozen=True, slots=True)
class BundleWish:
    """Where a bundle goes; without a file it is only shown. `preset` is what the release was
    installed by, where that is known.

    `agrees` is asked before it is written, where there is somebody to ask.
    """

    file: Path | None
    log_dir: Path | None = None
    agrees: Callable[[], Awaitable[bool]] | None = None
    preset: "Preset | None" = None


async def support_bundle(
    world: World, wanted: Wanted, wish: BundleWish, voices: Voices
) -> ExitCode:
    """Gather a support bundle of a release and write it.

    Raises UsageError where it cannot be written, CheckFailed where nobody answers.
    """
    if wish.file:
        require_free(wish.file)
    with TemporaryDirectory(prefix="harbor-wizard-bundle-") as folder:
        parts = Parts(Path(folder), Hiding(voices.redactor))
        try:
            async with (
                Gathering(world, wanted.namespace, wanted.release, parts) as gathering,
                observed(world, wanted) as (server, target, observer),
            ):
                asker = UrlAsker(world, target, wish.preset)
                look = partial(settled, observer, asker, SECONDS)
                seen = picture_of(target, await gathering.gather(look))
                missing = _complete(server, seen, gathering, wish, parts)
        except OSError as error:
            raise _no_room(error, folder) from error
        told = bundle_document(parts.all, parts.hider.report(), missing, wish.file)
        if wish.file is None or wish.agrees:
            voices.report.data(told, partial(bundle_lines, told))
        if wish.file is None or not await _agreed(wish, voices):
            return ExitCode.DONE
        told["written"] = write_archive(wish.file, parts.folder, parts.all, seen.view.now)
    voices.report.data(told, partial(written_lines, told))
    return ExitCode.DONE


async def _agreed(wish: BundleWish, voices: Voices) -> bool:
    if wish.agrees is None:
        return True
    voices.console.note(f"Write it to {wish.file}? [Y/n]")
    agreed = await wish.agrees()
    if not agreed:
        voices.console.note("Nothing was written.")
    return agreed


def _no_room(error: OSError, folder: str) -> UsageError:
    return UsageError(
        "The support bundle cannot be gathered",
        why=error.strerror or str(error),
        fix="make room there, or name another folder in the environment variable TMPDIR",
        where=folder,
    )


def _complete(
    server: Server, seen: Picture, gathering: Gathering, wish: BundleWish, parts: Parts
) -> Sequence[Mapping[str, str]]:
    """Add what is known of all that was gathered; returns what is missing."""
    target = seen.target
    parts.document(FINDINGS, troubleshoot_document(target, seen.states, seen.diagnosis))
    _add_runs(target, wish.log_dir, parts)
    seconds = {what: round(took, 3) for what, took in sorted(gathering.timings.items())}
    manifest = {
        "version": VERSION,
        "target": target.document(),
        "versions": {
            "wizard": __version__,
            "python": platform.python_version(),
            "system": platform.platform(),
            "kubernetes": server.version,
            "helm": gathering.helm_version,
        },
        "view": view_document(seen.view),
        "seconds": seconds,
        "missing": [{"what": what, "reason": why} for what, why in sorted(parts.missing.items())],
    }
    manifest = parts.hider.hide_document(manifest, MANIFEST)
    parts.raw_document(HIDDEN, {"version": VERSION, "hidden": parts.hider.report()})
    files = [{"name": part.name, "size": part.size, "note": part.note} for part in parts.all]
    parts.raw_document(MANIFEST, {**manifest, "files": files})
    missing: Sequence[Mapping[str, str]] = manifest["missing"]
    return missing


def _add_runs(target: Target, log_dir: Path | None, parts: Parts) -> None:
    """The newest runs of the wizard here: their journal, with what was planned, log and answers."""
    try:
        records = newest(target, _RUNS, log_dir)
    except WizardError as error:
        parts.missing["runs of the wizard"] = error.what
        return
    parts.document("runs/runs.json", [_told(record) for record in records])
    for record in records:
        for file in (JOURNAL_FILE, LOG_FILE, PRESET_FILE):
            name = f"runs/{record.id}/{file}"
            try:
                lines, cut = _last_lines(record.folder / file)
            except OSError as error:
                parts.missing[name] = error.strerror or str(error)
                continue
            note = f"the last {_RUN_BYTES} bytes only" if cut else ""
            hide = _entries if file == JOURNAL_FILE else hidden
            parts.lines(name, hide(lines, parts.hider, name), note)


def _entries(lines: Sequence[str], hider: Hider, place: str) -> Iterator[str]:
    """The entries of a journal without secrets; a line that was cut off is no entry."""
    for line in lines:
        with suppress(ValueError):
            yield json.dumps(hider.hide_document(json.loads(line), place), ensure_ascii=False)


def _told(record: RunRecord) -> Mapping[str, Any]:
    return {
        "run": record.id,
        "preset": record.preset,
        "target": record.target.document(),
        "started": record.started.isoformat(),
        "plan": record.plan,
        "exit": record.exit,
        "supersededBy": record.superseded_by,
        "steps": dict(record.steps),
    }


def _last_lines(path: Path) -> tuple[Sequence[str], bool]:
    """The last whole lines of a file, and whether there are more."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        cut = size > _RUN_BYTES
        file.seek(max(0, size - _RUN_BYTES))
        lines = file.read().decode("utf-8", "replace").splitlines()
    return lines[1:] if cut else lines, cut
