"""The published schemas of the JSON output, for tests that hold output to them."""

import json
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"


@cache
def validator(name: str) -> Draft202012Validator:
    """The validator of one schema, by its file's name; all of them are checked themselves."""
    documents = {path.name: json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")}
    for document in documents.values():
        Draft202012Validator.check_schema(document)
    resources = [(key, Resource.from_contents(document)) for key, document in documents.items()]
    return Draft202012Validator(documents[name], registry=Registry().with_resources(resources))
