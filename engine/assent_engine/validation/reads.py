"""Which names of its input a state reads, and where in the document."""

from collections.abc import Iterator
from typing import Any

from assent_engine.interpreter.expressions import compile_expression
from assent_engine.interpreter.intrinsics import IntrinsicSyntaxError
from assent_engine.interpreter.paths import Path, PathSyntaxError
from assent_engine.validation.machines import Json, listed, rules
from assent_schemas.errors import pointer

Read = tuple[str, str]


def reads(state: Json) -> Iterator[Read]:
    """The top-level names that a state reads and the pointers to where, relative to it."""
    if state.get("input_path", "$") != "$":
        yield from _named(state["input_path"], "/input_path")
        return
    yield from _template(state.get("parameters"), "/parameters")
    for key in ("seconds_path", "timestamp_path"):
        yield from _named(state.get(key), f"/{key}")
    if "parameters" not in state:
        yield from _named(state.get("items_path"), "/items_path")
    for at, rule in rules(state, "choices"):
        yield from _condition(rule, at)


def asked_for(state: Json) -> set[str]:
    """The names whose presence a Choice tests: that they may be absent is known."""
    return {name for at, rule in rules(state, "choices") for name in _presence(rule, at)}


def names_of(text: Any) -> Iterator[str]:
    """The top-level names of the data in a path or an intrinsic function."""
    try:
        paths = compile_expression(text.strip()).paths if isinstance(text, str) else ()
    except (PathSyntaxError, IntrinsicSyntaxError):
        return
    for path in paths:
        yield from _first(path)


def _first(path: Path) -> Iterator[str]:
    if not path.in_context and path.variable is None and path.parts:
        first = path.parts[0]
        if isinstance(first, str):
            yield first


def _named(text: Any, where: str) -> Iterator[Read]:
    for name in names_of(text):
        yield name, where


def _template(node: Any, where: str) -> Iterator[Read]:
    for index, item in enumerate(listed(node)):
        yield from _template(item, f"{where}/{index}")
    for name, item in node.items() if isinstance(node, dict) else ():
        at = where + pointer(name)
        yield from _named(item, at) if name.endswith(".$") else _template(item, at)


def _condition(rule: Any, where: str) -> Iterator[Read]:
    if not isinstance(rule, dict):
        return
    for key, item in rule.items():
        if (key == "variable" and "is_present" not in rule) or key.endswith("_path"):
            yield from _named(item, f"{where}/{key}")
    for at, inner in _inner(rule):
        yield from _condition(inner, where + at)


def _presence(rule: Any, where: str) -> Iterator[str]:
    if not isinstance(rule, dict):
        return
    if "is_present" in rule:
        yield from names_of(rule.get("variable"))
    for at, inner in _inner(rule):
        yield from _presence(inner, where + at)


def _inner(rule: Json) -> Iterator[tuple[str, Any]]:
    for key in ("and", "or"):
        for at, inner in enumerate(listed(rule.get(key))):
            yield f"/{key}/{at}", inner
    if "not" in rule:
        yield "/not", rule["not"]
