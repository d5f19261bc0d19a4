"""What is allowed but most likely not meant; only what the document itself proves."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from assent_engine.validation.cycles import cycle_problems
from assent_engine.validation.machines import Json, machines, objects, rules
from assent_engine.validation.problems import problem
from assent_engine.validation.reads import asked_for, names_of, reads
from assent_engine.validation.references import links_of
from assent_engine.validation.resources import Resources
from assent_engine.validation.widths import width_warnings
from assent_schemas.errors import Problem, pointer
from assent_schemas.policy import Policy

MOST_WARNINGS = 100
_PLACES_RESULTS = {"Task", "Map", "Parallel", "Approval"}
_OPEN = {"$ref", "allOf", "anyOf", "oneOf", "if", "dependentSchemas", "patternProperties"}


def warnings(document: Any, resources: Resources) -> list[Problem]:
    """The warnings for a policy in which the validator found no problems; a hundred at most."""
    del resources
    if not isinstance(document, dict):
        return []
    # An imported machine is as its author wrote it: only what may never end is told.
    imported = document.get("dialect") == "asl"
    found = cycle_problems(document) if imported else _warnings(document)
    return list(islice(found, MOST_WARNINGS))


def _warnings(document: Json) -> Iterator[Problem]:
    for where, machine in machines(document):
        for name, state in objects(machine.get("states")):
            if state.get("type") == "Choice" and "default" not in state:
                detail = "Where no rule holds the run fails with States.NoChoiceMatched."
                remedy = "Say with default where to go then."
                yield problem("choice.no_default", where + pointer("states", name), detail, remedy)
    yield from _undeclared(document)
    yield from _unwritten(document)
    yield from width_warnings(Policy.model_validate(document))


def _undeclared(document: Json) -> Iterator[Problem]:
    start = dict(objects(document.get("states"))).get(str(document.get("start_at")))
    if start is None or "input_schema" in document:
        return
    known = {*document.get("context_defaults", {}), *asked_for(start)}
    for name, at in reads(start):
        if name not in known:
            where = pointer("states", document["start_at"]) + at
            detail = f'"{name}" has to come with the input, of which no input_schema says so.'
            yield problem("input.undeclared", where, detail, "Add an input_schema.")


def _unwritten(document: Json) -> Iterator[Problem]:
    """Reads of names that neither the input nor a state before can have provided."""
    given = _given(document)
    if given is None:
        return
    states = dict(objects(document.get("states")))
    tested = {name for state in states.values() for name in asked_for(state)}
    before = _before(states)
    writes = {name: _written(state) for name, state in states.items()}
    for state_name, state in states.items():
        written = [writes[one] for one in before[state_name]]
        known = given.union(tested, *(one for one in written if one is not None))
        for name, at in reads(state) if None not in written else ():
            if name not in known:
                where = pointer("states", state_name) + at
                detail = f'Nothing has written "{name}" when this is read.'
                yield problem(
                    "path.never_written", where, detail, "Write it before, or declare it."
                )


def _given(document: Json) -> set[str] | None:
    """The names that a run can start with; None where any name may come with the input."""
    schema = document.get("input_schema")
    if not isinstance(schema, dict) or schema.get("additionalProperties") is not False:
        return None
    if _OPEN & set(schema):
        return None
    return {*schema.get("properties", {}), *document.get("context_defaults", {})}


def _before(states: dict[str, Json]) -> dict[str, set[str]]:
    """The states from which each one can be reached, itself only where it is in a cycle."""
    found: dict[str, set[str]] = {name: set() for name in states}
    links = {
        name: {str(target) for _, target in links_of(state)} & states.keys()
        for name, state in states.items()
    }
    for name in states:
        waiting, seen = [name], set[str]()
        while waiting:
            new = links[waiting.pop()] - seen
            seen |= new
            waiting.extend(new)
        for target in seen:
            found[target].add(name)
    return found


def _written(state: Json) -> set[str] | None:
    """The names that a state can add to the data; None where it can put other data in its place."""
    if state.get("input_path", "$") != "$" and state.get("type") not in _PLACES_RESULTS | {"Pass"}:
        return None
    if state.get("output_path", "$") != "$":
        return None
    places = [rule.get("result_path", "$") for _, rule in rules(state, "catch")]
    shaped = {"parameters", "result", "input_path"} & set(state)
    if state.get("type") in _PLACES_RESULTS or (state.get("type") == "Pass" and shaped):
        places.append(state.get("result_path", "$"))
    if "$" in places:
        return None
    return {name for place in places for name in names_of(place)}
