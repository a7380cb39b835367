"""Writes the files that follow from the model: `python -m wizard.answers.generated`."""

from collections.abc import Callable, Mapping
from pathlib import Path

from wizard.answers.reference import REFERENCE_FILE, reference_page
from wizard.answers.schema import SCHEMA_FILE, schema_text

REPOSITORY = Path(__file__).parents[2]

GENERATED: Mapping[str, Callable[[], str]] = {
    SCHEMA_FILE: schema_text,
    REFERENCE_FILE: reference_page,
}
"""What makes the text of each generated file of the repository."""

if __name__ == "__main__":
    for name, make in GENERATED.items():
        (REPOSITORY / name).write_text(make(), encoding="utf-8")
