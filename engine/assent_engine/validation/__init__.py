"""One validator for every door: form by JSON Schema, then what a schema cannot say.

The semantic checks walk the raw document and skip what has no proper form, so that one answer
holds the problems of both layers.
"""

from collections.abc import Container, Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import Any

from assent_engine import asl
from assent_engine.validation.approvals import approval_problems
from assent_engine.validation.calls import Policies, call_problems, callees
from assent_engine.validation.concurrency import concurrency_problems
from assent_engine.validation.cycles import cycle_problems
from assent_engine.validation.expressions import expression_problems
from assent_engine.validation.following import places
from assent_engine.validation.imported import ill_formed, refuse_machine
from assent_engine.validation.item_files import item_file_problems
from assent_engine.validation.languages import language_problems
from assent_engine.validation.machines import Json, machines, objects, rules
from assent_engine.validation.mismatches import mismatch_problems
from assent_engine.validation.parameters import parameter_problems
from assent_engine.validation.policy_tests import policy_test_problems
from assent_engine.validation.problems import misspelt, problem
from assent_engine.validation.recovery import recovery_problems
from assent_engine.validation.references import reference_problems
from assent_engine.validation.repeats import repeat_problems
from assent_engine.validation.resources import Named, Resources
from assent_engine.validation.triggers import moment_problem, trigger_problems
from assent_engine.validation.variables import variable_problems
from assent_engine.validation.warnings import warnings
from assent_engine.validation.widths import width_problems
from assent_schemas import exact_json, exact_schema
from assent_schemas.document import read_policy
from assent_schemas.errors import PolicyInvalid, Problem, pointer
from assent_schemas.policy import Policy
from assent_schemas.states import POLICY_RUN

__all__ = [
    "MOST_PROBLEMS",
    "Named",
    "Policies",
    "Resources",
    "callees",
    "machines",
    "refuse_machine",
    "validate",
    "warnings",
]

MOST_PROBLEMS = 100
_ARN_REMEDY = "Name a step that is known here, or try it out: assent policy simulate --steps."


def validate(document: Any, resources: Resources, stand_ins: Container[str] = ()) -> Policy:
    """Read a policy document; raises PolicyInvalid with the problems of both layers at once.

    Each layer stops at a hundred: what is worse than that is not read to its end.
    An imported machine must be well-formed by the reference's rules first, and runnable here;
    there, `stand_ins` answer for readers and writers of its Maps.
    """
    exact_json.refuse_excess(document)
    refuse_machine(document)
    imported = isinstance(document, dict) and document.get("dialect") == "asl"
    if imported:
        document = _imported(document, stand_ins)
    found: list[Problem] = []
    policy: Policy | None = None
    try:
        policy = read_policy(document)
    except PolicyInvalid as invalid:
        found.extend(invalid.problems)
    if isinstance(document, dict):
        found.extend(islice(_semantic_problems(document, resources), MOST_PROBLEMS))
    if policy is not None and not found and not imported:
        followed = list(places(policy, resources))
        beyond = chain(width_problems(policy, followed), mismatch_problems(followed, resources))
        found.extend(islice(beyond, MOST_PROBLEMS))
    if found or policy is None:
        # The places of a fix would be those of the lowered machine.
        raise PolicyInvalid(replace(one, fix=None) if imported else one for one in found)
    return policy


def _imported(document: Json, stand_ins: Container[str]) -> Json:
    if found := list(islice(ill_formed(document), MOST_PROBLEMS)):
        raise PolicyInvalid(found)
    return asl.runnable(document, stand_ins)


def _semantic_problems(document: Json, resources: Resources) -> Iterator[Problem]:
    for where, machine in machines(document):
        yield from reference_problems(machine, where)
        for name, state in objects(machine.get("states")):
            at = where + pointer("states", name)
            yield from _resource(state, at, resources, calls=document.get("dialect") != "asl")
            yield from parameter_problems(state, at, resources)
            yield from repeat_problems(state, at, resources)
            if document.get("dialect") != "asl":
                yield from item_file_problems(state, at)
            if state.get("query_language") != "JSONata":
                yield from expression_problems(state, at, imported=document.get("dialect") == "asl")
                yield from moment_problem(
                    state.get("timestamp"), "wait.bad_timestamp", f"{at}/timestamp"
                )
            yield from recovery_problems(state, at)
    yield from approval_problems(document)
    yield from call_problems(document, resources.policies)
    if document.get("dialect") != "asl":
        yield from cycle_problems(document)
    yield from language_problems(document)
    yield from variable_problems(document)
    yield from trigger_problems(document)
    yield from concurrency_problems(document.get("concurrency"))
    yield from policy_test_problems(document, resources)
    schema = document.get("input_schema")
    reason = exact_schema.schema_problem(schema) if isinstance(schema, dict) else None
    if reason is not None:
        yield problem("input_schema.invalid", "/input_schema", f"{reason}.")


def _resource(state: Json, where: str, resources: Resources, *, calls: bool) -> Iterator[Problem]:
    """What is not known of what a state calls; `calls` tells whether policy.run is a call here."""
    named = [(where, state)] if state.get("type") == "Task" else []
    named += [(where + at, shown) for at, shown in rules(state, "effects")]
    for at, one in named:
        name = one.get("resource")
        if calls and name == POLICY_RUN:
            continue
        if isinstance(name, str) and not resources.knows(name):
            detail = f'There is no step or macro "{name}".'
            near = resources.nearest(name)
            otherwise = _ARN_REMEDY if name.startswith("arn:") else ""
            yield misspelt("resource.unknown", f"{at}/resource", detail, near, otherwise)
