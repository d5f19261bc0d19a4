"""Filters: conditions on a node; a wrong type compares false and is never an error."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Protocol

from assent_engine.interpreter.paths.query import Query, Walk

_KINDS: Final[dict[type, str]] = {
    type(None): "null",
    bool: "boolean",
    int: "number",
    Decimal: "number",
    str: "text",
    list: "array",
    dict: "object",
}
_ORDERS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TEXT_PER_VISIT: Final = 10  # as a power of two


class Condition(Protocol):
    """What a node passes or not."""

    def holds(self, node: Any, walk: Walk) -> bool: ...


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written in the path."""

    constant: Any

    def value(self, _node: Any, _walk: Walk) -> Any:
        return self.constant


@dataclass(frozen=True, slots=True)
class AllOf:
    """`a && b`."""

    conditions: tuple[Condition, ...]

    def holds(self, node: Any, walk: Walk) -> bool:
        return all(one.holds(node, walk) for one in self.conditions)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """`a || b`."""

    conditions: tuple[Condition, ...]

    def holds(self, node: Any, walk: Walk) -> bool:
        return any(one.holds(node, walk) for one in self.conditions)


@dataclass(frozen=True, slots=True)
class Not:
    """`!a`."""

    condition: Condition

    def holds(self, node: Any, walk: Walk) -> bool:
        return not self.condition.holds(node, walk)


@dataclass(frozen=True, slots=True)
class Exists:
    """A path on its own; what it finds may be null or false."""

    query: Query

    def holds(self, node: Any, walk: Walk) -> bool:
        return self.query.exists(node, walk)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left operator right`; what is missing equals nothing, not even what is missing too."""

    left: Query | Literal
    operator: str
    right: Query | Literal

    def holds(self, node: Any, walk: Walk) -> bool:
        left, right = self.left.value(node, walk), self.right.value(node, walk)
        match self.operator:
            case "==":
                return equal(left, right, walk)
            case "!=":
                return not equal(left, right, walk)
            case "in":
                return _among(left, right, walk)
            case order:
                return _ordered(_ORDERS[order], left, right, walk)


def equal(left: Any, right: Any, walk: Walk) -> bool:
    """Equality of the same kind of value, to any depth: true is not 1, but 1 is 1.0."""
    pairs = [(left, right)]
    while pairs:
        left, right = pairs.pop()
        kind = _KINDS.get(type(left))
        if kind is None or kind != _KINDS.get(type(right)):
            return False
        if kind in ("array", "object"):
            walk.charge(len(left))
            if not _same_shape(left, right):
                return False
            pairs.extend(_inner_pairs(left, right))
            continue
        if kind == "text":
            walk.charge(len(left) >> _TEXT_PER_VISIT)
        if left != right:
            return False
    return True


def _among(left: Any, members: Any, walk: Walk) -> bool:
    if not isinstance(members, list):
        return False
    walk.charge(len(members))
    return any(equal(left, one, walk) for one in members)


def _same_shape(left: Any, right: Any) -> bool:
    if isinstance(left, dict):
        return bool(left.keys() == right.keys())
    return len(left) == len(right)


def _inner_pairs(left: Any, right: Any) -> list[tuple[Any, Any]]:
    if isinstance(left, dict):
        return [(value, right[name]) for name, value in left.items()]
    return list(zip(left, right, strict=True))


def _ordered(order: Callable[[Any, Any], bool], left: Any, right: Any, walk: Walk) -> bool:
    kind = _KINDS.get(type(left))
    if kind != _KINDS.get(type(right)):
        return False
    if kind == "text":
        walk.charge((len(left) + len(right)) >> _TEXT_PER_VISIT)
        if left.isascii() and right.isascii():
            return order(left, right)
        return order(_code_units(left), _code_units(right))
    return kind == "number" and order(left, right)


def _code_units(text: str) -> bytes:
    # UTF-16 code units order as the reference does; Python's own order differs beyond U+FFFF.
    return text.encode("utf-16-be", "surrogatepass")
