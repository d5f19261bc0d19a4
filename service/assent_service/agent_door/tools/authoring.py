"""Writing a policy: a draft checked, tried out and explained before anybody is asked."""

import time
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from assent_engine.callees import gather
from assent_engine.canned import stand_ins
from assent_engine.interpreter import Taken, Witness
from assent_engine.reading import coverage
from assent_engine.simulate import Result, simulate
from assent_engine.validation import Named, validate
from assent_schemas import exact_schema
from assent_schemas.canned import SCHEMA
from assent_schemas.errors import PolicyInvalid, Problem, Refused
from assent_service.agent_door.arguments import exactly
from assent_service.agent_door.reach import Reach
from assent_service.agent_door.tool import Asked, Told, Visit
from assent_service.agent_door.tools.drafts import (
    Document,
    EffectTold,
    ProblemTold,
    meant,
    problem_told,
    read_out,
)
from assent_service.rehearsal import rehearse

LONGEST_SIMULATION = 60.0
"""Seconds by the wall clock."""
TRACE_SHOWN = 200
_SHOWN_KEYS = 20

DocumentAsked = Annotated[dict[str, Any], Field(description="The policy document itself.")]
PolicyAsked = Annotated[
    str, Field(max_length=512, description="A policy by its name or id, instead of a document.")
]
VersionAsked = Annotated[
    str, Field(max_length=64, description="Which version; else what waits, else what is in force.")
]


class Validating(Asked):
    """A draft."""

    document: DocumentAsked


class Validated(Told):
    """Every problem of a draft, or none."""

    valid: bool
    name: str | None = None
    states: int | None = None
    problems: list[ProblemTold]
    warnings: list[ProblemTold]
    next: str


class Explaining(Asked):
    """A draft, or a policy that the owner has."""

    document: DocumentAsked | None = None
    policy: PolicyAsked | None = None
    version: VersionAsked | None = None


class Explained(Told):
    """What it does, in plain words."""

    name: str
    brief: str
    reading: str
    worst_case: dict[str, Any]
    risk: str
    side_effects: list[EffectTold]


class Simulating(Explaining):
    """A draft or policy, and what its run meets."""

    input: Annotated[dict[str, Any], Field(description="What the run is given.")] | None = None
    steps: (
        Annotated[
            dict[str, Any],
            Field(
                description=(
                    "Canned answers by resource or state name, instead of calling steps: "
                    '{"market.get_quote": {"result": {...}}} or {"error": "...", "cause": "..."}.'
                )
            ),
        ]
        | None
    ) = None
    decisions: (
        Annotated[
            dict[str, Any],
            Field(description='What the owner says in Approval states: {"State": "approve"}.'),
        ]
        | None
    ) = None


class Simulated(Told):
    """How the run ended, and what happened in it."""

    status: str
    output: dict[str, Any] | None = None
    error: str | None = None
    cause: str | None = None
    trace: list[dict[str, Any]]
    trace_left_out: int
    never_taken: list[dict[str, Any]]


async def validate_policy(visit: Visit, asked: Validating) -> Validated:
    try:
        read = await read_out(visit.reach, exactly(asked.document))
    except PolicyInvalid as invalid:
        problems = [problem_told(one) for one in invalid.problems]
        said = "Apply each fix (RFC 6902) or correct the place that pointer names; validate again."
        return Validated(valid=False, problems=problems, warnings=[], next=said)
    said = "Try it with simulate_policy, then put it before the owner with propose_policy."
    name, states = read.policy.name, len(read.policy.states)
    return Validated(
        valid=True, name=name, states=states, problems=[], warnings=read.warnings, next=said
    )


async def explain_policy(visit: Visit, asked: Explaining) -> Explained:
    document = await meant(visit.reach, asked.document, asked.policy, asked.version)
    read = await read_out(visit.reach, document)
    return Explained(
        name=read.policy.name,
        brief=read.brief,
        reading=read.text,
        worst_case=read.worst_case,
        risk=read.risk,
        side_effects=read.effects,
    )


async def simulate_policy(visit: Visit, asked: Simulating) -> Simulated:
    document = await meant(visit.reach, asked.document, asked.policy, asked.version)
    called = {} if visit.reach.held else await gather(visit.reach.read, document)
    policies = {name: one.document for name, one in called.items()}
    return await visit.reach.in_thread(_simulated, visit.reach, document, asked, policies)


def _simulated(
    reach: Reach, document: Document, asked: Simulating, policies: Mapping[str, Document]
) -> Simulated:
    witness = _within(LONGEST_SIMULATION, reach)
    if asked.steps is None:
        result = rehearse(
            document,
            asked.input,
            home=reach.home,
            policies=policies,
            decisions=asked.decisions,
            witness=witness,
            registry=reach.registry,
        )
    else:
        answers = stand_ins(_answers(asked.steps))
        result = simulate(
            document,
            asked.input,
            steps=answers,
            decisions=asked.decisions,
            policies=policies,
            witness=witness,
            registry=reach.registry,
        )
    return _told(document, result)


def _told(document: Document, result: Result) -> Simulated:
    covered = coverage(validate(document, Named()), result.taken)
    output = result.output
    return Simulated(
        status=str(result.status),
        output=output if output is None or isinstance(output, dict) else {"value": output},
        error=result.error,
        cause=result.cause,
        trace=result.trace[:TRACE_SHOWN],
        trace_left_out=max(0, len(result.trace) - TRACE_SHOWN),
        never_taken=covered.as_json()["never"][:_SHOWN_KEYS],
    )


def _answers(given: dict[str, Any]) -> dict[str, Any]:
    title = "The canned answers cannot be used"
    if found := exact_schema.problems(given, SCHEMA, prefix="steps", title=title, base="/steps"):
        raise Refused(found)
    return given


def _within(seconds: float, reach: Reach) -> Witness:
    """A witness that gives up: a thread cannot be stopped from outside."""
    until = time.monotonic() + seconds

    def watch(_taken: Taken) -> None:
        if reach.ended or time.monotonic() > until:
            detail = f"It took more than {seconds:g} s."
            remedy = "Try fewer items, or let canned steps answer."
            raise Refused(Problem("simulate.too_slow", "Given up", detail, remedy))

    return watch
