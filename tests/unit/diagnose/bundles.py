"""Bundles for the tests of diagnosis: parts, packed and opened again."""

import io
import json
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wizard.diagnose.bundle.archive import TOP
from wizard.diagnose.bundle.parts import Parts
from wizard.run.hiding import Hiding
from wizard.run.redaction import Redactor

MOMENT = datetime(2026, 11, 26, 18, tzinfo=UTC)
TARGET = {"clusterUid": "u", "context": "c", "namespace": "harbor", "release": "harbor"}


def parts_in(folder: Path) -> Parts:
    """Empty parts, which hide as the command does."""
    folder.mkdir(exist_ok=True)
    return Parts(folder, Hiding(Redactor(), bytes(32)))


def files_of(bundle: Path) -> dict[str, str]:
    """The text of every file of a bundle, in the bundle's order."""
    with tarfile.open(bundle) as tar:
        entries = [(one.name, tar.extractfile(one)) for one in tar]
        return {
            name.removeprefix(f"{TOP}/"): content.read().decode()
            for name, content in entries
            if content
        }


def pack(bundle: Path, files: dict[str, Any]) -> Path:
    """A bundle as somebody else might make it, of documents and texts."""
    with tarfile.open(bundle, "w:gz") as tar:
        for name, content in files.items():
            text = content if isinstance(content, str) else json.dumps(content)
            entry = tarfile.TarInfo(f"{TOP}/{name}")
            entry.size = len(text.encode())
            tar.addfile(entry, io.BytesIO(text.encode()))
    return bundle
