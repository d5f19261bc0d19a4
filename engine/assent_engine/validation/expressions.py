"""Paths, intrinsic functions and templates: they can be read, and fit the place they stand in."""

from collections.abc import Iterator
from typing import Any

from assent_engine.interpreter.expressions import compile_expression
from assent_engine.interpreter.intrinsics import IntrinsicSyntaxError
from assent_engine.interpreter.paths import PathSyntaxError, compile_path
from assent_engine.validation.machines import Json, listed, rules
from assent_engine.validation.problems import problem
from assent_schemas.errors import Problem, pointer

_PATHS = (
    "input_path",
    "output_path",
    "items_path",
    "seconds_path",
    "timestamp_path",
    "timeout_seconds_path",
    "heartbeat_seconds_path",
    "max_concurrency_path",
    "tolerated_failure_count_path",
    "tolerated_failure_percentage_path",
    "max_items_per_batch_path",
    "max_input_bytes_per_batch_path",
    "max_items_path",
)
_EXPRESSIONS = ("error_path", "cause_path")
_TEMPLATES = ("parameters", "result_selector", "item_selector", "batch_input", "assign", "input")


def expression_problems(state: Json, where: str, *, imported: bool = False) -> Iterator[Problem]:
    """What is wrong with the paths, functions and templates of one state.

    Of an imported machine only the paths: a function or template that cannot be read fails its
    state when it is reached, as on the reference.
    """
    for at, node in _holders(state):
        yield from _paths(node, where + at)
        if not imported:
            yield from _expressions(node, where + at)
    for at, rule in rules(state, "choices"):
        yield from condition_problems(rule, where + at)
        if not imported:
            yield from _template(rule.get("assign"), f"{where}{at}/assign")


def _holders(state: Json) -> Iterator[tuple[str, Json]]:
    """The state and its parts that hold fields of the same names."""
    yield "", state
    for key in ("item_batcher", "item_reader", "result_writer"):
        part = state.get(key)
        if isinstance(part, dict):
            yield f"/{key}", part
            if isinstance(config := part.get("reader_config"), dict):
                yield f"/{key}/reader_config", config
    yield from rules(state, "catch", "effects")


def _paths(node: Json, where: str) -> Iterator[Problem]:
    for key in _PATHS:
        yield from _path(node.get(key), f"{where}/{key}")
    yield from _reference_path(node.get("result_path"), f"{where}/result_path")


def _expressions(node: Json, where: str) -> Iterator[Problem]:
    for key in _EXPRESSIONS:
        yield from _expression(node.get(key), f"{where}/{key}")
    for key in _TEMPLATES:
        yield from _template(node.get(key), f"{where}/{key}")


def condition_problems(rule: Any, where: str) -> Iterator[Problem]:
    """What is wrong with the paths of a condition and all in it."""
    if not isinstance(rule, dict):
        return
    for key, item in rule.items():
        if key == "variable" or key.endswith("_path"):
            yield from _path(item, f"{where}/{key}")
        elif key in {"and", "or"}:
            for at, inner in enumerate(listed(item)):
                yield from condition_problems(inner, f"{where}/{key}/{at}")
        elif key == "not":
            yield from condition_problems(item, f"{where}/{key}")


def _path(text: Any, where: str) -> Iterator[Problem]:
    try:
        if isinstance(text, str):
            compile_path(text)
    except PathSyntaxError as error:
        yield problem("path.syntax", where, f"The path {error}.", "Write it like $.orders[0].price")


def _reference_path(text: Any, where: str) -> Iterator[Problem]:
    """A place to write to: one place, in the data."""
    yield from (found := list(_path(text, where)))
    if found or not isinstance(text, str):
        return
    path = compile_path(text)
    if not path.in_context and (not path.is_reference or path.variable is not None):
        detail = f"The path {text} does not name one place in the data."
        yield problem("path.not_a_reference", where, detail, "Use names and indexes only.")


def _expression(text: Any, where: str) -> Iterator[Problem]:
    try:
        if isinstance(text, str):
            compile_expression(text)
    except PathSyntaxError as error:
        yield problem("path.syntax", where, f"The path {error}.", "Write it like $.orders[0].price")
    except IntrinsicSyntaxError as error:
        yield problem("intrinsic.syntax", where, f"{error}.")


def _template(node: Any, where: str) -> Iterator[Problem]:
    for index, item in enumerate(listed(node)):
        yield from _template(item, f"{where}/{index}")
    for name, item in node.items() if isinstance(node, dict) else ():
        at = where + pointer(name)
        if not name.endswith(".$"):
            yield from _template(item, at)
            continue
        yield from _expression(item.strip() if isinstance(item, str) else item, at)
        if not isinstance(item, str):
            detail = f'"{name}" ends in .$, so its value is a path or an intrinsic function.'
            yield problem("template.not_a_path", at, detail)
        if name[:-2] in node:
            detail = f'"{name}" and "{name[:-2]}" give the same key.'
            yield problem("template.duplicate_key", at, detail, "Keep one of the two.")
