"""What is allowed but most likely not meant; only what the document itself proves."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from assent_engine.validation.compensations import compensation_warnings
from assent_engine.validation.cycles import cycle_problems
from assent_engine.validation.doubts import doubts
from assent_engine.validation.following import places
from assent_engine.validation.literals import literal_paths
from assent_engine.validation.machines import Json, machines, objects
from assent_engine.validation.problems import problem
from assent_engine.validation.reads import asked_for, reads
from assent_engine.validation.resources import Resources
from assent_engine.validation.unassigned import unassigned
from assent_engine.validation.widths import width_warnings
from assent_schemas.document import read_policy
from assent_schemas.errors import Problem, pointer

MOST_WARNINGS = 100


def warnings(document: Any, resources: Resources) -> list[Problem]:
    """The warnings for a policy in which the validator found no problems; a hundred at most."""
    if not isinstance(document, dict):
        return []
    # An imported machine is as its author wrote it: only what may never end is told.
    imported = document.get("dialect") == "asl"
    found = cycle_problems(document) if imported else _warnings(document, resources)
    return list(islice(found, MOST_WARNINGS))


def _warnings(document: Json, resources: Resources) -> Iterator[Problem]:
    for where, machine in machines(document):
        for name, state in objects(machine.get("states")):
            yield from literal_paths(state, where + pointer("states", name))
            if state.get("type") == "Choice" and "default" not in state:
                detail = "Where no rule holds the run fails with States.NoChoiceMatched."
                remedy = "Say with default where to go then."
                yield problem("choice.no_default", where + pointer("states", name), detail, remedy)
            yield from compensation_warnings(state, where + pointer("states", name), resources)
    yield from _undeclared(document)
    policy = read_policy(document)
    followed = list(places(policy, resources))
    yield from width_warnings(policy, followed)
    yield from unassigned(document)
    yield from doubts(followed)


def _undeclared(document: Json) -> Iterator[Problem]:
    start = dict(objects(document.get("states"))).get(str(document.get("start_at")))
    if start is None or "input_schema" in document:
        return
    known = {*document.get("context_defaults", {}), *asked_for(start)}
    known |= {"trigger"} if document.get("triggers") else set()
    for name, at in reads(start):
        if name not in known:
            where = pointer("states", document["start_at"]) + at
            detail = f'"{name}" has to come with the input, of which no input_schema says so.'
            yield problem("input.undeclared", where, detail, "Add an input_schema.")
