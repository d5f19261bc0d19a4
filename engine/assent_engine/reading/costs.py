"""What each state costs at most, inner machines and macros included."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation

from assent_engine.reading import bounds, called, flow, given, shapes, usage, wording
from assent_engine.reading.bounds import Bound, Unbounded
from assent_engine.reading.flow import Seen
from assent_engine.reading.shapes import UNKNOWN, Items, Shape, UpTo
from assent_engine.reading.usage import Metric, Usage
from assent_engine.reading.ways import Ways, inner_machines, iterated
from assent_engine.registry import Macro, StepDeclaration, StepRegistry
from assent_schemas.errors import pointer
from assent_schemas.policy import Policy
from assent_schemas.states import (
    POLICY_RUN,
    AnyState,
    ApprovalState,
    Machine,
    MapState,
    TaskState,
    WorkState,
)

MOST_SINGLE_ITEMS = 64


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the policy a machine stands, and inside which macros.

    `one_by_one` tells whether the items of a fixed list may still be looked at one by one.
    """

    pointer: str = ""
    macros: tuple[str, ...] = ()
    one_by_one: bool = True

    def below(self, name: str) -> "Place":
        """The place of a state; within a macro it stays the Task that calls it."""
        return (
            self if self.macros else replace(self, pointer=self.pointer + pointer("states", name))
        )

    def inside(self, at: str) -> "Place":
        """The place of something in a state."""
        return self if self.macros else replace(self, pointer=self.pointer + at)

    def why(self, reason: str, at: str = "") -> Unbounded:
        """The reason why there is no bound, with the macro that it lies in."""
        inside = f"in {wording.name(self.macros[-1])}, " if self.macros else ""
        return Unbounded(f"{inside}{reason}", self.inside(at).pointer)


@dataclass(frozen=True, slots=True)
class Costs:
    """Adds up what machines cost; `limit` is how many states a run may enter."""

    registry: StepRegistry
    limit: int
    policies: dict[str, Usage] = field(default_factory=dict)
    under_way: set[str] = field(default_factory=set)
    """Called policies whose costs are known, and those that are being added up."""

    def machine(self, machine: Machine, start: Shape, seen: Seen, place: Place) -> Usage:
        """One scope of a machine, itself counted as one."""
        seen = replace(seen, blind=seen.blind or bool(flow.strange_fields(machine)))
        data = flow.inputs(machine, start, seen)
        ways = Ways.of(machine, self.limit)
        costs = {
            name: self._state(
                machine.states[name], data.get(name, UNKNOWN), seen, place.below(name)
            )
            for name in ways.links
        }
        found = usage.on_any_way(ways, costs)
        entered = bounds.plus(ways.visits(), found.of(usage.TRANSITIONS))
        own: dict[Metric, Bound] = {
            usage.TRANSITIONS: entered,
            usage.SCOPES: bounds.plus(1, found.of(usage.SCOPES)),
        }
        return Usage({**found.totals, **own}, bounds.plus(1, found.at_once), found.largest)

    def _state(self, state: AnyState, raw: Shape, seen: Seen, place: Place) -> Usage:
        match state:
            case TaskState():
                return self._task(state, raw, seen, place)
            case MapState():
                found = self._map(state, raw, seen, place).repeated(attempts(state))
                return found if state.result_writer is None else _written(found, state)
            case ApprovalState():
                return Usage({usage.QUESTIONS: 1})
        branches = [
            self.machine(inner, flow.effective_input(state, raw, seen), seen, place.inside(at))
            for at, inner in inner_machines(state)
        ]
        return _together(branches).repeated(attempts(state))

    def _task(self, state: TaskState, raw: Shape, seen: Seen, place: Place) -> Usage:
        name = state.resource
        data = flow.effective_input(state, raw, seen)
        macro = self.registry.macro(name)
        step = self.registry.step(name)
        if macro is not None and name not in place.macros:
            return self._macro(macro, data, seen, place).repeated(attempts(state))
        policy = called.known(state, self.registry)
        if policy is not None and called.callee(state) not in self.under_way:
            return self._policy(state, policy, place).repeated(attempts(state))
        if step is None:
            return _anything(state, place)
        return _step(step, state, data, place)

    def _policy(self, state: TaskState, policy: Policy, place: Place) -> Usage:
        """A called policy as its own document bounds it, whatever it is given."""
        name = called.callee(state) or ""
        if name not in self.policies:
            self.under_way.add(name)
            first = given.first_data(policy)
            self.policies[name] = self.machine(policy, first, Seen(first), Place(macros=(name,)))
            self.under_way.remove(name)
        return self.policies[name].at(place.inside("/resource").pointer)

    def _macro(self, macro: Macro, data: Shape, seen: Seen, place: Place) -> Usage:
        # Within a macro the pointer stays the calling Task's resource: the policy has no other.
        inside = place.inside("/resource")
        inside = replace(inside, macros=(*place.macros, macro.name))
        return self.machine(macro.machine, data, replace(seen, item=UNKNOWN), inside)

    def _map(self, state: MapState, raw: Shape, seen: Seen, place: Place) -> Usage:
        machine = iterated(state)
        items = UNKNOWN if flow.strange_fields(state) else flow.items_of(state, raw, seen)
        count = _count(state, items, place)
        if machine is None or count == 0:
            return Usage()
        rounds = list(self._iterations(state, machine, raw, items, seen, place))
        at_once = _product(_concurrent(state, count), rounds)
        largest = usage.one_after_another(rounds)
        total = largest if isinstance(items, Items) and len(rounds) > 1 else largest.repeated(count)
        return replace(total, at_once=at_once)

    def _iterations(
        self, state: MapState, machine: Machine, raw: Shape, items: Shape, seen: Seen, place: Place
    ) -> Iterator[Usage]:
        """One usage for each item of a short fixed list, else one that holds for any item."""
        inside = next(at for at, _ in inner_machines(state))
        single = isinstance(items, Items) and 1 < len(items.items) <= MOST_SINGLE_ITEMS
        place = place.inside(inside)
        every = items.items if isinstance(items, Items) and single and place.one_by_one else None
        if every is not None:
            place = replace(place, one_by_one=False)
        known = shapes.item_of(items) if isinstance(items, Items | UpTo) else UNKNOWN
        for item in every or (known,):
            start = flow.iteration_input(state, raw, item, seen)
            yield self.machine(machine, start, replace(seen, item=item), place)


def _written(found: Usage, state: MapState) -> Usage:
    often = bounds.plus(found.of(usage.WRITTEN), attempts(state))
    return replace(found, totals={**found.totals, usage.WRITTEN: often})


def attempts(state: AnyState) -> int:
    """How often one visit tries at most; each retrier counts for itself."""
    rules = state.retry if isinstance(state, WorkState) else []
    return 1 + sum(rule.max_attempts for rule in rules)


def _count(state: MapState, items: Shape, place: Place) -> Bound:
    if isinstance(items, Items | UpTo):
        return shapes.length(items)
    if strange := flow.strange_fields(state):
        return place.why(f"its list depends on {wording.name(strange[0])}", f"/{strange[0]}")
    return place.why(f"{wording.path(state.items_path)} is data", "/items_path")


def _concurrent(state: MapState, count: Bound) -> Bound:
    fixed = state.max_concurrency and "max_concurrency_path" not in state.model_fields_set
    return bounds.smaller(count, state.max_concurrency) if fixed else count


def _product(often: Bound, rounds: list[Usage]) -> Bound:
    return bounds.times(often, usage.one_after_another(rounds).at_once)


def _together(branches: list[Usage]) -> Usage:
    at_once: Bound = 0
    for branch in branches:
        at_once = bounds.plus(at_once, branch.at_once)
    return replace(usage.one_after_another(branches), at_once=at_once)


def _step(step: StepDeclaration, state: TaskState, given: Shape, place: Place) -> Usage:
    """Each attempt is a call; a side effect happens at most once in a visit."""
    calls = attempts(state)
    happens = 1 if step.side_effect else calls
    totals: dict[Metric, Bound] = {("calls", step.name): calls}
    if step.side_effect:
        totals |= {("effects", step.name): 1, usage.SIDE_EFFECTS: 1}
    if is_message(step.name):
        totals[usage.MESSAGES] = happens
    if step.money is None:
        return Usage(totals)
    single = _amount(step, state, given, place)
    money = bounds.times(happens, single)
    totals |= {("money", step.name): money, usage.MONEY: money}
    return Usage(totals, largest={step.name: single})


def is_message(resource: str) -> bool:
    """Whether a step tells somebody something."""
    return resource.startswith("notify.")


def _amount(step: StepDeclaration, state: TaskState, given: Shape, place: Place) -> Bound:
    field = step.money or ""
    found = shapes.present(given, field)
    if found is None:
        return place.why(f"{step.name} is given no {field}", "/resource")
    most = shapes.highest(found)
    if most is None and isinstance(found, shapes.Scalar) and isinstance(found.value, str):
        most = _digits(found.value)
    if most is not None:
        return max(most, 0)
    if isinstance(found, shapes.Scalar):
        return place.why(f"{field} is {wording.value(found.value)}", f"/parameters/{field}")
    return _data_amount(state, field, place)


def _digits(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _data_amount(state: TaskState, field: str, place: Place) -> Unbounded:
    source = state.given.get(f"{field}.$")
    if isinstance(source, str):
        at = "/parameters" + pointer(f"{field}.$")
        return place.why(f"{wording.path(source)} is data", at)
    return place.why(f"{field} comes from the data", "/resource")


def _anything(state: TaskState, place: Place) -> Usage:
    """A resource that nothing is known of may do all there is."""
    resource = wording.name(state.resource)
    if state.resource == POLICY_RUN:
        unknown = place.why(f"{resource} runs another policy", "/resource")
    elif state.resource in place.macros:
        unknown = place.why(f"{resource} calls itself", "/resource")
    else:
        unknown = place.why(f"{resource} is not registered here", "/resource")
    metrics = (
        usage.SIDE_EFFECTS,
        usage.MESSAGES,
        usage.MONEY,
        usage.SCOPES,
        usage.TRANSITIONS,
        usage.WRITTEN,
    )
    totals: dict[Metric, Bound] = dict.fromkeys(metrics, unknown)
    return Usage({("calls", state.resource): attempts(state), **totals}, at_once=unknown)
