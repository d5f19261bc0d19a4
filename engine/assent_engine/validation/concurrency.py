"""Concurrency keys: a path among them names one value of the run's data."""

from collections.abc import Iterator
from typing import Any

from assent_engine.interpreter.paths import PathSyntaxError, compile_path
from assent_engine.validation.problems import problem
from assent_schemas.errors import Problem


def concurrency_problems(rule: Any) -> Iterator[Problem]:
    """What is wrong with the key of a policy's concurrency rule."""
    key = rule.get("key") if isinstance(rule, dict) else None
    if not isinstance(key, str) or not key.startswith("$"):
        return
    if (reason := _not_a_place(key)) is not None:
        remedy = "Name one value of the run's data: $.account"
        yield problem("concurrency.bad_key", "/concurrency/key", f"{key!r} {reason}.", remedy)


def _not_a_place(key: str) -> str | None:
    try:
        path = compile_path(key)
    except PathSyntaxError as error:
        return f"is no path: {error}"
    if path.in_context or path.variable is not None or not path.is_reference or path.is_root:
        return "names no single value of the run's data"
    return None
