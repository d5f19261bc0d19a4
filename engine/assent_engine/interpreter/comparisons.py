"""Choice conditions: compiled once; a wrong type compares false and is never an error."""

import operator
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from assent_engine.interpreter.expressions import is_present, read
from assent_engine.interpreter.faults import runtime
from assent_engine.interpreter.paths import Path, compile_path
from assent_engine.interpreter.visit import Visit
from assent_engine.moments import TIME
from assent_schemas.choice import COMPARISONS, Condition

Test = Callable[[Any, Visit], bool]
Compare = Callable[[Any, Any], bool]

_ORDERS: dict[str, Compare] = {
    "equals": operator.eq,
    "less_than": operator.lt,
    "less_than_equals": operator.le,
    "greater_than": operator.gt,
    "greater_than_equals": operator.ge,
}


def compile_condition(rule: Condition) -> Test:
    """Compile one condition with all below it; raises PathSyntaxError."""
    if rule.all_of is not None:
        tests = [compile_condition(one) for one in rule.all_of]
        return lambda data, visit: all(test(data, visit) for test in tests)
    if rule.any_of is not None:
        tests = [compile_condition(one) for one in rule.any_of]
        return lambda data, visit: any(test(data, visit) for test in tests)
    if rule.none_of is not None:
        inner = compile_condition(rule.none_of)
        return lambda data, visit: not inner(data, visit)
    return _compile_comparison(rule)


def condition_paths(rule: Condition) -> list[Path]:
    """Every path that a condition reads."""
    inner = [*(rule.all_of or ()), *(rule.any_of or ()), *([rule.none_of] if rule.none_of else ())]
    own = [
        compile_path(text)
        for name, text in rule
        if isinstance(text, str) and (name == "variable" or name.endswith("_path"))
    ]
    return own + [path for one in inner for path in condition_paths(one)]


def _compile_comparison(rule: Condition) -> Test:
    name = next(name for name in COMPARISONS if getattr(rule, name) is not None)
    operand = getattr(rule, name)
    variable = compile_path(rule.variable or "$")
    if name == "is_present":
        return lambda data, visit: is_present(variable, data, visit) is operand
    if name.startswith("is_"):
        holds = _TYPE_TESTS[name]
        return lambda data, visit: holds(read(variable, data, visit)) is operand
    if name == "string_matches":
        return lambda data, visit: _text_matches(_pattern(operand), read(variable, data, visit))
    return _compile_order(name, variable, operand)


def _compile_order(name: str, variable: Path, operand: Any) -> Test:
    kind, _, order = name.removesuffix("_path").partition("_")
    normal, compare = _NORMAL[kind], _ORDERS[order]
    if name.endswith("_path"):
        other = compile_path(operand)
        return lambda data, visit: _compared(
            compare, normal(read(variable, data, visit)), normal(read(other, data, visit))
        )
    constant = normal(operand)
    return lambda data, visit: _compared(compare, normal(read(variable, data, visit)), constant)


def _compared(compare: Compare, left: Any, right: Any) -> bool:
    return left is not None and right is not None and compare(left, right)


def _as_string(value: Any) -> tuple[bytes] | None:
    # UTF-16 code units order as the reference does; Python's own order differs beyond U+FFFF.
    return (value.encode("utf-16-be", "surrogatepass"),) if isinstance(value, str) else None


def _as_number(value: Any) -> int | Decimal | None:
    return value if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def _as_boolean(value: Any) -> tuple[bool] | None:
    return (value,) if isinstance(value, bool) else None


@lru_cache(maxsize=1024)
def _moment(text: str) -> tuple[datetime, Decimal] | None:
    match = TIME.fullmatch(text)
    if match is None:
        return None
    whole = text[: match.start(1)] + match[2] if match[1] else text
    try:
        return datetime.fromisoformat(whole).astimezone(UTC), Decimal(match[1] or 0)
    except (ValueError, OverflowError):
        return None


def _as_moment(value: Any) -> tuple[datetime, Decimal] | None:
    return _moment(value) if isinstance(value, str) else None


_NORMAL: dict[str, Callable[[Any], Any]] = {
    "string": _as_string,
    "numeric": _as_number,
    "boolean": _as_boolean,
    "timestamp": _as_moment,
}
_TYPE_TESTS: dict[str, Callable[[Any], bool]] = {
    "is_null": lambda value: value is None,
    "is_numeric": lambda value: _as_number(value) is not None,
    "is_string": lambda value: isinstance(value, str),
    "is_boolean": lambda value: isinstance(value, bool),
    "is_timestamp": lambda value: _as_moment(value) is not None,
}


@lru_cache(maxsize=1024)
def _pattern(text: str) -> tuple[str, ...]:
    """The literal pieces between the stars; a lone backslash at the end is a fault of the run."""
    pieces, piece, position = [], "", 0
    while position < len(text):
        char = text[position]
        if char == "\\":
            position += 1
            if position == len(text):
                raise runtime(f"The pattern {text!r} ends in a lone backslash.")
            piece += text[position]
        elif char == "*":
            pieces.append(piece)
            piece = ""
        else:
            piece += char
        position += 1
    return (*pieces, piece)


def _text_matches(pieces: tuple[str, ...], value: Any) -> bool:
    """Match greedily from the left: linear in the text for each piece, no backtracking."""
    if not isinstance(value, str):
        return False
    if len(pieces) == 1:
        return value == pieces[0]
    head, *middle, tail = pieces
    if not value.startswith(head) or not value.endswith(tail):
        return False
    position, limit = len(head), len(value) - len(tail)
    for piece in middle:
        position = value.find(piece, position, limit)
        if position < 0:
            return False
        position += len(piece)
    return position <= limit
