"""Drafts: what is found of a document before anybody is asked, in threads of their own."""

from dataclasses import dataclass
from typing import Any

from assent_engine import asl, reading
from assent_engine.policy_tests import run_tests
from assent_engine.reading.reached import reached, side_effects
from assent_engine.registry import Risk, StepRegistry
from assent_engine.validation import Named, validate, warnings
from assent_schemas.errors import PolicyInvalid, Problem, Refused
from assent_schemas.policy import Policy
from assent_service.agent_door.arguments import exactly
from assent_service.agent_door.reach import Reach
from assent_service.agent_door.remedies import remedy_of
from assent_service.agent_door.tool import Told
from assent_service.desk.policy_reading import looked_at

Document = dict[str, Any]
_NO_RISK = "none"


class ProblemTold(Told):
    """One thing that is wrong: where, and the one obvious repair as RFC 6902 operations."""

    code: str
    title: str
    detail: str
    remedy: str | None = None
    pointer: str | None = None
    fix: list[dict[str, Any]] | None = None


class EffectTold(Told):
    """A step that changes the outside world, as a policy reaches it."""

    step: str
    risk: str
    through: str | None = None
    undone_by: str | None = None
    irreversible: str | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """A valid document as it was read, in plain words and at worst."""

    policy: Policy
    brief: str
    text: str
    worst_case: dict[str, Any]
    questions: Any
    risk: str
    effects: list[EffectTold]
    warnings: list[ProblemTold]


async def read_out(reach: Reach, document: Document) -> Read:
    """A document read; raises PolicyInvalid with every problem, those of its tests included."""
    registry = await reach.known_by(document)
    return await reach.in_thread(_read_out, document, registry)


async def meant(
    reach: Reach, document: Document | None, policy: str | None, version: str | None
) -> Document:
    """The document given, or that of a policy; raises Refused where neither or both are."""
    if (document is None) == (policy is None):
        detail = "Give document, or policy (and version): one of the two."
        raise Refused(Problem("call.which", "Which policy?", detail))
    if document is not None:
        return exactly(document)
    return (await looked_at(reach.read, policy or "", version))[1]


def problem_told(one: Problem) -> ProblemTold:
    """A problem as tools tell it."""
    return ProblemTold(**{**one.as_json(), "remedy": remedy_of(one) or None})


def compared(old: Document, new: Document, registry: StepRegistry) -> reading.PolicyDiff:
    """What another version changes; raises PolicyInvalid."""
    before, after = (validate(one, _resources(one, registry)) for one in (old, new))
    return reading.diff(before, after, registry)


def _read_out(document: Document, registry: StepRegistry) -> Read:
    if found := asl.approval_problems(document):
        raise PolicyInvalid(found)
    policy = validate(document, registry)
    proof = None
    if policy.tests:
        report = run_tests(document, registry)
        if not report.passed:
            raise PolicyInvalid(report.problems)
        proof = report.proof
    worst = reading.worst_case(policy, registry)
    return Read(
        policy=policy,
        brief=reading.explain(policy, registry, brief=True),
        text=reading.reading(policy, registry, tested=proof).text(),
        worst_case=worst.as_json(),
        questions=worst.questions,
        risk=_risk(policy, registry),
        effects=_effects(policy, registry),
        warnings=[problem_told(one) for one in warnings(document, registry)],
    )


def _resources(document: Document, registry: StepRegistry) -> Any:
    """An imported machine may name what is not known here: it can be read all the same."""
    return Named() if document.get("dialect") == "asl" else registry


def _risk(policy: Policy, registry: StepRegistry) -> str:
    """That of the riskiest step that it reaches."""
    order = tuple(Risk)
    effects = side_effects(policy, registry)
    found = [one.step.risk for one in effects] or [
        one.step.risk for one in reached(policy, registry) if one.step.risk is not Risk.LOW
    ]
    return str(max(found, key=order.index, default=_NO_RISK))


def _effects(policy: Policy, registry: StepRegistry) -> list[EffectTold]:
    return [
        EffectTold(
            step=one.step.name,
            risk=str(one.step.risk),
            through=one.through,
            undone_by=one.step.compensation.resource if one.step.compensation else None,
            irreversible=one.step.irreversible,
        )
        for one in side_effects(policy, registry)
    ]
