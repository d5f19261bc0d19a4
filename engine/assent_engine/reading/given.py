"""What a run starts with, as far as the policy itself bounds it: its defaults and input schema."""

from typing import Any

from assent_engine.reading import shapes
from assent_engine.reading.shapes import UNKNOWN, AtMost, Record, Shape, UpTo
from assent_schemas.policy import Policy

DEEPEST = 16


def first_data(policy: Policy) -> Shape:
    """The data before the first state: the defaults with any allowed input laid over them."""
    given = UNKNOWN if policy.input_schema is None else allowed(policy.input_schema)
    defaults = shapes.of(policy.context_defaults)
    if not policy.context_defaults or not isinstance(defaults, Record):
        return given
    if not isinstance(given, Record):
        return Record(dict.fromkeys(defaults.fields, UNKNOWN), more=True)
    return _laid_over(defaults, given)


def allowed(schema: Any, depth: int = 0) -> Shape:
    """A shape for every value that a JSON Schema lets through; keywords it does not know widen."""
    if not isinstance(schema, dict) or depth > DEEPEST:
        return UNKNOWN
    if "const" in schema:
        return shapes.of(schema["const"])
    choices = schema.get("enum")
    if isinstance(choices, list) and choices:
        return _any_of(choices)
    match schema.get("type"):
        case "object":
            return _object(schema, depth)
        case "array":
            return _array(schema, depth)
        case "number" | "integer":
            return _number(schema)
    return UNKNOWN


def _laid_over(defaults: Record, given: Record) -> Record:
    fields = dict(given.fields)
    for key, value in defaults.fields.items():
        if key not in given.fields:
            fields[key] = UNKNOWN if given.more else value
        elif key in given.optional:
            fields[key] = shapes.join(value, given.fields[key])
    return Record(fields, given.more, given.optional - set(defaults.fields))


def _any_of(choices: list[Any]) -> Shape:
    found = shapes.of(choices[0])
    for choice in choices[1:]:
        found = shapes.join(found, shapes.of(choice))
    return found


def _object(schema: dict[str, Any], depth: int) -> Shape:
    properties = schema.get("properties", {})
    if not isinstance(properties, dict):
        return UNKNOWN
    fields = {key: allowed(one, depth + 1) for key, one in properties.items()}
    more = schema.get("additionalProperties", True) is not False or "patternProperties" in schema
    required = schema.get("required", [])
    needed = set(required) if isinstance(required, list) else set()
    return Record(fields, more, frozenset(key for key in fields if key not in needed))


def _array(schema: dict[str, Any], depth: int) -> Shape:
    most = schema.get("maxItems")
    if not shapes.is_number(most):
        return UNKNOWN
    item = UNKNOWN if "prefixItems" in schema else allowed(schema.get("items"), depth + 1)
    return UpTo(max(int(most), 0), item)


def _number(schema: dict[str, Any]) -> Shape:
    tops = [schema.get("maximum"), schema.get("exclusiveMaximum")]
    found = [top for top in tops if shapes.is_number(top)]
    return AtMost(min(found)) if found else UNKNOWN
