"""The presets that are shipped: they load, and they show every kind of every union."""

from pathlib import Path

import jsonschema
import pytest
import yaml

import presets
from wizard.answers.loading import load, read
from wizard.answers.outline import all_sections, fields_of, kind_of, shape_of, walk
from wizard.answers.schema import preset_schema
from wizard.answers.secrets import SECRET_KINDS
from wizard.answers.section import Reference, Section

FOLDER = Path(presets.__file__).parent
FILES = sorted(FOLDER.rglob("*.yaml"))
IDS = [str(file.relative_to(FOLDER)) for file in FILES]

VALIDATOR = jsonschema.Draft202012Validator(preset_schema())

RESERVED = {"bundle"}
"""Kinds that are refused for now."""


def test_the_presets_of_the_main_tasks_are_there() -> None:
    names = {"demo.yaml", "self-signed.yaml", "commercial.yaml", "acme.yaml", "airgap.yaml"}
    assert names <= {file.name for file in FILES}


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_it_loads_without_an_error_or_a_warning(file: Path) -> None:
    assert read([file]).problems() == []


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_it_names_the_schema_and_fits_it(file: Path) -> None:
    first = file.read_text().splitlines()[0]
    schema = file.parent / first.removeprefix("# yaml-language-server: $schema=")
    assert schema.resolve() == FOLDER / "preset.schema.json"
    VALIDATOR.validate(yaml.safe_load(file.read_text()))


def _chosen(section: Section) -> set[type[Section]]:
    return {type(answer.value) for answer in walk(section) if isinstance(answer.value, Section)}


def test_every_kind_of_every_union_is_shown() -> None:
    shown = set().union(*(_chosen(load([file])) for file in FILES))
    kinds = {section for section in all_sections() if "kind" in section.model_fields}
    assert {kind_of(section) for section in kinds - shown} == RESERVED
    assert len(kinds) > 35


def test_every_kind_of_reference_to_a_secret_is_shown() -> None:
    shown = set().union(*(_chosen(load([file])) for file in FILES))
    keys = {next(iter(fields_of(section))) for section in shown if issubclass(section, Reference)}
    assert keys == set(SECRET_KINDS)


def test_every_union_tells_its_members_apart_by_kind_or_by_key() -> None:
    for section in all_sections():
        for info in fields_of(section).values():
            shape = shape_of(info.annotation)
            assert (len(shape.sections) > 1) == (shape.form in {"union", "secret"})
