"""How the states of one machine lead to each other: targets, reachability, an end."""

from collections.abc import Iterator
from typing import Any

from assent_engine.asl.verdict import Json, Problems, is_open, problem
from assent_schemas.errors import pointer
from assent_schemas.spelling import did_you_mean

TERMINAL = ("Succeed", "Fail")


def link_problems(machine: Json, where: str) -> Problems:
    """Targets that do not exist in this machine, and states that nothing leads to."""
    states = machine["States"]
    start = machine.get("StartAt")
    links = {name: list(_links(state)) for name, state in states.items()}
    targets = [("/StartAt", start)]
    for name, found in links.items():
        targets += [(pointer("States", name) + at, target) for at, target in found]
    if any(is_open(name) for name in states):
        return
    for at, target in targets:
        if isinstance(target, str) and not is_open(target) and target not in states:
            detail = f'There is no state "{target}" in this machine.'
            remedy = did_you_mean(target, states)
            yield problem("reference.unknown_state", where + at, detail, remedy)
    everything_known = not any(is_open(target) for _, target in targets)
    if everything_known and isinstance(start, str) and start in states:
        yield from _unreachable(start, links, where)


def end_problems(machine: Json) -> Problems:
    """A definition in which no state ends can never finish."""
    if not any(_ends(state) for state in _all_states(machine)):
        yield problem("machine.no_end", "", "No state ends the machine.", 'Give one "End": true.')


def _links(state: Any) -> Iterator[tuple[str, Any]]:
    if is_open(state):
        yield "", state
    if not isinstance(state, dict) or is_open(state):
        return
    for name in ("Next", "Default"):
        if name in state:
            yield f"/{name}", state[name]
    for name in ("Choices", "Catch"):
        yield from _rule_links(state.get(name), f"/{name}")


def _rule_links(rules: Any, where: str) -> Iterator[tuple[str, Any]]:
    """Where rules lead; what is to be filled in is given as it is, for it may lead anywhere."""
    if is_open(rules):
        yield where, rules
    for at, rule in enumerate(rules if isinstance(rules, list) else ()):
        if is_open(rule):
            yield f"{where}/{at}", rule
        elif isinstance(rule, dict) and "Next" in rule:
            yield f"{where}/{at}/Next", rule["Next"]


def _unreachable(start: str, links: dict[str, list[tuple[str, Any]]], where: str) -> Problems:
    seen, waiting = {start}, [start]
    while waiting:
        targets = [target for _, target in links[waiting.pop()] if isinstance(target, str)]
        new = [name for name in targets if name in links and name not in seen]
        seen.update(new)
        waiting.extend(new)
    for name in links:
        if name not in seen:
            detail = f'No way leads from "{start}" to "{name}".'
            yield problem("state.unreachable", where + pointer("States", name), detail)


def _ends(state: Any) -> bool:
    # What is no object, or has a type to be filled in, is for other checks to speak of.
    if not isinstance(state, dict) or is_open(state.get("Type")) or is_open(state.get("End")):
        return True
    return state.get("Type") in TERMINAL or state.get("End") is True


def _all_states(machine: Any) -> Iterator[Any]:
    states = machine.get("States") if isinstance(machine, dict) else None
    for state in states.values() if isinstance(states, dict) else ():
        yield state
        for inner in inner_machines(state):
            yield from _all_states(inner[1])


def inner_machines(state: Any) -> Iterator[tuple[str, Any]]:
    """The machines that a state holds, with pointers relative to it."""
    if not isinstance(state, dict):
        return
    if state.get("Type") == "Map":
        for name in ("Iterator", "ItemProcessor"):
            if name in state:
                yield f"/{name}", state[name]
    branches = state.get("Branches") if state.get("Type") == "Parallel" else None
    for at, branch in enumerate(branches if isinstance(branches, list) else ()):
        yield f"/Branches/{at}", branch
