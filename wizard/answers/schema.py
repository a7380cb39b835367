"""The preset's JSON Schema (draft 2020-12), with which an editor completes and checks a preset."""

import json
from typing import Any

from wizard.answers.outline import all_sections, fields_of
from wizard.answers.preset import Preset

SCHEMA_FILE = "presets/preset.schema.json"
"""Where the generated schema stands in the repository, and in the installed package."""


def preset_schema() -> dict[str, Any]:
    """The schema of a preset's file."""
    schema = Preset.model_json_schema()
    definitions: dict[str, Any] = {**schema["$defs"], "Preset": schema}
    for section in all_sections():
        definition = definitions[section.__name__]
        for key, info in fields_of(section).items():
            described = definition["properties"][key]
            described.pop("discriminator", None)  # a word of OpenAPI: `kind` is const in each
            described.pop("x-front", None)  # for forms alone
            if not isinstance(described.get("default"), str | int | float):
                described.pop("default", None)
            if info.title:  # left out by pydantic beside a reference
                described |= {"title": info.title, "description": info.description}
        if "kind" in section.model_fields:
            definition["title"] = definition["properties"]["kind"]["const"]
            definition["properties"]["kind"]["description"] = definition["description"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Preset of the Harbor wizard",
    }


def schema_text() -> str:
    """The schema as it stands in its file."""
    return json.dumps(preset_schema(), indent=2, ensure_ascii=False) + "\n"
