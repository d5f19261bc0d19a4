"""policy.schema.json, generated from the models; `python -m` this module prints it."""

import json
import sys
from functools import cache
from importlib.resources import files
from typing import Any

from assent_schemas import exact_json
from assent_schemas.policy import SCHEMA_VERSION, Policy

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FILE = "policy.schema.json"


@cache
def load() -> dict[str, Any]:
    """The shipped schema, its fractions exact."""
    text = files("assent_schemas").joinpath(FILE).read_bytes()
    schema: dict[str, Any] = exact_json.decode(text)
    return schema


def generate() -> dict[str, Any]:
    """Build the schema (Draft 2020-12) from the models."""
    body = _precise(Policy.model_json_schema(mode="validation", by_alias=True))
    return {"$schema": DIALECT, "$id": SCHEMA_VERSION, **body}


def _precise(node: Any) -> Any:
    """Turn each tagged union into if/then by tag: an error then names the branch meant."""
    if isinstance(node, list):
        return [_precise(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.keys() == {"oneOf"} and len(node["oneOf"]) == 1:
        return _precise(node["oneOf"][0])
    tag = node.get("discriminator")
    if not isinstance(tag, dict):
        return {name: _precise(item) for name, item in _present(node).items()}
    name, mapping = tag["propertyName"], tag["mapping"]
    return {
        "type": "object",
        "required": [name],
        "properties": {name: {"enum": sorted(mapping)}},
        "allOf": [_when(name, value, target) for value, target in sorted(mapping.items())],
    }


def _when(name: str, value: str, target: str) -> dict[str, Any]:
    condition = {"properties": {name: {"const": value}}, "required": [name]}
    return {"if": condition, "then": {"$ref": target}}


def _present(node: dict[str, Any]) -> dict[str, Any]:
    """Drop titles, and null where it only means "left out": in a document absent is not null."""
    kept = {k: v for k, v in node.items() if not (k == "title" and isinstance(v, str))}
    if "default" in kept and kept["default"] is None:
        del kept["default"]
        choices = [choice for choice in kept.pop("anyOf", []) if choice != {"type": "null"}]
        kept |= choices[0] if len(choices) == 1 else {"anyOf": choices} if choices else {}
    return kept


if __name__ == "__main__":
    sys.stdout.write(json.dumps(generate(), indent=2, ensure_ascii=False) + "\n")
