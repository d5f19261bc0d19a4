"""The form of one field's value: type, range, path or moment."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from assent_engine.asl.paths import path_problem, reference_problem
from assent_engine.asl.verdict import Problems, is_expression, is_open, problem
from assent_engine.moments import moment

Fault = tuple[str, str] | None
"""A code and what is wrong with the value."""
Check = Callable[[Any], Fault]

LONG_TIME: Final = 99_999_999
TYPE: Final = "field.type"


def check(name: str, value: Any, form: Check, where: str, *, jsonata: bool = False) -> Problems:
    """The problem of one value, if it has one; null counts as absent."""
    if value is None or is_open(value) or (jsonata and is_expression(value)):
        return
    fault = form(value)
    if fault is not None:
        code, reason = fault
        yield problem(code, where, f'"{name}" {reason}.')


def text(value: Any) -> Fault:
    return None if isinstance(value, str) else (TYPE, "must be a text")


def filled_text(value: Any) -> Fault:
    return None if isinstance(value, str) and value else (TYPE, "must be a text and not empty")


def flag(value: Any) -> Fault:
    return None if isinstance(value, bool) else (TYPE, "must be true or false")


def an_object(value: Any) -> Fault:
    return None if isinstance(value, dict) else (TYPE, "must be an object")


def a_template(value: Any) -> Fault:
    """The specification wants an object; lists are seen in the field, so they are taken."""
    return None if isinstance(value, dict | list) else (TYPE, "must be an object")


def a_list(value: Any) -> Fault:
    return None if isinstance(value, list) else (TYPE, "must be a list")


def texts(value: Any) -> Fault:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return None
    return TYPE, "must be a list of texts"


def number(value: Any) -> Fault:
    known = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return None if known else (TYPE, "must be a number")


def path(value: Any) -> Fault:
    """A path and nothing else."""
    if isinstance(value, str) and value.startswith("States."):
        return "path.syntax", "is no path: an intrinsic function cannot stand here"
    return expression(value)


def expression(value: Any) -> Fault:
    """A path or the call of an intrinsic function."""
    return _path(value, path_problem)


def reference(value: Any) -> Fault:
    return _path(value, reference_problem)


def inner_path(value: Any) -> Fault:
    """A path that may not look into the context object."""
    if isinstance(value, str) and value.startswith("$$"):
        return "path.syntax", "may not look into the context object"
    return path(value)


def moment_text(value: Any) -> Fault:
    try:
        moment(value if isinstance(value, str) else "")
    except ValueError:
        return "wait.timestamp", "must be a time such as 2026-01-31T09:00:00Z"
    return None


def moment_literal(value: Any) -> Fault:
    """A text that must be a time."""
    return text(value) or moment_text(value)


def _path(value: Any, syntax: Callable[[str], str | None]) -> Fault:
    if not isinstance(value, str):
        return TYPE, "must be a path"
    reason = syntax(value)
    return None if reason is None else ("path.syntax", f"is no path: {reason}")


def _is_whole(value: Any) -> bool:
    if isinstance(value, Decimal):
        return value == value.to_integral_value()
    return not isinstance(value, float) or value.is_integer()


@dataclass(frozen=True, slots=True)
class Between:
    """A number within bounds, both included."""

    least: int
    most: int | None = None
    whole: bool = False

    def __call__(self, value: Any) -> Fault:
        fault = number(value)
        if fault is not None:
            return fault
        if self.whole and not _is_whole(value):
            return TYPE, "must be a whole number"
        if value < self.least or (self.most is not None and value > self.most):
            bounds = f"at least {self.least}" + (f" and at most {self.most}" if self.most else "")
            return "field.range", f"must be {bounds}"
        return None


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few words."""

    words: tuple[str, ...]

    def __call__(self, value: Any) -> Fault:
        if isinstance(value, str) and value in self.words:
            return None
        return "field.value", f"must be one of {', '.join(self.words)}"


def whole(least: int, most: int | None = None) -> Between:
    return Between(least, most, whole=True)
