"""What `wizard preset …` does: reads files only."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import yaml

from wizard.answers.loading import read
from wizard.answers.saving import dump, save
from wizard.answers.schema import preset_schema, schema_text
from wizard.errors import WizardError
from wizard.plan.limits import not_carried_out
from wizard.voices import Voices


def validate(files: Sequence[Path], sets: Sequence[str], voices: Voices) -> None:
    """Tell that the files make a valid preset. Raises PresetInvalid with all problems.

    What this version cannot carry out is a warning: a newer one may.
    """
    draft = read(files, sets)
    preset = draft.to_preset()
    beyond = [draft.placed(problem) for problem in not_carried_out(preset)]
    warnings = [*draft.problems(), *(replace(one, severity="warning") for one in beyond)]
    for problem in warnings:
        voices.console.warning(WizardError(str(problem)))
    document = {"version": 1, "preset": preset.name, "warnings": [str(one) for one in warnings]}
    made = f", made of {len(files)} files," if len(files) > 1 else ""
    voices.report.data(document, lambda _: [f"The preset {preset.name}{made} is valid."])


def show(files: Sequence[Path], sets: Sequence[str], voices: Voices) -> None:
    """Print the preset that the files make together; secrets are references in it anyway."""
    draft = read(files, sets)
    draft.to_preset()
    text = dump(draft, Path.cwd())
    voices.report.data(yaml.safe_load(text), lambda _: text.splitlines())


def schema(voices: Voices) -> None:
    """Print the JSON Schema of presets."""
    voices.report.data(preset_schema(), lambda _: schema_text().splitlines())


def migrate(file: Path, voices: Voices) -> None:
    """Rewrite a file in the newest format, unless it has that already."""
    draft = read([file])
    draft.to_preset()
    before = yaml.safe_load(file.read_text(encoding="utf-8"))
    if before.get("schemaVersion") == draft.data.get("schemaVersion"):
        _tell(voices, False, f"{file} has the newest format.")
        return
    voices.console.note("Comments in the file are lost; the old file stays beside it as .bak.")
    save(draft, file)
    _tell(voices, True, f"{file} has the newest format now.")


def _tell(voices: Voices, changed: bool, text: str) -> None:
    voices.report.data({"version": 1, "changed": changed}, lambda _: [text])
