"""Maps over lists of a known length: whether a run may enter as many states as that needs."""

from collections import deque
from collections.abc import Iterable, Iterator

from assent_engine.reading import flow, shapes
from assent_engine.reading.shapes import UNKNOWN, Items, Shape, UpTo
from assent_engine.reading.ways import Ways, iterated, links
from assent_engine.validation.following import Place
from assent_engine.validation.problems import problem
from assent_schemas.errors import Operation, Problem
from assent_schemas.policy import MOST_TRANSITIONS, Policy
from assent_schemas.states import Machine, MapState

Found = tuple[str, MapState, Shape]


def width_problems(policy: Policy, places: Iterable[Place]) -> Iterator[Problem]:
    """The Maps that no run can finish, because their items alone need more transitions."""
    most = policy.max_transitions
    for where, state, items in _maps(places):
        least = _least(state, items)
        if least > most:
            detail = f"Its items take at least {least} transitions; a run may make {most}."
            remedy = "Raise max_transitions, or give it fewer items."
            yield problem("map.over_budget", where, detail, remedy, _raised(policy, least))


def width_warnings(policy: Policy, places: Iterable[Place]) -> Iterator[Problem]:
    """The Maps that may need more transitions than a run has, with as many items as may come."""
    most = policy.max_transitions
    for where, state, items in _maps(places):
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


def _maps(places: Iterable[Place]) -> Iterator[Found]:
    """Every Map that can be reached, with its pointer and what is known of its items."""
    for place in places:
        if isinstance(state := place.state, MapState):
            strange = bool(flow.strange_fields(state))
            items = UNKNOWN if strange else flow.items_of(state, place.raw, place.seen)
            yield place.where, state, items


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
