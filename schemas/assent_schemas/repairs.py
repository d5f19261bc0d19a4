"""Repairs that only this language makes obvious, for problems that its schema has found."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from assent_schemas.choice import COMPARISONS, CONNECTIVES
from assent_schemas.comparators import meant
from assent_schemas.errors import Operation, Problem, replacing
from assent_schemas.spelling import asked, nearest

_LEADING = {"Task", "Pass", "Wait", "Map", "Parallel", "Approval"}
_TWO_MACHINES = "Only one of iterator and item_processor may stand here."
_WHOLE = re.compile(r"[1-9][0-9]{0,5}")
_ALL_TESTS = f"One of {', '.join((*COMPARISONS, *CONNECTIVES))}"
_NO_TEST = "A test is needed here, such as numeric_greater_than, string_equals or is_present."
_RULE_KEYS = ("variable", "next", "assign", "comment", *CONNECTIVES)
_NO_WAY_ON = "One of next, end is needed here."


def repaired(problem: Problem, document: Any) -> Problem:
    """The problem with its obvious repair, if it has one."""
    if not problem.pointer:
        return problem
    above, node = _at(document, problem.pointer)
    if problem.code == "policy.unknown_key" and _is_condition(above, problem.pointer):
        return _compared(problem, above, node)
    if problem.fix is None and not isinstance(node, dict):
        return replace(problem, fix=_value_fix(problem, above, node))
    if problem.fix is not None or not isinstance(node, dict):
        return problem
    if problem.code == "policy.missing_key" and problem.detail == _NO_WAY_ON:
        return replace(problem, fix=_end(problem.pointer, above, node))
    if problem.detail == _TWO_MACHINES and node["iterator"] == node["item_processor"]:
        return replace(
            problem, fix=({"op": "remove", "path": f"{problem.pointer}/item_processor"},)
        )
    if problem.code == "policy.exclusive_keys":
        return replace(problem, fix=_passed_over(problem.pointer, node))
    return problem


def _value_fix(problem: Problem, above: Any, value: Any) -> tuple[Operation, ...] | None:
    """The plain value that a near miss stands for."""
    where = problem.pointer or ""
    if value is False and where.endswith("/end") and isinstance(above, dict) and "next" in above:
        return ({"op": "remove", "path": where},)
    if problem.code != "policy.wrong_type" or not isinstance(value, str):
        return None
    if where.endswith("/error_equals") and value:
        return replacing(where, [value])
    if problem.detail.startswith(("A number", "An integer")) and _WHOLE.fullmatch(value):
        return replacing(where, int(value))
    return None


def without_echoes(problems: Iterable[Problem]) -> list[Problem]:
    """The problems but for the lack of a test that is there under a misspelt name."""
    found = list(problems)
    mended = {
        (one.pointer or "").rpartition("/")[0]
        for one in found
        if one.code == "policy.unknown_key" and one.fix is not None
    }
    kept = [one for one in found if not (_lacks_test(one) and one.pointer in mended)]
    return [replace(one, detail=_NO_TEST) if _lacks_test(one) else one for one in kept]


def _lacks_test(problem: Problem) -> bool:
    return problem.code == "policy.missing_key" and problem.detail.startswith(_ALL_TESTS)


def _is_condition(node: Any, where: str) -> bool:
    """Whether an object is a test of a Choice, by what is in it and where it stands."""
    inside = {"choices", "and", "or", "not"} & set(where.split("/"))
    return isinstance(node, dict) and "variable" in node and bool(inside)


def _compared(problem: Problem, rule: dict[str, Any], value: Any) -> Problem:
    """The problem with the comparison that takes such a value; a nearer name would not help."""
    above, _, token = (problem.pointer or "").rpartition("/")
    key = token.replace("~1", "/").replace("~0", "~")
    near = nearest(key, _RULE_KEYS) or meant(key, value)
    if near is None or near in rule:
        return replace(problem, fix=None)
    move = {"op": "move", "from": problem.pointer, "path": f"{above}/{near}"}
    return replace(problem, remedy=asked(near), fix=(move,))


def _end(where: str, states: Any, state: Any) -> tuple[Operation, ...] | None:
    """The end of a scope; a state before the last was more likely to lead to another one."""
    last = isinstance(states, dict) and next(reversed(states.values())) is state
    misspelt = any(nearest(name, ("next", "end")) for name in state)
    if not last or misspelt or state.get("type") not in _LEADING:
        return None
    return ({"op": "add", "path": f"{where}/end", "value": True},)


def _passed_over(where: str, rule: dict[str, Any]) -> tuple[Operation, ...] | None:
    """The removal of a variable beside a connective, which looks at none."""
    joined = [name for name in CONNECTIVES if name in rule]
    compared = any(name in rule for name in COMPARISONS)
    if "variable" not in rule or len(joined) != 1 or compared:
        return None
    return ({"op": "remove", "path": f"{where}/variable"},)


def _at(document: Any, where: str) -> tuple[Any, Any]:
    """The value at a place and the one that it stands in."""
    above, node = None, document
    for token in where.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        above, node = node, node[int(name)] if isinstance(node, list) else node[name]
    return above, node
