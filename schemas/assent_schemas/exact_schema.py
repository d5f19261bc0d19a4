"""JSON Schema (Draft 2020-12) over exact numbers, and its errors as Problems.

The jsonschema library compares with binary floats in mind. Here schemas are read with
Decimals, an integer is any number without a fraction, and multipleOf is computed exactly.
"""

import itertools
import re
import textwrap
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable

from assent_schemas import quick_keywords, schema_cost
from assent_schemas.errors import Operation, Problem, pointer, replacing
from assent_schemas.exact_json import type_name
from assent_schemas.spelling import asked, nearest

MOST_PROBLEMS = 100

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
    if not _is_number(_checker, value):
        return False
    return isinstance(value, int) or value == Decimal(value).to_integral_value()


def _multiple_of(
    validator: Any, step: Any, instance: Any, _schema: Any
) -> Iterator[ValidationError]:
    if validator.is_type(instance, "number") and Fraction(instance) % Fraction(step):
        yield ValidationError(f"{instance} is not a multiple of {step}")


ExactValidator: Any = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    validators=schema_cost.charged(
        {
            **Draft202012Validator.VALIDATORS,
            "if": quick_keywords.when,
            "multipleOf": _multiple_of,
            "oneOf": quick_keywords.one_of,
            "uniqueItems": schema_cost.unique_items,
        }
    ),
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("number", _is_number).redefine(
        "integer", _is_integer
    ),
)


_OFFLINE: Any = Registry()
_META = Draft202012Validator(
    Draft202012Validator.META_SCHEMA,
    format_checker=Draft202012Validator.FORMAT_CHECKER,
    registry=_OFFLINE,
)
# A schema from an untrusted author reaches no other document and matches no pattern: the one
# would open the network, the other can be made to backtrack for ever.
_LOCAL_REFERENCE = re.compile(r"#(/\$defs/[^/]+)?")
_UNSUPPORTED = (
    "pattern",
    "patternProperties",
    "$dynamicRef",
    "$id",
    "$schema",
    # What these two cost is spent inside the library, where no budget reaches.
    "unevaluatedItems",
    "unevaluatedProperties",
)
_NAMED_SCHEMAS = ("properties", "$defs", "definitions", "dependentSchemas")
_DATA = ("const", "enum", "default", "examples")


def problems(
    value: Any,
    schema: dict[str, Any],
    *,
    prefix: str,
    title: str,
    base: str = "",
    checks: int | None = None,
) -> list[Problem]:
    """The ways in which the value breaks the schema, by pointer; no more than a hundred.

    `prefix` starts each code ("policy" gives policy.unknown_key); `base` is the pointer of the
    value in the document that the reader knows. `checks` bounds the work where the schema is an
    untrusted author's.
    """
    # Where a schema names its dialect the library would change to its own, inexact validator.
    bare = {name: item for name, item in schema.items() if name != "$schema"}
    found = ExactValidator(bare, registry=_OFFLINE).iter_errors(value)
    rows = (row for error in found for row in _explain(error, schema))
    try:
        with schema_cost.budget(checks):
            first = list(itertools.islice(rows, MOST_PROBLEMS))
    except schema_cost.TooCostly:
        detail = f"Checking it takes more than {checks} steps, so it was given up."
        return [Problem(f"{prefix}.too_costly", title, detail, "", base)]
    except (RecursionError, Unresolvable):
        detail = "The schema refers to itself without end or to what is not there."
        return [Problem(f"{prefix}.schema_unusable", title, detail, "", base)]
    told = {row[:3]: row.problem(prefix, title, base) for row in _without_echoes(first)}
    return [told[key] for key in sorted(told)]


def schema_problem(schema: Any) -> str | None:
    """What is wrong with a JSON Schema from an untrusted author, or None."""
    if (long := schema_cost.too_long(schema)) is not None:
        return long
    error = best_match(_META.iter_errors(_whole(schema)))
    if error is not None:
        return f"{error.json_path}: {_exact(error.message)[:300]}"
    return next(_unsupported(schema), None) or schema_cost.too_large(schema, _schemas(schema))


def _unsupported(schema: dict[str, Any]) -> Iterator[str]:
    names = schema.get("$defs", {})
    for one in _schemas(schema):
        for key in _UNSUPPORTED:
            if key in one and (key != "$schema" or one is not schema):
                yield f"{key} is not supported here"
        reference = str(one.get("$ref", "#"))
        name = reference.removeprefix("#/$defs/").replace("~1", "/").replace("~0", "~")
        if not _LOCAL_REFERENCE.fullmatch(reference) or (reference != "#" and name not in names):
            yield f"$ref {reference[:80]!r} does not lead to a name under $defs of this schema"


def _whole(node: Any) -> Any:
    """A schema with 1.0 as 1: the check of schemas, unlike ours, wants integers so."""
    if isinstance(node, dict):
        return {name: _whole(item) for name, item in node.items()}
    if isinstance(node, list):
        return [_whole(item) for item in node]
    exact = isinstance(node, Decimal) and node == node.to_integral_value()
    return int(node) if exact else node


def _schemas(node: Any) -> Iterator[dict[str, Any]]:
    """A schema and every one inside it; what only looks like one, in data, is passed over."""
    if isinstance(node, list):
        for item in node:
            yield from _schemas(item)
    if not isinstance(node, dict):
        return
    yield node
    for key, item in node.items():
        if key in _NAMED_SCHEMAS and isinstance(item, dict):
            yield from _schemas(list(item.values()))
        elif key not in _DATA:
            yield from _schemas(item)


class Row(NamedTuple):
    """One problem, its places relative to the value at hand."""

    where: str
    code: str
    detail: str
    remedy: str = ""
    fix: tuple[Operation, ...] | None = None

    def problem(self, prefix: str, title: str, base: str) -> Problem:
        """The row as a problem, its places in the document that the reader knows."""
        fix = self.fix and tuple(
            {key: base + item if key in {"path", "from"} else item for key, item in one.items()}
            for one in self.fix
        )
        code, where = f"{prefix}.{self.code}", base + self.where
        return Problem(code, title, self.detail, self.remedy, where, fix)


def _explain(error: ValidationError, schema: dict[str, Any]) -> Iterable[Row]:
    where = pointer(*error.absolute_path)
    match error.validator:
        case "additionalProperties":
            return _unknown_keys(error, where)
        case "required":
            return [_missing(error, where)]
        case "oneOf" if _is_key_choice(error.validator_value, error.instance):
            return [_key_choice(error, where)]
        case "not" if names := _forbidden_together(error.validator_value):
            return [Row(where, "exclusive_keys", f"Only one of {names} may stand here.")]
        case "anyOf" | "oneOf" if (inner := _meant(error)) is not None:
            return _explain(inner, schema)
        case "type":
            return [Row(where, "wrong_type", _wanted(error))]
        case "enum":
            return [_not_in(error, where)]
        case "maxProperties" | "maxItems" | "maxLength" as bound:
            return [Row(where, "out_of_bounds", _too_many(error, bound))]
        case keyword:
            code = _CODES.get(str(keyword), "out_of_bounds")
            return [Row(where, code, _sentence(error))]


def _meant(error: ValidationError) -> ValidationError | None:
    """The complaint of the branch that was meant: one that takes a value of this type."""
    complaints = list(error.context or ())
    fitting = [one for one in complaints if one.validator != "type" or one.relative_path]
    meant: ValidationError | None = best_match(fitting or complaints)
    return meant


def _without_echoes(rows: list[Row]) -> list[Row]:
    """Where a value has the wrong type, nothing else that is said of it means anything."""
    mistyped = {row.where for row in rows if row.code == "wrong_type"}
    return [row for row in rows if row.where not in mistyped or row.code == "wrong_type"]


def _unknown_keys(error: ValidationError, where: str) -> Iterator[Row]:
    schema: Any = error.schema
    instance: Any = error.instance
    known = list(schema.get("properties", {}))
    for name in sorted(set(instance) - set(known)):
        near = nearest(name, known)
        remedy = asked(near, f"Known here: {', '.join(known)}.")
        detail = f'"{textwrap.shorten(name, 80, placeholder="...")}" is not known here.'
        at = where + pointer(name)
        # A key that is there already would be lost.
        free = near is not None and near not in instance
        move = {"op": "move", "from": at, "path": where + pointer(near or "")}
        yield Row(at, "unknown_key", detail, remedy, (move,) if free else None)


def _missing(error: ValidationError, where: str) -> Row:
    required: Any = error.validator_value
    instance: Any = error.instance
    absent = [name for name in required if name not in instance]
    named = next(name for name in absent if f"'{name}'" in error.message)
    return Row(where, "missing_key", f'"{named}" is missing.')


def _is_key_choice(branches: Any, instance: Any) -> bool:
    plain = all(isinstance(branch, dict) and set(branch) == {"required"} for branch in branches)
    return plain and isinstance(instance, dict)


def _forbidden_together(rule: Any) -> str:
    names = rule["required"] if isinstance(rule, dict) and set(rule) == {"required"} else []
    return " and ".join(names)


def _wanted(error: ValidationError) -> str:
    types: Any = error.validator_value
    names = types if isinstance(types, str) else " or ".join(types)
    article = "An" if names[0] in "aio" else "A"
    return f"{article} {names} is needed, not {_shown(error.instance)}."


def _too_many(error: ValidationError, bound: str) -> str:
    instance: Any = error.instance
    units = {"maxProperties": "keys", "maxItems": "items", "maxLength": "characters"}
    return f"It has {len(instance)} {units[bound]}; {error.validator_value} is the most."


def _key_choice(error: ValidationError, where: str) -> Row:
    branches: Any = error.validator_value
    instance: Any = error.instance
    groups = [branch["required"] for branch in branches]
    held = [names for names in groups if all(name in instance for name in names)]
    names = ", ".join(names[-1] for names in groups)
    if not held:
        return Row(where, "missing_key", f"One of {names} is needed here.")
    found = " and ".join(names[-1] for names in held)
    detail = f"Only one of {found} may stand here."
    return Row(where, "exclusive_keys", detail, "Remove the others.")


def _not_in(error: ValidationError, where: str) -> Row:
    values: Any = error.validator_value
    allowed = [str(value) for value in values]
    texts = [value for value in values if isinstance(value, str)]
    near = nearest(error.instance, texts) if isinstance(error.instance, str) else None
    detail = f"{_shown(error.instance)} is not one of {', '.join(allowed)}."
    fix = None if near is None else replacing(where, near)
    return Row(where, "not_allowed", detail, asked(near), fix)


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else type_name(value)
    return textwrap.shorten(text, 80, placeholder="...")


def _sentence(error: ValidationError) -> str:
    text = textwrap.shorten(_exact(error.message), 300, placeholder="...")
    return text[0].upper() + text[1:] + "."


def _exact(message: str) -> str:
    """The library's message with numbers as JSON writes them."""
    return re.sub(r"Decimal\('([^']*)'\)", r"\1", message)
