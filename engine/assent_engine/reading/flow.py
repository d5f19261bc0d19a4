"""What is known of the data at each state of a machine: shapes, followed along its links.

Steps and people may answer anything; a loop that keeps changing the data makes it unknown. So
does every field that this reading does not know: it may be wrong about nothing that it claims.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from assent_engine.interpreter.templates import is_dynamic
from assent_engine.reading import shapes
from assent_engine.reading.shapes import UNKNOWN, AtMost, Items, Parts, Record, Shape, UpTo
from assent_engine.reading.ways import links
from assent_schemas.choice import ChoiceRule, Condition
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
    WorkState,
)

MOST_CHANGES = 8
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
    "title", "on_reject", "on_timeout",
}  # fmt: skip
_MACHINE_FIELDS = {
    "comment", "start_at", "states", "timeout_seconds", "policy_id", "version", "schema_version",
    "name", "description", "triggers", "context_defaults", "input_schema", "max_transitions",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """What a scope sees besides its own data: the run's input and the item of its Map."""

    first: Shape = UNKNOWN
    item: Shape = UNKNOWN
    blind: bool = False
    """A machine further out has fields without rules here: nothing is known of any data."""


def strange_fields(part: AnyState | Machine) -> list[str]:
    """The fields in use that this reading has no rules for."""
    known = _MACHINE_FIELDS if isinstance(part, Machine | Policy) else _STATE_FIELDS
    return sorted(part.model_fields_set - known - _HARMLESS)


def inputs(machine: Machine, start: Shape, seen: Seen) -> dict[str, Shape]:
    """A shape for the raw input of every state that can be reached."""
    if seen.blind:
        return dict.fromkeys(links(machine), UNKNOWN)
    found = {machine.start_at: shapes.bounded(start)}
    changes: dict[str, int] = {}
    waiting = [machine.start_at]
    while waiting:
        name = waiting.pop()
        if name not in machine.states:
            continue
        for target, shape in outputs(machine.states[name], found[name], seen):
            joined = shapes.join(found[target], shape) if target in found else shape
            if target in found and joined == found[target]:
                continue
            changes[target] = changes.get(target, 0) + 1
            found[target] = shapes.bounded(joined) if changes[target] <= MOST_CHANGES else UNKNOWN
            waiting.append(target)
    return found


def effective_input(state: AnyState, raw: Shape, seen: Seen) -> Shape:
    """What a state works on: input_path, then parameters."""
    if strange_fields(state):
        return UNKNOWN
    chosen = _select(getattr(state, "input_path", "$"), raw, seen)
    template = getattr(state, "parameters", None)
    return chosen if template is None else fill(template, chosen, seen)


def fill(template: Any, data: Shape, seen: Seen) -> Shape:
    """A template filled: keys ending in .$ are paths, everything else is literal."""
    if isinstance(template, dict):
        return Record(dict(_entry(key, item, data, seen) for key, item in template.items()))
    if isinstance(template, list):
        return Items(tuple(fill(item, data, seen) for item in template))
    return shapes.of(template)


def read(text: str, data: Shape, seen: Seen) -> Shape:
    """What stands at a path into the data or, for `$$`, into the context object."""
    plain = shapes.plain_parts(text)
    if plain is None:
        return UNKNOWN
    in_context, parts = plain
    return _context(parts, seen) if in_context else shapes.get(data, parts)


def items_of(state: MapState, raw: Shape, seen: Seen) -> Shape:
    """The list that a Map goes over."""
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
    after = UNKNOWN if strange_fields(state) else _after(state, raw, seen)
    if isinstance(target := getattr(state, "next", None), str):
        yield target, after
    for key in ("on_reject", "on_timeout"):
        if isinstance(target := getattr(state, key, None), str):
            yield target, shapes.join(raw, after)
    for rule in getattr(state, "catch", ()):
        yield rule.next, _caught(rule, raw)


def _entry(key: str, item: Any, data: Shape, seen: Seen) -> tuple[str, Shape]:
    if is_dynamic(key, item):
        return key[:-2], read(item, data, seen)
    return key, fill(item, data, seen)


def _select(text: str | None, data: Shape, seen: Seen) -> Shape:
    return Record({}) if text is None else read(text, data, seen)


def _context(parts: Parts, seen: Seen) -> Shape:
    if parts[:2] == ("execution", "input"):
        return shapes.get(seen.first, parts[2:])
    if parts[:3] == ("map", "item", "value"):
        return shapes.get(seen.item, parts[3:])
    return UNKNOWN


def _after(state: AnyState, raw: Shape, seen: Seen) -> Shape:
    if not isinstance(state, ResultState):
        return _select(getattr(state, "output_path", "$"), effective_input(state, raw, seen), seen)
    result = _result(state, raw, seen)
    if isinstance(state, WorkState) and state.result_selector is not None:
        result = fill(state.result_selector, result, seen)
    return _select(state.output_path, _placed(state.result_path, raw, result), seen)


def _result(state: ResultState, raw: Shape, seen: Seen) -> Shape:
    if isinstance(state, PassState):
        given = "result" in state.model_fields_set
        return shapes.of(state.result) if given else effective_input(state, raw, seen)
    if isinstance(state, MapState):
        items = items_of(state, raw, seen)
        return UpTo(shapes.length(items), UNKNOWN) if isinstance(items, Items | UpTo) else UNKNOWN
    if isinstance(state, ParallelState):
        return Items((UNKNOWN,) * len(state.branches))
    return UNKNOWN


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
    for rule in state.choices:
        held = UNKNOWN if strange else narrowed(effective, rule)
        yield rule.next, UNKNOWN if strange else _select(state.output_path, held, seen)
    if state.default is not None:
        yield state.default, UNKNOWN if strange else _select(state.output_path, effective, seen)


def narrowed(data: Shape, rule: Condition | ChoiceRule) -> Shape:
    """The data where a rule holds: a number that was compared is at most what it was held to."""
    for part in rule.all_of or ():
        data = narrowed(data, part)
    tops = (rule.numeric_less_than, rule.numeric_less_than_equals, rule.numeric_equals)
    found = [top for top in tops if top is not None]
    plain = shapes.plain_parts(rule.variable) if rule.variable and found else None
    if plain is None or plain[0] or _any_index(plain[1]):
        return data
    known = shapes.highest(shapes.get(data, plain[1]))
    tops_known = [*found, known] if known is not None else found
    return shapes.put(data, plain[1], AtMost(min(tops_known)))


def _any_index(parts: Iterable[str | int]) -> bool:
    return any(isinstance(part, int) for part in parts)
