"""Variables that are read where no state before can have assigned them."""

from collections.abc import Iterator
from typing import Any

from assent_engine.interpreter.expressions import compile_expression
from assent_engine.interpreter.intrinsics import IntrinsicSyntaxError
from assent_engine.interpreter.paths import PathSyntaxError
from assent_engine.validation.machines import Json, listed, objects
from assent_engine.validation.problems import problem
from assent_engine.validation.references import links_of
from assent_engine.validation.variables import assigned, inner_scopes
from assent_schemas.errors import Problem, pointer

_OTHERS = {"iterator", "item_processor", "branches", "result", "comment"}


def unassigned(
    machine: Any, where: str = "", outer: frozenset[str] = frozenset()
) -> Iterator[Problem]:
    """A warning for each read of a variable that is never there, in inner machines too."""
    if not isinstance(machine, dict):
        return
    states = dict(objects(machine.get("states")))
    before = _before(states)
    sets = {name: {variable for _, variable in assigned(state)} for name, state in states.items()}
    for name, state in states.items():
        at = where + pointer("states", name)
        known = outer.union(*(sets[one] for one in before[name]))
        for place, variable in _reads(state, ""):
            if variable not in known:
                detail = f"No state before this one assigns ${variable}."
                yield problem("variable.never_assigned", at + place, detail, "Assign it before.")
        for place, inner in inner_scopes(state):
            yield from unassigned(inner, at + place, known)


def _reads(node: Any, where: str) -> Iterator[tuple[str, str]]:
    """Every variable that is read somewhere in a state, and where."""
    for index, item in enumerate(listed(node)):
        yield from _reads(item, f"{where}/{index}")
    for name, item in node.items() if isinstance(node, dict) else ():
        at = where + pointer(name)
        if not isinstance(item, str):
            yield from () if not where and name in _OTHERS else _reads(item, at)
        elif name == "variable" or name.endswith((".$", "_path")):
            yield from ((at, variable) for variable in _variables(item.strip()))


def _variables(text: str) -> list[str]:
    try:
        paths = compile_expression(text).paths
    except (PathSyntaxError, IntrinsicSyntaxError):
        return []
    return [path.variable for path in paths if path.variable is not None]


def _before(states: dict[str, Json]) -> dict[str, set[str]]:
    """The states from which each one can be reached, itself only where it is in a cycle."""
    found: dict[str, set[str]] = {name: set() for name in states}
    links = {
        name: {str(target) for _, target in links_of(state)} & states.keys()
        for name, state in states.items()
    }
    for name in states:
        waiting, seen = [name], set[str]()
        while waiting:
            new = links[waiting.pop()] - seen
            seen |= new
            waiting.extend(new)
        for target in seen:
            found[target].add(name)
    return found
