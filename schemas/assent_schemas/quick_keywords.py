"""Keywords answered at once where a schema only asks for names or for a tag, as ours mostly does.

The library makes a validator for each schema inside another; one rule of a Choice has forty.
"""

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

_ONE_OF: Any = Draft202012Validator.VALIDATORS["oneOf"]
_IF: Any = Draft202012Validator.VALIDATORS["if"]


def one_of(validator: Any, branches: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """oneOf, quick where each branch only names keys."""
    if not isinstance(instance, dict) or not all(branch_names(one) for one in branches):
        yield from _ONE_OF(validator, branches, instance, schema)
        return
    held = sum(all(name in instance for name in one["required"]) for one in branches)
    if held != 1:
        yield ValidationError(f"{held} of its choices are met, and one has to be")


def branch_names(schema: Any) -> bool:
    """Whether a schema only says which keys an object has."""
    return isinstance(schema, dict) and len(schema) == 1 and "required" in schema


def when(validator: Any, condition: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """if, quick where it asks for one key with one text."""
    tag = _tag(condition)
    if tag is None or not isinstance(instance, dict):
        yield from _IF(validator, condition, instance, schema)
    elif instance.get(tag[0]) == tag[1]:
        yield from validator.descend(instance, schema.get("then", True), schema_path="then")
    elif "else" in schema:
        yield from validator.descend(instance, schema["else"], schema_path="else")


def _tag(condition: Any) -> tuple[str, str] | None:
    match condition:
        case {"properties": dict(named), "required": [str(name)], **others} if not others:
            const = named[name].get("const") if isinstance(named.get(name), dict) else None
            alone = len(named) == 1 and isinstance(const, str) and len(named[name]) == 1
            return (name, const) if alone and isinstance(const, str) else None
    return None
