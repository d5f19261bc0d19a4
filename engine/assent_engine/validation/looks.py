"""Where a state looks into its data: the paths of its fields, and what each of them starts from."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from assent_engine.interpreter.expressions import compile_expression
from assent_engine.interpreter.intrinsics import IntrinsicSyntaxError
from assent_engine.interpreter.paths import PathSyntaxError
from assent_engine.interpreter.templates import is_dynamic
from assent_engine.reading import comparing, flow, shapes
from assent_engine.reading.shapes import Parts, Shape
from assent_engine.validation.following import Place
from assent_schemas.choice import Condition
from assent_schemas.errors import pointer
from assent_schemas.states import ChoiceState, MapState, ResultState, WaitState, WorkState

_IN_EFFECTIVE = (
    "seconds_path",
    "timestamp_path",
    "max_concurrency_path",
    "tolerated_failure_count_path",
    "tolerated_failure_percentage_path",
)
_IN_RAW = ("timeout_seconds_path", "heartbeat_seconds_path", "error_path", "cause_path")


@dataclass(frozen=True, slots=True)
class Look:
    """A path at a place of the document, `text` being all that stands there, and its data."""

    where: str
    text: str
    parts: Parts
    data: Shape


def looks(place: Place) -> Iterator[Look]:
    """Every plain path of a state that has to find something there."""
    state, raw, seen = place.state, place.raw, place.seen
    if flow.strange_fields(state):
        return
    chosen = flow.selected(state, raw, seen)
    yield from _path(place, "/input_path", getattr(state, "input_path", None), raw)
    yield from _template(place, "/parameters", getattr(state, "parameters", None), chosen)
    effective = flow.effective_input(state, raw, seen)
    for key in _IN_EFFECTIVE:
        yield from _path(place, f"/{key}", getattr(state, key, None), effective)
    for key in _IN_RAW:
        yield from _path(place, f"/{key}", getattr(state, key, None), raw)
    if isinstance(state, MapState):
        yield from _map(place, state, effective)
    if isinstance(state, ChoiceState):
        yield from _choice(place, state, effective)
    yield from _after(place, effective)


def _map(place: Place, state: MapState, effective: Shape) -> Iterator[Look]:
    yield from _path(place, "/items_path", state.items_path, effective)
    items = flow.items_of(state, place.raw, place.seen)
    item = shapes.item_of(items) if isinstance(items, shapes.Listed) else shapes.UNKNOWN
    inside = replace(place, seen=replace(place.seen, item=item))
    yield from _template(inside, "/item_selector", state.item_selector, effective)


def _choice(place: Place, state: ChoiceState, effective: Shape) -> Iterator[Look]:
    """The comparisons; what the Choice asks the presence of may be absent."""
    asked = [
        parts
        for rule in state.choices
        for name, _, parts in comparing.tests(rule)
        if name == "is_present"
    ]
    for at, rule in enumerate(state.choices):
        for look in _condition(place, f"/choices/{at}", rule, effective):
            if not any(look.parts[: len(parts)] == parts for parts in asked):
                yield look


def _condition(place: Place, at: str, rule: Condition, data: Shape) -> Iterator[Look]:
    for key, inner in comparing.joined(rule):
        yield from _condition(place, at + key, inner, data)
    if rule.is_present is None:
        yield from _path(place, f"{at}/variable", rule.variable, data)
    for key in rule.model_fields_set:
        if key.endswith("_path"):
            yield from _path(place, f"{at}/{key}", getattr(rule, key), data)


def _after(place: Place, effective: Shape) -> Iterator[Look]:
    """The fields that look at what a state has done."""
    state, raw, seen = place.state, place.raw, place.seen
    if isinstance(state, WaitState | ChoiceState):
        yield from _template(place, "/assign", state.assign, effective)
    if not isinstance(state, ResultState):
        yield from _path(place, "/output_path", getattr(state, "output_path", None), effective)
        return
    result = flow.result(state, raw, seen)
    yield from _template(place, "/assign", state.assign, result)
    if isinstance(state, WorkState):
        yield from _template(place, "/result_selector", state.result_selector, result)
    placed = flow.placed(state, raw, seen)
    yield from _path(place, "/output_path", state.output_path, placed)


def _template(place: Place, at: str, node: Any, data: Shape) -> Iterator[Look]:
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _template(place, f"{at}/{index}", item, data)
    for name, item in node.items() if isinstance(node, dict) else ():
        inside = at + pointer(name)
        if is_dynamic(name, item):
            yield from _path(place, inside, item.strip(), data)
        else:
            yield from _template(place, inside, item, data)


def _path(place: Place, at: str, text: str | None, data: Shape) -> Iterator[Look]:
    try:
        paths = () if text is None else compile_expression(text).paths
    except (PathSyntaxError, IntrinsicSyntaxError):
        return
    for path in paths:
        start = flow.start(path.text, data, place.seen)
        if start is not None:
            yield Look(place.where + at, text or "", start[0], start[1])
