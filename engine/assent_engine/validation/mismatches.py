"""Parameters that a step can never take: the type of what stands at a path does not fit."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from assent_engine.interpreter.templates import is_dynamic
from assent_engine.reading import flow, shapes
from assent_engine.reading.schemas import allowed
from assent_engine.reading.shapes import Scalar, Shape
from assent_engine.validation.following import Place
from assent_engine.validation.problems import problem
from assent_engine.validation.resources import Resources
from assent_schemas.errors import Problem, pointer
from assent_schemas.states import MapState, TaskState

# A model may take more than its schema says. Only what it refuses in all these forms it refuses.
_SAMPLES: Final[dict[str, tuple[Any, ...]]] = {
    "string": (
        *("", "a", "A", "1", "1.5", "true", "{}", "[]", "P1D", "2026-01-31", "09:00:00"),
        *("2026-01-31T09:00:00Z", "12345678-1234-4234-8234-123456789012", "http://localhost/"),
    ),
    "number": (0, 1, -1, 2, 1_750_000_000),
    "boolean": (True, False),
    "null": (None,),
    "array": ([], ["a"], [1], [["a", 1]]),
    "object": ({}, {"a": 1}),
}
_WORDS: Final = {
    "string": "a text",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
    "array": "a list",
    "object": "an object",
}


def mismatch_problems(places: Iterable[Place], resources: Resources) -> Iterator[Problem]:
    """A problem for each value of a type that its step, or a Map, never takes."""
    for place in places:
        if isinstance(place.state, TaskState) and place.state.parameters:
            yield from _mismatches(place, place.state, resources)
        if isinstance(place.state, MapState) and not flow.strange_fields(place.state):
            yield from _no_list(place, place.state)


def _no_list(place: Place, state: MapState) -> Iterator[Problem]:
    """A Map over what is known to be no list; every run that comes there fails."""
    items = flow.items_of(state, place.raw, place.seen)
    found = shapes.kinds(items)
    if found is None or "array" in found:
        return
    origin = shapes.origin(items)
    source = f", from {origin}" if origin else ""
    named = "/items_path" if "items_path" in state.model_fields_set else ""
    detail = f"A Map goes over a list; {state.items_path} is {worded(found)}{source}."
    yield problem("map.not_a_list", place.where + named, detail, "Name a list.")


def _mismatches(place: Place, state: TaskState, resources: Resources) -> Iterator[Problem]:
    schema = resources.input_schema(state.resource) or {}
    known = schema.get("properties", {})
    chosen = flow.selected(state, place.raw, place.seen)
    for key, text in state.given.items():
        name = key.removesuffix(".$")
        if not is_dynamic(key, text) or name not in known:
            continue
        wanted = shapes.kinds(allowed({"$defs": schema.get("$defs", {}), **known[name]}))
        given = flow.read(text.strip(), chosen, place.seen)
        if wanted is not None and _never_fits(given, wanted, state.resource, name, resources):
            where = place.where + pointer("parameters", key)
            yield _mismatch(where, state.resource, name, text, given, wanted)


def _never_fits(
    given: Shape, wanted: frozenset[str], step: str, name: str, resources: Resources
) -> bool:
    found = shapes.kinds(given)
    if found is None or found & wanted:
        return False
    samples = [given.value] if isinstance(given, Scalar) else _samples(found)
    return not any(resources.takes(step, name, one) for one in samples)


def _samples(kinds: frozenset[str]) -> list[Any]:
    return [one for kind in sorted(kinds) for one in _SAMPLES[kind]]


def _mismatch(
    where: str, step: str, name: str, text: str, given: Shape, wanted: frozenset[str]
) -> Problem:
    origin = shapes.origin(given)
    source = f", from {origin}" if origin else ""
    found = worded(shapes.kinds(given) or frozenset())
    detail = f"{step} takes {worded(wanted)} as {name}; {text.strip()} is {found}{source}."
    return problem("parameters.type_mismatch", where, detail, "Name a value that fits.")


def worded(kinds: frozenset[str]) -> str:
    """JSON types in words."""
    return " or ".join(_WORDS[kind] for kind in _WORDS if kind in kinds)
