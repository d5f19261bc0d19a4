"""JSON Schema (Draft 2020-12) over exact numbers, and its errors as Problems.

The jsonschema library compares with binary floats in mind. Here schemas are read with
Decimals, an integer is any number without a fraction, and multipleOf is computed exactly.
"""

import difflib
import textwrap
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError, best_match
from jsonschema.validators import extend

from assent_schemas.errors import Problem, pointer
from assent_schemas.exact_json import type_name

_CODES = {
    "additionalProperties": "unknown_key",
    "required": "missing_key",
    "type": "wrong_type",
    "enum": "not_allowed",
    "const": "not_allowed",
    "pattern": "wrong_form",
    "format": "wrong_form",
}


def _is_number(_checker: object, value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _is_integer(_checker: object, value: Any) -> bool:
    return _is_number(_checker, value) and value == int(value)


def _multiple_of(
    validator: Any, step: Any, instance: Any, _schema: Any
) -> Iterator[ValidationError]:
    if validator.is_type(instance, "number") and Fraction(instance) % Fraction(step):
        yield ValidationError(f"{instance} is not a multiple of {step}")


ExactValidator: Any = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    validators={"multipleOf": _multiple_of},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("number", _is_number).redefine(
        "integer", _is_integer
    ),
)


def problems(
    value: Any, schema: dict[str, Any], *, prefix: str, title: str, base: str = ""
) -> list[Problem]:
    """Every way in which the value breaks the schema, in document order.

    `prefix` starts each code ("policy" gives policy.unknown_key); `base` is the pointer of the
    value in the document that the reader knows.
    """
    found = ExactValidator(schema).iter_errors(value)
    rows = [row for error in found for row in _explain(error, schema)]
    told = {
        (where, code, detail): Problem(f"{prefix}.{code}", title, detail, remedy, base + where)
        for where, code, detail, remedy in rows
    }
    return [told[key] for key in sorted(told)]


def schema_problem(schema: Any) -> str | None:
    """What is wrong with a JSON Schema itself, or None."""
    try:
        ExactValidator.check_schema(schema)
    except SchemaError as error:
        return f"{error.json_path}: {error.message[:300]}"
    return None


Row = tuple[str, str, str, str]


def _explain(error: ValidationError, schema: dict[str, Any]) -> Iterable[Row]:
    where = pointer(*error.absolute_path)
    match error.validator:
        case "additionalProperties":
            return _unknown_keys(error, where)
        case "required":
            return [_missing(error, where)]
        case "oneOf" if _is_key_choice(error.validator_value):
            return [_key_choice(error, where)]
        case "not" if isinstance(error.validator_value, dict):
            names = " and ".join(error.validator_value.get("required", []))
            return [(where, "exclusive_keys", f"Only one of {names} may stand here.", "")]
        case "anyOf" | "oneOf" if (inner := best_match(error.context or [])) is not None:
            return _explain(inner, schema)
        case "type":
            detail = f"A {error.validator_value} is needed, not {_shown(error.instance)}."
            return [(where, "wrong_type", detail, "")]
        case "enum":
            return [_not_in(error, where)]
        case keyword:
            code = _CODES.get(str(keyword), "out_of_bounds")
            return [(where, code, _sentence(error), "")]


def _unknown_keys(error: ValidationError, where: str) -> Iterator[Row]:
    schema: Any = error.schema
    instance: Any = error.instance
    known = list(schema.get("properties", {}))
    for name in sorted(set(instance) - set(known)):
        near = difflib.get_close_matches(name, known, n=1)
        remedy = f'Did you mean "{near[0]}"?' if near else f"Known here: {', '.join(known)}."
        yield (where + pointer(name), "unknown_key", f'"{name}" is not known here.', remedy)


def _missing(error: ValidationError, where: str) -> Row:
    required: Any = error.validator_value
    instance: Any = error.instance
    absent = [name for name in required if name not in instance]
    named = next(name for name in absent if f"'{name}'" in error.message)
    return (where, "missing_key", f'"{named}" is missing.', "")


def _is_key_choice(branches: Any) -> bool:
    return all(set(branch) == {"required"} for branch in branches)


def _key_choice(error: ValidationError, where: str) -> Row:
    branches: Any = error.validator_value
    instance: Any = error.instance
    groups = [branch["required"] for branch in branches]
    held = [names for names in groups if all(name in instance for name in names)]
    names = ", ".join(names[-1] for names in groups)
    if not held:
        return (where, "missing_key", f"One of {names} is needed here.", "")
    found = " and ".join(names[-1] for names in held)
    return (where, "exclusive_keys", f"Only one of {found} may stand here.", "Remove the others.")


def _not_in(error: ValidationError, where: str) -> Row:
    values: Any = error.validator_value
    allowed = [str(value) for value in values]
    near = difflib.get_close_matches(str(error.instance), allowed, n=1)
    remedy = f'Did you mean "{near[0]}"?' if near else ""
    detail = f"{_shown(error.instance)} is not one of {', '.join(allowed)}."
    return (where, "not_allowed", detail, remedy)


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else type_name(value)
    return textwrap.shorten(text, 80, placeholder="...")


def _sentence(error: ValidationError) -> str:
    text = textwrap.shorten(error.message, 300, placeholder="...")
    return text[0].upper() + text[1:] + "."
