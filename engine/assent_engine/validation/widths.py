"""Maps over lists of a known length: whether a run may enter as many states as that needs."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from assent_engine.reading import flow, shapes
from assent_engine.reading.flow import Seen
from assent_engine.reading.given import first_data
from assent_engine.reading.shapes import UNKNOWN, Items, Shape, UpTo
from assent_engine.reading.ways import Ways, inner_machines, iterated, links
from assent_engine.validation.problems import problem
from assent_schemas.errors import Operation, Problem, pointer
from assent_schemas.policy import MOST_TRANSITIONS, Policy
from assent_schemas.states import Machine, MapState

Found = tuple[str, MapState, Shape]


def width_problems(policy: Policy) -> Iterator[Problem]:
    """The Maps that no run can finish, because their items alone need more transitions."""
    most = policy.max_transitions
    for where, state, items in _maps(policy):
        least = _least(state, items)
        if least > most:
            detail = f"Its items take at least {least} transitions; a run may make {most}."
            remedy = "Raise max_transitions, or give it fewer items."
            yield problem("map.over_budget", where, detail, remedy, _raised(policy, least))


def width_warnings(policy: Policy) -> Iterator[Problem]:
    """The Maps that may need more transitions than a run has, with as many items as may come."""
    most = policy.max_transitions
    for where, state, items in _maps(policy):
        highest = _most(state, items, most)
        if highest is not None and highest > most >= _least(state, items):
            detail = f"Its items may take {highest} transitions; a run may make {most}."
            yield problem("map.near_budget", where, detail, "Raise max_transitions if they do.")


def _raised(policy: Policy, least: int) -> tuple[Operation, ...] | None:
    # The states around the Map are entered too.
    enough = least + policy.max_transitions
    if enough > MOST_TRANSITIONS:
        return None
    return ({"op": "add", "path": "/max_transitions", "value": enough},)


def _maps(policy: Policy) -> Iterator[Found]:
    """Every Map that can be reached, with its pointer and what is known of its items."""
    first = first_data(policy)
    waiting: list[tuple[str, Machine, Shape, Seen]] = [("", policy, first, Seen(first))]
    while waiting:
        where, machine, start, seen = waiting.pop()
        seen = replace(seen, blind=seen.blind or bool(flow.strange_fields(machine)))
        data = flow.inputs(machine, start, seen)
        for name in links(machine):
            state, raw = machine.states[name], data.get(name, UNKNOWN)
            at = where + pointer("states", name)
            if not isinstance(state, MapState):
                inside = flow.effective_input(state, raw, seen)
                waiting += [(at + to, one, inside, seen) for to, one in inner_machines(state)]
                continue
            items = UNKNOWN if flow.strange_fields(state) else flow.items_of(state, raw, seen)
            yield at, state, items
            item = shapes.item_of(items) if isinstance(items, Items | UpTo) else UNKNOWN
            inside, below = flow.iteration_input(state, raw, item, seen), replace(seen, item=item)
            waiting += [(at + to, one, inside, below) for to, one in inner_machines(state)]


def _least(state: MapState, items: Shape) -> int:
    machine = iterated(state)
    if not isinstance(items, Items) or machine is None or _tolerates(state):
        return 0
    return len(items.items) * _shortest_way(machine)


def _most(state: MapState, items: Shape, limit: int) -> int | None:
    """Transitions of as many iterations as there can be; None where nothing bounds them."""
    machine = iterated(state)
    if machine is None or not isinstance(items, Items | UpTo):
        return None
    ways = Ways.of(machine, limit)
    return None if any(ways.loops()) else shapes.length(items) * ways.visits()


def _tolerates(state: MapState) -> bool:
    return any(name.startswith("tolerated_") for name in state.model_fields_set)


def _shortest_way(machine: Machine) -> int:
    """How many states the shortest way through a machine enters."""
    following = links(machine)
    waiting, seen = deque([(machine.start_at, 1)]), {machine.start_at}
    while waiting:
        name, entered = waiting.popleft()
        if getattr(machine.states[name], "end", None) or not following[name]:
            return entered
        new = [one for one in following[name] if one not in seen]
        seen.update(new)
        waiting.extend((one, entered + 1) for one in new)
    return 0
