"""Choice rules in words."""

from typing import Any

from assent_engine.reading import wording
from assent_schemas.choice import Condition

_ORDERS = {
    "numeric": {
        "equals": "is",
        "less_than": "is less than",
        "less_than_equals": "is at most",
        "greater_than": "is more than",
        "greater_than_equals": "is at least",
    },
    "string": {
        "equals": "is",
        "less_than": "sorts before",
        "less_than_equals": "is or sorts before",
        "greater_than": "sorts after",
        "greater_than_equals": "is or sorts after",
    },
    "timestamp": {
        "equals": "is the moment",
        "less_than": "is earlier than",
        "less_than_equals": "is not later than",
        "greater_than": "is later than",
        "greater_than_equals": "is not earlier than",
    },
    "boolean": {"equals": "is"},
}
_TESTS = {
    "is_null": ("is null", "is not null"),
    "is_present": ("is there", "is missing"),
    "is_numeric": ("is a number", "is no number"),
    "is_string": ("is text", "is no text"),
    "is_boolean": ("is true or false", "is neither true nor false"),
    "is_timestamp": ("is a moment", "is no moment"),
}
_BESIDE = {"variable", "comment", "next", "assign", "output", "all_of", "any_of", "none_of"}


def condition(rule: Condition) -> str:
    """What has to hold, in words."""
    if rule.all_of is not None:
        return _several(rule.all_of, "and")
    if rule.any_of is not None:
        return _several(rule.any_of, "or")
    if rule.none_of is not None:
        return f"it is not so that {_part(rule.none_of)}"
    key, held_to = comparison(rule)
    if rule.variable is None:
        return f"{wording.name(key)} {wording.value(held_to)} holds"
    return f"{wording.path(rule.variable)} {_test(key, held_to)}"


def comparison(rule: Condition) -> tuple[str, Any]:
    """The comparison that a simple rule makes, and what with."""
    fields = [name for name in type(rule).model_fields if name in rule.model_fields_set]
    extra = sorted(rule.model_fields_set - set(fields))
    found = [name for name in [*fields, *extra] if name not in _BESIDE]
    return (found[0], getattr(rule, found[0])) if found else ("nothing", None)


def _several(rules: list[Condition], word: str) -> str:
    return f" {word} ".join(_part(rule) for rule in rules)


def _part(rule: Condition) -> str:
    joined = bool(rule.model_fields_set & {"all_of", "any_of", "none_of"})
    return f"({condition(rule)})" if joined else condition(rule)


def _test(key: str, held_to: Any) -> str:
    if key in _TESTS:
        return _TESTS[key][0 if held_to else 1]
    if key == "string_matches":
        return f"matches the pattern {wording.value(held_to)}"
    kind, _, order = key.removesuffix("_path").partition("_")
    words = _ORDERS.get(kind, {}).get(order)
    if words is None:
        return f"meets {wording.name(key)} {wording.value(held_to)}"
    if key.endswith("_path"):
        return f"{words} {wording.path(held_to)}"
    return f"{words} {wording.value(held_to)}"
