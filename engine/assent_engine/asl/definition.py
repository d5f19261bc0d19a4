"""The verdict on a whole definition: would AWS take it? In doubt it is taken."""

from collections.abc import Iterator
from typing import Any, Final

from assent_engine.asl import values
from assent_engine.asl.expressions import expression_problems
from assent_engine.asl.languages import declared
from assent_engine.asl.links import end_problems, inner_machines, link_problems
from assent_engine.asl.states import state_problems
from assent_engine.asl.variables import variable_problems
from assent_engine.asl.verdict import JSONPATH, Problems, is_open, problem
from assent_schemas import exact_json
from assent_schemas.errors import PolicyInvalid, Problem, pointer

LONGEST_NAME: Final = 80


def well_formed(machine: Any) -> list[Problem]:
    """Why AWS would refuse a definition; empty when it would take it.

    Unknown fields and `${...}` placeholders are taken. Pointers lead into the machine as given.
    """
    try:
        exact_json.refuse_excess(machine)
    except PolicyInvalid as invalid:
        return list(invalid.problems)
    return list(dict.fromkeys(_definition(machine)))


def _definition(machine: Any) -> Problems:
    if not isinstance(machine, dict):
        yield problem("machine.not_an_object", "", "A machine must be an object.")
        return
    yield from declared(machine, "")
    yield from values.check("Version", machine.get("Version"), values.text, "/Version")
    seconds = values.whole(1, values.LONG_TIME)
    yield from values.check(
        "TimeoutSeconds", machine.get("TimeoutSeconds"), seconds, "/TimeoutSeconds"
    )
    yield from _machine(machine, "", machine.get("QueryLanguage") or JSONPATH)
    if isinstance(machine.get("States"), dict) and machine["States"]:
        yield from end_problems(machine)
    yield from _repeated(machine)
    yield from variable_problems(machine)
    yield from expression_problems(machine)


def _machine(machine: Any, where: str, language: str) -> Problems:
    if is_open(machine):
        return
    if not isinstance(machine, dict):
        yield problem("machine.not_an_object", where, "A machine must be an object.")
        return
    yield from values.check("Comment", machine.get("Comment"), values.text, f"{where}/Comment")
    yield from _start(machine.get("StartAt"), where)
    states = machine.get("States")
    if is_open(states):
        return
    if not isinstance(states, dict) or not states:
        at = f"{where}/States" if "States" in machine else where
        yield problem("machine.no_states", at, '"States" must hold at least one state.')
        return
    for name, state in states.items():
        inside = where + pointer("States", name)
        yield from _state_name(name, inside)
        yield from state_problems(state, inside, language)
        for at, inner in inner_machines(state):
            yield from _machine(inner, inside + at, language)
    yield from link_problems(machine, where)


def _start(start: Any, where: str) -> Problems:
    if start is None:
        yield problem("machine.no_start", where, 'A machine needs "StartAt".')
    yield from values.check("StartAt", start, values.text, f"{where}/StartAt")


def _state_name(name: str, where: str) -> Problems:
    if not is_open(name) and not 1 <= len(name) <= LONGEST_NAME:
        detail = f"A state's name has 1 to {LONGEST_NAME} characters, not {len(name)}."
        yield problem("state.name_length", where, detail)


def _repeated(machine: Any) -> Problems:
    """State names and Map labels that stand twice in the whole definition."""
    names: set[str] = set()
    labels: set[str] = set()
    for where, name, state in _states(machine, ""):
        if name in names:
            detail = f'"{name}" names another state of this definition too.'
            yield problem("state.duplicate_name", where, detail)
        names.add(name)
        label = state.get("Label") if isinstance(state, dict) else None
        if isinstance(label, str) and label in labels:
            detail = f'"{label}" labels another Map of this definition too.'
            yield problem("map.duplicate_label", f"{where}/Label", detail)
        labels.add(label if isinstance(label, str) else "")


def _states(machine: Any, where: str) -> Iterator[tuple[str, str, Any]]:
    states = machine.get("States") if isinstance(machine, dict) else None
    for name, state in states.items() if isinstance(states, dict) else ():
        inside = where + pointer("States", name)
        yield inside, name, state
        for at, inner in inner_machines(state):
            yield from _states(inner, inside + at)
