"""What is known of the data at each state of a machine: shapes, followed along its links.

Steps and people may answer anything; a loop that keeps changing the data makes it unknown. So
does every field that this reading does not know: it may be wrong about nothing that it claims.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any, Final, Protocol

from assent_engine.interpreter.templates import is_dynamic
from assent_engine.loops import Links, groups
from assent_engine.reading import item_files, shapes
from assent_engine.reading.comparing import asked_for, narrowed
from assent_engine.reading.shapes import (
    UNKNOWN,
    Items,
    Listed,
    ListOf,
    Parts,
    Record,
    Shape,
    UpTo,
)
from assent_engine.reading.ways import iterated, links
from assent_schemas.fields import Document
from assent_schemas.policy import Policy
from assent_schemas.recovery import Catcher
from assent_schemas.states import (
    AnyState,
    ChoiceState,
    Machine,
    MapState,
    ParallelState,
    PassState,
    ResultState,
    TaskState,
    WorkState,
)

MOST_CHANGES = 8
MOST_EFFORT: Final = 400_000
"""Values looked at in joining what leads to the same states; about half a second of work."""
_HARMLESS = {
    "assign",
    "effects",
    "heartbeat_seconds",
    "heartbeat_seconds_path",
    "label",
    "requires_approval",
    "timeout_seconds",
    "timeout_seconds_path",
    "tolerated_failure_count",
    "tolerated_failure_count_path",
    "tolerated_failure_percentage",
    "tolerated_failure_percentage_path",
    "valid_seconds",
    "max_concurrency_path",
}
_STATE_FIELDS = {
    "type", "comment", "input_path", "output_path", "next", "end", "parameters", "result_path",
    "result_selector", "retry", "catch", "resource", "result", "choices", "default", "seconds",
    "timestamp", "seconds_path", "timestamp_path", "error", "error_path", "cause", "cause_path",
    "items_path", "item_selector", "iterator", "item_processor", "max_concurrency", "branches",
    "title", "on_reject", "on_timeout", "item_reader", "result_writer",
}  # fmt: skip
_MACHINE_FIELDS = {
    "comment", "start_at", "states", "timeout_seconds", "policy_id", "version", "schema_version",
    "name", "description", "triggers", "context_defaults", "input_schema", "max_transitions",
    "on_failure", "on_compensation_failure", "tests",
}  # fmt: skip


@dataclass(slots=True, eq=False)
class Effort:
    """How much work is left for following one document; beyond it all data is unknown."""

    left: int = MOST_EFFORT

    def spend(self, *met: Shape) -> bool:
        """Pay for joining these; False where nothing is left for it."""
        self.left -= sum(one.weight for one in met)
        return self.left >= 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What a scope sees besides its own data: the run's input and the item of its Map."""

    first: Shape = UNKNOWN
    item: Shape = UNKNOWN
    blind: bool = False
    """A machine further out has fields without rules here: nothing is known of any data."""
    answers: "Answers | None" = None
    """What is known of the results of steps and inner machines; None where it is not asked for."""
    effort: Effort = field(default_factory=Effort, compare=False)


class Answers(Protocol):
    """Knows of results; what a Choice asked for counts as unknown after it."""

    def task(self, state: TaskState, given: Shape, seen: Seen, /) -> Shape:
        """What a step or macro answers."""
        ...

    def scope(self, machine: Machine, start: Shape, seen: Seen, /) -> Shape:
        """What one scope of an inner machine ends with."""
        ...


def strange_fields(part: Document) -> list[str]:
    """The fields in use that this reading has no rules for."""
    known = _MACHINE_FIELDS if isinstance(part, Machine | Policy) else _STATE_FIELDS
    return sorted(part.model_fields_set - known - _HARMLESS)


def inputs(machine: Machine, start: Shape, seen: Seen) -> dict[str, Shape]:
    """A shape for the raw input of every state that can be reached."""
    following = links(machine)
    found = None if seen.blind or not following else _followed(machine, start, seen, following)
    return dict.fromkeys(following, UNKNOWN) if found is None else found


def _followed(
    machine: Machine, start: Shape, seen: Seen, following: Links
) -> dict[str, Shape] | None:
    """The inputs, each state after all that lead to it; None where that is too much work."""
    names = [name for group in groups(following) for name in group]
    place = {name: at for at, name in enumerate(names)}
    found = {machine.start_at: shapes.bounded(start)}
    visits: dict[str, int] = {}
    waiting = [place[machine.start_at]]
    queued = set(waiting)
    while waiting:
        queued.discard(at := heapq.heappop(waiting))
        name = names[at]
        visits[name] = visits.get(name, 0) + 1
        for target, shape in outputs(machine.states[name], found[name], seen):
            if target not in place:
                continue
            known = found.get(target)
            if not seen.effort.spend(shape, known or UNKNOWN):
                return None
            joined = _met(known, shape, visits.get(target, 0))
            if known is None or joined != known:
                found[target] = joined
                if place[target] not in queued:
                    queued.add(place[target])
                    heapq.heappush(waiting, place[target])
    return found


def _met(known: Shape | None, shape: Shape, visits: int) -> Shape:
    """What a state starts with when one more way leads to it; a loop may change it so often."""
    if visits >= MOST_CHANGES:
        return UNKNOWN
    return shapes.bounded(shape if known is None else shapes.join(known, shape))


def effective_input(state: AnyState, raw: Shape, seen: Seen) -> Shape:
    """What a state works on: input_path, then parameters."""
    if strange_fields(state):
        return UNKNOWN
    chosen = selected(state, raw, seen)
    template = getattr(state, "parameters", None)
    return chosen if template is None else fill(template, chosen, seen)


def selected(state: AnyState, raw: Shape, seen: Seen) -> Shape:
    """What input_path leaves of the raw input."""
    return _select(getattr(state, "input_path", "$"), raw, seen)


def fill(template: Any, data: Shape, seen: Seen) -> Shape:
    """A template filled: keys ending in .$ are paths, everything else is literal."""
    if isinstance(template, dict):
        return Record(dict(_entry(key, item, data, seen) for key, item in template.items()))
    if isinstance(template, list):
        return Items(tuple(fill(item, data, seen) for item in template))
    return shapes.of(template)


def read(text: str, data: Shape, seen: Seen) -> Shape:
    """What stands at a path into the data or, for `$$`, into the context object."""
    begun = start(text, data, seen)
    return UNKNOWN if begun is None else shapes.get(begun[1], begun[0])


def start(text: str, data: Shape, seen: Seen) -> tuple[Parts, Shape] | None:
    """The parts of a plain path and what they start from; None where nothing is known of it."""
    plain = shapes.plain_parts(text)
    if plain is None:
        return None
    in_context, parts = plain
    if not in_context:
        return parts, data
    if parts[:2] == ("execution", "input"):
        return parts[2:], seen.first
    return (parts[3:], seen.item) if parts[:3] == ("map", "item", "value") else None


def items_of(state: MapState, raw: Shape, seen: Seen) -> Shape:
    """The list that a Map goes over; of what stands in a file only its length is known."""
    if state.item_reader is not None:
        return UpTo(item_files.most_items(state.item_reader), UNKNOWN)
    return read(state.items_path, effective_input(state, raw, seen), seen)


def iteration_input(state: MapState, raw: Shape, item: Shape, seen: Seen) -> Shape:
    """What one iteration of a Map starts with."""
    effective, inside = effective_input(state, raw, seen), replace(seen, item=item)
    if strange_fields(state) or (seen.blind and state.item_selector is None):
        return UNKNOWN
    if state.item_selector is not None:
        return fill(state.item_selector, effective, inside)
    return shapes.put(effective, ("iterator",), item)


def outputs(state: AnyState, raw: Shape, seen: Seen) -> Iterator[tuple[str, Shape]]:
    """Where a state leads, with what."""
    if isinstance(state, ChoiceState):
        yield from _choice_outputs(state, raw, seen)
        return
    after = output(state, raw, seen)
    if isinstance(target := getattr(state, "next", None), str):
        yield target, after
    for key in ("on_reject", "on_timeout"):
        if isinstance(target := getattr(state, key, None), str):
            yield target, shapes.join(raw, after)
    for rule in getattr(state, "catch", ()):
        yield rule.next, _caught(rule, raw)


def output(state: AnyState, raw: Shape, seen: Seen) -> Shape:
    """What a state that is no Choice hands on where it does not fail."""
    return UNKNOWN if strange_fields(state) else _after(state, raw, seen)


def result(state: ResultState, raw: Shape, seen: Seen) -> Shape:
    """What a state's own work gives, before it is shaped and placed."""
    return UNKNOWN if strange_fields(state) else _result(state, raw, seen)


def placed(state: ResultState, raw: Shape, seen: Seen) -> Shape:
    """The data with the shaped result in its place, of which output_path selects."""
    return UNKNOWN if strange_fields(state) else _with_result(state, raw, seen)


def _entry(key: str, item: Any, data: Shape, seen: Seen) -> tuple[str, Shape]:
    if is_dynamic(key, item):
        return key[:-2], read(item, data, seen)
    return key, fill(item, data, seen)


def _select(text: str | None, data: Shape, seen: Seen) -> Shape:
    return Record({}) if text is None else read(text, data, seen)


def _after(state: AnyState, raw: Shape, seen: Seen) -> Shape:
    if not isinstance(state, ResultState):
        return _select(getattr(state, "output_path", "$"), effective_input(state, raw, seen), seen)
    return _select(state.output_path, _with_result(state, raw, seen), seen)


def _with_result(state: ResultState, raw: Shape, seen: Seen) -> Shape:
    found = _result(state, raw, seen)
    if isinstance(state, WorkState) and state.result_selector is not None:
        found = fill(state.result_selector, found, seen)
    return _placed(state.result_path, raw, found)


def _result(state: ResultState, raw: Shape, seen: Seen) -> Shape:
    match state:
        case PassState():
            given = "result" in state.model_fields_set
            return shapes.of(state.result) if given else effective_input(state, raw, seen)
        case TaskState() if seen.answers is not None:
            return seen.answers.task(state, effective_input(state, raw, seen), seen)
        case MapState() if state.result_writer is None:
            return _map_result(state, raw, seen)
        case ParallelState():
            effective = effective_input(state, raw, seen)
            return Items(tuple(_ended(one, effective, seen) for one in state.branches))
    return UNKNOWN


def _map_result(state: MapState, raw: Shape, seen: Seen) -> Shape:
    items = items_of(state, raw, seen)
    machine = iterated(state)
    item = shapes.item_of(items) if isinstance(items, Listed) else UNKNOWN
    start = iteration_input(state, raw, item, seen)
    given = UNKNOWN if machine is None else _ended(machine, start, replace(seen, item=item))
    if isinstance(items, Items | UpTo):
        return UpTo(shapes.length(items), given)
    return UNKNOWN if seen.answers is None else ListOf(given)


def _ended(machine: Machine, start: Shape, seen: Seen) -> Shape:
    return UNKNOWN if seen.answers is None else seen.answers.scope(machine, start, seen)


def _placed(text: str | None, raw: Shape, result: Shape) -> Shape:
    if text is None:
        return raw
    plain = shapes.plain_parts(text)
    return UNKNOWN if plain is None or plain[0] else shapes.put(raw, plain[1], result)


def _caught(rule: Catcher, raw: Shape) -> Shape:
    extra = rule.model_fields_set - {"error_equals", "next", "result_path", "comment"}
    if extra - {"assign", "compensate"}:
        return UNKNOWN
    return _placed(rule.result_path, raw, Record({"error": UNKNOWN, "cause": UNKNOWN}))


def _choice_outputs(state: ChoiceState, raw: Shape, seen: Seen) -> Iterator[tuple[str, Shape]]:
    effective = effective_input(state, raw, seen)
    strange = bool(strange_fields(state))
    if seen.answers is not None:
        effective = reduce(shapes.forget, asked_for(state, effective), effective)
    for rule in state.choices:
        held = UNKNOWN if strange else narrowed(effective, rule)
        yield rule.next, UNKNOWN if strange else _select(state.output_path, held, seen)
    if state.default is not None:
        yield state.default, UNKNOWN if strange else _select(state.output_path, effective, seen)
