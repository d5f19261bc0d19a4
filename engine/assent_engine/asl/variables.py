"""Variables: their names, and that an inner machine sets none of an outer one's."""

from collections.abc import Iterator
from typing import Any, Final

from assent_engine.asl.links import inner_machines
from assent_engine.asl.verdict import Json, Problems, is_open, objects, problem
from assent_schemas.errors import pointer

LONGEST_NAME: Final = 80
RESERVED: Final = "states"
"""What $states names in every expression: no variable may take it."""


def variable_problems(
    machine: Any, where: str = "", outer: frozenset[str] = frozenset()
) -> Problems:
    """What is wrong with the names that a machine and those in it assign."""
    states = machine.get("States") if isinstance(machine, dict) else None
    named = {
        name: state
        for name, state in (states.items() if isinstance(states, dict) else ())
        if isinstance(state, dict)
    }
    own: set[str] = set()
    for name, state in named.items():
        for at, variable in _assigned(state):
            own.add(variable)
            yield from _name(variable, outer, where + pointer("States", name) + at)
    for name, state in named.items():
        for at, inner in inner_machines(state):
            # A child execution of a distributed Map may be another world: nothing is said of it.
            seen = frozenset[str]() if _is_distributed(inner) else outer | own
            yield from variable_problems(inner, where + pointer("States", name) + at, seen)


def _assigned(state: Json) -> Iterator[tuple[str, str]]:
    rules = [("", state)]
    for key in ("Choices", "Catch"):
        rules += [(f"/{key}/{at}", rule) for at, rule in objects(state.get(key))]
    for at, rule in rules:
        assign = rule.get("Assign")
        for name in assign if isinstance(assign, dict) and not is_open(assign) else ():
            if not is_open(name):
                yield f"{at}/Assign{pointer(name)}", name.removesuffix(".$")


def _name(variable: str, outer: frozenset[str], where: str) -> Problems:
    if not variable.isidentifier() or len(variable) > LONGEST_NAME:
        detail = f"{variable[:LONGEST_NAME]!r} is no name of a variable."
        yield problem("variable.bad_name", where, detail)
    elif variable == RESERVED:
        yield problem("variable.bad_name", where, f'"{RESERVED}" is reserved.', "Choose another.")
    elif variable in outer:
        detail = f'"{variable}" belongs to an outer machine, which this one cannot assign to.'
        yield problem("variable.outer_scope", where, detail)


def _is_distributed(machine: Any) -> bool:
    config = machine.get("ProcessorConfig") if isinstance(machine, dict) else None
    return isinstance(config, dict) and config.get("Mode") == "DISTRIBUTED"
