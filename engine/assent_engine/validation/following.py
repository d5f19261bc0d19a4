"""A policy's data followed through all its machines, results of steps and macros included.

What is claimed of a place holds for every run that gets there; where it is too much work to
tell, nothing is claimed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Final

from assent_engine.reading import flow, shapes
from assent_engine.reading.flow import Seen
from assent_engine.reading.given import first_data
from assent_engine.reading.schemas import allowed
from assent_engine.reading.shapes import UNKNOWN, Shape
from assent_engine.reading.ways import inner_machines
from assent_engine.validation.resources import Resources
from assent_schemas import exact_json
from assent_schemas.errors import pointer
from assent_schemas.policy import Policy
from assent_schemas.states import AnyState, Machine, MapState, SucceedState, TaskState

MOST_STATES: Final = 4_000
DEEPEST: Final = 8
MOST_WORK: Final = 4_000_000
"""Bytes of the first data times states."""


@dataclass(frozen=True, slots=True)
class Place:
    """A state that a run may come to, where it stands, and what it starts with."""

    where: str
    state: AnyState
    raw: Shape
    seen: Seen


@dataclass(slots=True, eq=False)
class Answers:
    """Reads results off schemas and inner machines; `left` states may be looked at in all."""

    resources: Resources
    left: int = MOST_STATES
    depth: int = 0
    ended: dict[int, tuple[Machine, Shape, Seen, Shape]] = field(default_factory=dict)
    """What each machine was last started with, and what it then ends with."""

    def task(self, state: TaskState, given: Shape, seen: Seen) -> Shape:
        """What a step declares, or what a macro's machine ends with."""
        machine = self.resources.macro_machine(state.resource)
        if machine is not None:
            return self.scope(machine, given, replace(seen, item=UNKNOWN))
        schema = self.resources.output_schema(state.resource)
        return allowed(schema, f"the result of {state.resource}", closed=True)

    def scope(self, machine: Machine, start: Shape, seen: Seen) -> Shape:
        """What every way through a machine may end with."""
        known = self.ended.get(id(machine))
        if known is None or known[1:3] != (start, seen):
            known = (machine, start, seen, self._scope(machine, start, seen))
            self.ended[id(machine)] = known
        return known[3]

    def _scope(self, machine: Machine, start: Shape, seen: Seen) -> Shape:
        self.left -= len(machine.states)
        if self.left < 0 or self.depth >= DEEPEST:
            return UNKNOWN
        self.depth += 1
        seen = within(machine, seen)
        data = flow.inputs(machine, start, seen)
        ends = [
            flow.output(machine.states[name], raw, seen)
            for name, raw in data.items()
            if name in machine.states and _ends(machine.states[name])
        ]
        self.depth -= 1
        return reduce(shapes.join, ends) if ends else UNKNOWN


def places(policy: Policy, resources: Resources) -> Iterator[Place]:
    """Every state that can be reached, in inner machines too."""
    # Large data in a large machine is followed as unknown: it would take too long.
    size = len(exact_json.encode([policy.context_defaults, policy.input_schema]))
    first = first_data(policy) if size * _count(policy) <= MOST_WORK else UNKNOWN
    yield from _places(policy, "", first, Seen(first, answers=Answers(resources)))


def within(machine: Machine, seen: Seen) -> Seen:
    """What a scope of a machine sees."""
    return replace(seen, blind=seen.blind or bool(flow.strange_fields(machine)))


def _places(machine: Machine, where: str, start: Shape, seen: Seen) -> Iterator[Place]:
    seen = within(machine, seen)
    for name, raw in flow.inputs(machine, start, seen).items():
        state = machine.states.get(name)
        if state is None:
            continue
        place = Place(where + pointer("states", name), state, raw, seen)
        yield place
        yield from _inside(place)


def _inside(place: Place) -> Iterator[Place]:
    state, raw, seen = place.state, place.raw, place.seen
    for at, machine in inner_machines(state):
        start = flow.effective_input(state, raw, seen)
        if isinstance(state, MapState):
            item = _item(state, raw, seen)
            start, seen = flow.iteration_input(state, raw, item, seen), replace(seen, item=item)
        yield from _places(machine, place.where + at, start, seen)


def _item(state: MapState, raw: Shape, seen: Seen) -> Shape:
    items = UNKNOWN if flow.strange_fields(state) else flow.items_of(state, raw, seen)
    return shapes.item_of(items) if isinstance(items, shapes.Listed) else UNKNOWN


def _count(machine: Machine) -> int:
    inner = (one for state in machine.states.values() for _, one in inner_machines(state))
    return len(machine.states) + sum(map(_count, inner))


def _ends(state: AnyState) -> bool:
    return isinstance(state, SucceedState) or getattr(state, "end", None) is True
