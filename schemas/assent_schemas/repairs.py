"""Repairs that only this language makes obvious, for problems that its schema has found."""

from dataclasses import replace
from typing import Any

from assent_schemas.choice import COMPARISONS, CONNECTIVES
from assent_schemas.errors import Operation, Problem
from assent_schemas.spelling import nearest

_LEADING = {"Task", "Pass", "Wait", "Map", "Parallel", "Approval"}
_TWO_MACHINES = "Only one of iterator and item_processor may stand here."
_NO_WAY_ON = "One of next, end is needed here."


def repaired(problem: Problem, document: Any) -> Problem:
    """The problem with its obvious repair, if it has one."""
    if problem.fix is not None or not problem.pointer:
        return problem
    above, node = _at(document, problem.pointer)
    if not isinstance(node, dict):
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
