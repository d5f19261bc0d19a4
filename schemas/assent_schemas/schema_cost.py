"""What checking a value against an untrusted JSON Schema costs: bounded before and while it runs.

References let a few lines stand for very many: each of thirty names that refers to the next one
twice makes a thousand million checks of one value.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from typing import Any

from jsonschema.exceptions import ValidationError

MOST_CHECKS = 200_000
"""Checks of one input; one of the largest size that is allowed needs some 150,000."""
MOST_VALUES = 2_000
"""Values in one schema: each of its parts is checked against the schema of schemas."""
MOST_EXPANDED = 1_000
"""Schemas that may apply to one and the same value, written out without references."""
DEEPEST = 64

_IN_PLACE_LISTS = ("allOf", "anyOf", "oneOf")
_IN_PLACE = ("not", "if", "then", "else")
_EACH = ("items", "additionalProperties", "propertyNames", "contains", "uniqueItems")

Keyword = Callable[[Any, Any, Any, Any], Iterator[ValidationError] | None]


class TooCostly(Exception):
    """A check that would take too long was given up."""


_left: ContextVar[list[int] | None] = ContextVar("checks left", default=None)


@contextmanager
def budget(checks: int | None) -> Iterator[None]:
    """Give up with TooCostly after so many checks; None sets no bound."""
    before = _left.set(None if checks is None else [checks])
    try:
        yield
    finally:
        _left.reset(before)


def charged(keywords: Mapping[str, Keyword]) -> dict[str, Keyword]:
    """The keywords of a validator, each of which pays for what it looks at."""
    return {name: _paying(name, keyword) for name, keyword in keywords.items()}


def _paying(name: str, keyword: Keyword) -> Keyword:
    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Any:
        left = _left.get()
        if left is not None:
            left[0] -= 1 + _items(value) + (_items(instance) if name in _EACH else 0)
            if left[0] < 0:
                raise TooCostly
        return keyword(validator, value, instance, schema)

    return check


def _items(value: Any) -> int:
    return len(value) if isinstance(value, list | dict) else 0


def unique_items(
    validator: Any, wanted: Any, instance: Any, _schema: Any
) -> Iterator[ValidationError]:
    """Items that are equal, found in linear time; the library compares each with each other."""
    if not wanted or not validator.is_type(instance, "array"):
        return
    if len({_likeness(item) for item in instance}) < len(instance):
        yield ValidationError("the list has items that are not unique")


def _likeness(value: Any) -> Any:
    """What is equal for equal JSON values only: true is not 1, but 1.0 is."""
    match value:
        case bool() | str() | None:
            return type(value), value
        case list():
            return list, tuple(_likeness(item) for item in value)
        case dict():
            return dict, frozenset((name, _likeness(item)) for name, item in value.items())
        case Decimal() | int() | float():
            return "number", value
    return type(value), repr(value)


def too_long(schema: Any) -> str | None:
    """Why a schema is not even looked at, or None."""
    waiting, count = [schema], 0
    while waiting and count <= MOST_VALUES:
        node = waiting.pop()
        count += 1
        if isinstance(node, dict | list):
            waiting.extend(node.values() if isinstance(node, dict) else node)
    return f"it holds more than {MOST_VALUES} values" if waiting else None


def too_large(root: dict[str, Any], parts: Iterable[dict[str, Any]]) -> str | None:
    """Why a schema, `parts` and all, would cost too much to check a value against, or None."""
    expansion = _Expansion(root)
    try:
        largest = max(expansion.size(one, 0) for one in parts)
    except RecursionError:
        return "it refers to itself without end, or through too many names"
    if largest > MOST_EXPANDED:
        return f"written out, more than {MOST_EXPANDED} schemas apply to one value"
    return None


class _Expansion:
    """How many schemas apply to one value, each node counted once."""

    def __init__(self, root: dict[str, Any]) -> None:
        self.root = root
        self.sizes: dict[int, int] = {}

    def size(self, node: Any, depth: int) -> int:
        """The schemas that apply where this one does; RecursionError where there is no end."""
        if not isinstance(node, dict):
            return 1
        if depth > DEEPEST:
            raise RecursionError
        if id(node) not in self.sizes:
            inner = (self.size(one, depth + 1) for one in self._in_place(node))
            self.sizes[id(node)] = 1 + sum(inner)
        return self.sizes[id(node)]

    def _in_place(self, node: dict[str, Any]) -> Iterator[Any]:
        for name in _IN_PLACE_LISTS:
            yield from node.get(name, ())
        yield from (node[name] for name in _IN_PLACE if name in node)
        yield from node.get("dependentSchemas", {}).values()
        if "$ref" in node:
            yield self._named(node["$ref"])

    def _named(self, reference: str) -> Any:
        if reference == "#":
            return self.root
        name = reference.removeprefix("#/$defs/").replace("~1", "/").replace("~0", "~")
        return self.root["$defs"][name]
