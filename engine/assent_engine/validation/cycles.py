"""Cycles of states: each has a way out, and a policy with one says how long a run may be."""

from collections import deque
from collections.abc import Iterator

from assent_engine.loops import Links, groups, is_loop
from assent_engine.validation.machines import Json, machines, objects
from assent_engine.validation.problems import problem
from assent_engine.validation.references import links_of
from assent_schemas.errors import Problem, pointer
from assent_schemas.policy import DEFAULT_TRANSITIONS

BOUND = "max_transitions"
MOST_NAMES = 8
_ENDS = ("Succeed", "Fail")


def cycle_problems(document: Json) -> Iterator[Problem]:
    """What is wrong with the cycles of a policy, in all its scopes."""
    for where, machine in machines(document):
        states = dict(objects(machine.get("states")))
        links = {name: _following(state, states) for name, state in states.items()}
        leaving = _with_a_way_to([name for name in states if _ends(states[name])], links)
        for cycle in _cycles(links):
            at = where + pointer("states", cycle[0])
            if cycle[0] not in leaving:
                yield _endless(cycle, at)
            if BOUND not in document:
                yield _unbounded(cycle, at)


def _endless(cycle: list[str], at: str) -> Problem:
    detail = f"No way leads out of the cycle {_named(cycle)} to an end."
    return problem("cycle.endless", at, detail, "Let one of its states lead to an end.")


def _unbounded(cycle: list[str], at: str) -> Problem:
    detail = f"The cycle {_named(cycle)} needs a bound: how many states a run may enter in all."
    fix = ({"op": "add", "path": f"/{BOUND}", "value": DEFAULT_TRANSITIONS},)
    return problem("cycle.unbounded", at, detail, f'Say it with "{BOUND}".', fix)


def _named(cycle: list[str]) -> str:
    names = [f'"{name}"' for name in [*cycle, cycle[0]]]
    if len(names) > MOST_NAMES:
        names[MOST_NAMES - 1 : -1] = ["..."]
    return " -> ".join(names)


def _following(state: Json, states: dict[str, Json]) -> tuple[str, ...]:
    targets = (target for _, target in links_of(state) if isinstance(target, str))
    return tuple(dict.fromkeys(one for one in targets if one in states))


def _ends(state: Json) -> bool:
    return state.get("end") is True or state.get("type") in _ENDS


def _with_a_way_to(ends: list[str], links: Links) -> set[str]:
    """The states from which one of the ends can be reached."""
    before: dict[str, list[str]] = {name: [] for name in links}
    for name, targets in links.items():
        for target in targets:
            before[target].append(name)
    found, waiting = set(ends), list(ends)
    while waiting:
        new = [name for name in before[waiting.pop()] if name not in found]
        found.update(new)
        waiting.extend(new)
    return found


def _cycles(links: Links) -> Iterator[list[str]]:
    """A shortest cycle for each group of states in a loop, from its first in the document."""
    place = {name: at for at, name in enumerate(links)}
    loops = [group for group in groups(links) if is_loop(group, links)]
    for first in sorted(
        (min(group, key=place.__getitem__) for group in loops), key=place.__getitem__
    ):
        yield _shortest(first, links)


def _shortest(start: str, links: Links) -> list[str]:
    came_from: dict[str, str] = {}
    waiting = deque([start])
    while start not in came_from:
        at = waiting.popleft()
        for target in links[at]:
            if target not in came_from:
                came_from[target] = at
                waiting.append(target)
    cycle = [came_from[start]]
    while cycle[-1] != start:
        cycle.append(came_from[cycle[-1]])
    return cycle[::-1]
