"""What is generated from the model: the JSON Schema and the reference page."""

from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings

from tests.unit.answers.generated_presets import presets
from wizard.answers.generated import GENERATED, REPOSITORY
from wizard.answers.outline import all_sections, fields_of
from wizard.answers.reference import reference_page
from wizard.answers.schema import preset_schema

SCHEMA = preset_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
MINIMAL: dict[str, Any] = {
    "schemaVersion": 1,
    "name": "x",
    "pki": {"kind": "none"},
    "harbor": {"url": "https://h.example.com"},
}


@pytest.mark.parametrize("name", GENERATED)
def test_the_file_is_fresh(name: str) -> None:
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    assert text == GENERATED[name](), "run: python -m wizard.answers.generated"


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)
@given(presets())
def test_what_the_model_accepts_the_schema_accepts(raw: dict[str, Any]) -> None:
    VALIDATOR.validate(raw)


@pytest.mark.parametrize(
    "harbor",
    [
        {"url": "https://h", "profil": "lab"},
        {"url": "https://h", "profile": "big"},
        {"url": "https://h", "expose": {"kind": "nodeport"}},
        {"url": "https://h", "expose": {"className": "x"}},
        {"url": "https://h", "expose": {"kind": "clusterIP", "className": "x"}},
        {"url": "https://h", "adminPassword": "hunter2"},
        {"url": "https://h", "adminPassword": {"env": "A", "file": "b"}},
        {"url": "https://h", "replicas": {"core": 0}},
        {},
    ],
)
def test_what_the_model_refuses_the_schema_refuses(harbor: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid({**MINIMAL, "harbor": harbor})


def test_every_answer_has_a_label_and_a_help_in_declaration_and_schema() -> None:
    definitions = {**SCHEMA["$defs"], "Preset": SCHEMA}
    for section in all_sections():
        for key, info in fields_of(section).items():
            described = definitions[section.__name__]["properties"][key]
            assert described["title"], (section, key)
            assert described["description"], (section, key)
            if key != "kind":
                assert info.title, (section, key)
                assert info.description, (section, key)


def test_the_page_names_every_answer_and_its_default() -> None:
    page = reference_page()
    assert "| `harbor.profile` | `lab`, `standard`, `ha` | `standard` |" in page
    assert "| `harbor.url` | text | required |" in page
    assert "| `harbor.adminPassword` | `WIZARD_SECRET_HARBOR_ADMIN_PASSWORD` | in place" in page
    assert "| `storage.volumes.registry.size` | 5Gi | 100Gi | 500Gi |" in page
    assert "*openbao, vault*: **Root.**" in page
