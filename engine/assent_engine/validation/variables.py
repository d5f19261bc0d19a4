"""Variables: names are identifiers, and an inner machine assigns no outer name."""

from collections.abc import Iterator
from typing import Any

from assent_engine.validation.machines import Json, listed, objects, rules
from assent_engine.validation.problems import problem
from assent_schemas.errors import Problem, pointer

LONGEST_NAME = 80
RESERVED = "states"
"""What JSONata calls what a state sees: $states."""


def variable_problems(
    machine: Any, where: str = "", outer: frozenset[str] = frozenset()
) -> Iterator[Problem]:
    """What is wrong with the variables that a machine and those in it assign."""
    if not isinstance(machine, dict):
        return
    own: set[str] = set()
    for name, state in objects(machine.get("states")):
        at = where + pointer("states", name)
        for place, variable in assigned(state):
            own.add(variable)
            yield from _name(variable, outer, at + place)
    for name, state in objects(machine.get("states")):
        at = where + pointer("states", name)
        for place, inner in inner_scopes(state):
            yield from variable_problems(inner, at + place, outer | own)


def assigned(state: Json) -> Iterator[tuple[str, str]]:
    """The variables that a state can set, with pointers relative to it."""
    for at, rule in (("", state), *rules(state, "choices", "catch")):
        assign = rule.get("assign")
        for key in assign if isinstance(assign, dict) else ():
            yield f"{at}/assign{pointer(key)}", key.removesuffix(".$")


def _name(variable: str, outer: frozenset[str], where: str) -> Iterator[Problem]:
    if not variable.isidentifier() or len(variable) > LONGEST_NAME:
        detail = f"{variable!r} is no name for a variable."
        yield problem("variable.bad_name", where, detail, "Use letters, digits and _.")
    elif variable == RESERVED:
        detail = f'"{variable}" is what the language itself calls what a state sees.'
        yield problem("variable.reserved", where, detail, "Give it another name.")
    elif variable in outer:
        detail = f'"{variable}" belongs to an outer machine, which this one cannot assign to.'
        yield problem("variable.outer_scope", where, detail, "Give it another name.")


def inner_scopes(state: Json) -> Iterator[tuple[str, Any]]:
    """The machines of a state, whatever stands there, with pointers relative to it."""
    for key in ("iterator", "item_processor"):
        yield f"/{key}", state.get(key)
    for at, branch in enumerate(listed(state.get("branches"))):
        yield f"/branches/{at}", branch
