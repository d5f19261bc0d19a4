"""The ways through one machine: where its states lead, its loops, its longest path."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from assent_engine.loops import Links, groups, is_loop
from assent_engine.reading.bounds import Amount, Bound, larger, plus, smaller, times
from assent_schemas.errors import pointer
from assent_schemas.states import AnyState, ChoiceState, Machine, MapState


def leads_to(state: AnyState) -> Iterator[str]:
    """The names of the states that may follow, in the order of the document."""
    for key in ("next", "on_reject", "on_timeout"):
        if isinstance(target := getattr(state, key, None), str):
            yield target
    if isinstance(state, ChoiceState):
        yield from (rule.next for rule in state.choices)
    if isinstance(target := getattr(state, "default", None), str):
        yield target
    yield from (rule.next for rule in getattr(state, "catch", ()))


def links(machine: Machine) -> Links:
    """What follows each state that can be reached; names of no state are left out."""
    found: dict[str, tuple[str, ...]] = {}
    waiting = [machine.start_at]
    while waiting:
        name = waiting.pop()
        if name in machine.states and name not in found:
            following = dict.fromkeys(leads_to(machine.states[name]))
            found[name] = tuple(one for one in following if one in machine.states)
            waiting.extend(reversed(found[name]))
    return found


def inner_machines(state: AnyState) -> Iterator[tuple[str, Machine]]:
    """The machines inside a state, with pointers relative to it."""
    for key in ("iterator", "item_processor"):
        if isinstance(machine := getattr(state, key, None), Machine):
            yield f"/{key}", machine
    for at, machine in enumerate(getattr(state, "branches", ())):
        yield f"/branches/{at}", machine


def machines(machine: Machine, where: str = "") -> Iterator[tuple[str, Machine]]:
    """A machine and every one that it can reach inside itself, with their pointers."""
    yield where, machine
    for name in links(machine):
        for inside, inner in inner_machines(machine.states[name]):
            yield from machines(inner, where + pointer("states", name) + inside)


def iterated(state: MapState) -> Machine | None:
    """The machine that a Map runs for each item."""
    return next((machine for _, machine in inner_machines(state)), None)


@dataclass(frozen=True, slots=True)
class Ways:
    """A machine's reachable states in groups, first ones first; a group of several is a loop."""

    links: Links
    groups: tuple[tuple[str, ...], ...]
    start: str
    limit: int
    rounds: dict[str, int] = field(default_factory=dict)
    """The shortest way round for each state of a loop, once it was looked for."""

    @classmethod
    def of(cls, machine: Machine, limit: int) -> "Ways":
        """`limit` is how many states a run may enter."""
        following = links(machine)
        return cls(following, tuple(groups(following)), machine.start_at, limit)

    def loops(self) -> Iterator[tuple[str, ...]]:
        """The groups that a run may go round in."""
        return (group for group in self.groups if self.is_loop(group))

    def is_loop(self, group: tuple[str, ...]) -> bool:
        return is_loop(group, self.links)

    def most(self, cost: Callable[[str], Bound]) -> Bound:
        """The most that visits can add up to on any way from the start."""
        return self._along(lambda group: self._group_sum(group, cost))

    def visits(self) -> int:
        """How many states one scope enters at most."""
        found = self._along(lambda group: self.limit if self.is_loop(group) else 1)
        return min(int(found), self.limit) if isinstance(found, Amount) else self.limit

    def _along(self, cost: Callable[[tuple[str, ...]], Bound]) -> Bound:
        place = {name: at for at, group in enumerate(self.groups) for name in group}
        best: dict[int, Bound] = {}
        for at in reversed(range(len(self.groups))):
            group = self.groups[at]
            onward: Bound = 0
            for following in {place[one]: None for name in group for one in self.links[name]}:
                onward = onward if following == at else larger(onward, best[following])
            best[at] = plus(cost(group), onward)
        return best.get(place.get(self.start, -1), 0)

    def _group_sum(self, group: tuple[str, ...], cost: Callable[[str], Bound]) -> Bound:
        if not self.is_loop(group):
            return cost(group[0])
        highest: Bound = 0
        each: Bound = 0
        for name in group:
            if (one := cost(name)) != 0:
                highest = larger(highest, one)
                each = plus(each, times(self._rounds(name, group), one))
        return smaller(times(self.limit, highest), each)

    def _rounds(self, name: str, group: tuple[str, ...]) -> int:
        """How often a state of a loop is entered at most: once, then once a shortest round."""
        if name not in self.rounds:
            self.rounds[name] = _shortest_round(name, self.links, set(group))
        return 1 + max(self.limit - 1, 0) // self.rounds[name]


def _shortest_round(name: str, following: Links, group: set[str]) -> int:
    waiting, seen = deque([(name, 0)]), set[str]()
    while waiting:
        at, far = waiting.popleft()
        if name in following[at]:
            return far + 1
        new = [one for one in following[at] if one in group and one not in seen]
        seen.update(new)
        waiting.extend((one, far + 1) for one in new)
    return 1
