"""Paths that are taken as plain texts, because their keys lack the .$ that makes them paths."""

from collections.abc import Iterator
from typing import Any

from assent_engine.interpreter.expressions import compile_expression
from assent_engine.interpreter.intrinsics import IntrinsicSyntaxError
from assent_engine.interpreter.paths import PathSyntaxError
from assent_engine.validation.machines import Json, listed
from assent_engine.validation.problems import problem
from assent_schemas.errors import Problem, pointer

_TEMPLATES = ("parameters", "result_selector", "item_selector", "assign")
_OPENINGS = ("$.", "$$.", "States.")


def literal_paths(state: Json, where: str) -> Iterator[Problem]:
    """A warning for each text in a state's templates that most likely is meant as a path."""
    for key in _TEMPLATES:
        yield from _texts(state.get(key), f"{where}/{key}")


def _texts(node: Any, where: str) -> Iterator[Problem]:
    for index, item in enumerate(listed(node)):
        yield from _texts(item, f"{where}/{index}")
    for name, item in node.items() if isinstance(node, dict) else ():
        at = where + pointer(name)
        if not isinstance(item, str):
            yield from _texts(item, at)
        elif not name.endswith(".$") and f"{name}.$" not in node and _is_path(item):
            detail = f'"{name}" is the text itself: only a key that ends in .$ takes a path.'
            fix = ({"op": "move", "from": at, "path": f"{at}.$"},)
            yield problem("template.literal_path", at, detail, f'Call it "{name}.$".', fix)


def _is_path(text: str) -> bool:
    prose = text.startswith("$") and " " in text
    if prose or not text.startswith(_OPENINGS):
        return False
    try:
        compile_expression(text)
    except (PathSyntaxError, IntrinsicSyntaxError):
        return False
    return True
