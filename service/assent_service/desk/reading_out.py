"""A version of a policy read out in plain words, and compared with the one it would replace."""

from collections.abc import Mapping
from typing import Any

from assent_engine import library, reading
from assent_engine.policy_tests import run_tests
from assent_engine.reading.level import level
from assent_engine.registry import StepRegistry
from assent_engine.validation import Named, validate
from assent_schemas.errors import PolicyInvalid
from assent_schemas.policy import Policy
from assent_schemas.wire import policies as wire

_NOT_VALID = "It cannot be compared: what is in force is not valid here any more.\n"


def read_out(
    shown: wire.PolicyDetail, called: Mapping[str, Policy], against: dict[str, Any] | None = None
) -> wire.PolicyReading:
    """What a version does; takes as long as its tests and its worst case do.

    `called` are the policies that it calls, `against` is the document in force. Raises
    PolicyInvalid where what is known here has changed.
    """
    library.load()
    registry = StepRegistry.shared().calling(called)
    policy, proof = _read(shown.document, registry)
    told = reading.reading(policy, registry, tested=proof)
    return wire.PolicyReading(
        policy_id=shown.policy_id,
        version=shown.version,
        hash=shown.hash,
        brief=reading.explain(policy, registry, brief=True),
        text=told.text(),
        reading=told.as_json(),
        acts=reading.acts_outside(policy, registry),
        risk=level(policy, registry),
        worst=_lines(told, reading.AT_WORST),
        compared=_compared(shown, policy, proof, against, registry),
    )


def _lines(told: reading.Reading, title: str) -> list[str]:
    return [line for one in told.sections if one.title == title for line in one.lines]


def _read(document: dict[str, Any], registry: StepRegistry) -> tuple[Policy, reading.Proof | None]:
    """The policy, and what came of its tests."""
    # An imported machine may name what is not known here: it can be read all the same.
    policy = validate(document, Named() if document.get("dialect") == "asl" else registry)
    return policy, run_tests(document, registry).proof if policy.tests else None


def _compared(
    shown: wire.PolicyDetail,
    new: Policy,
    proof: reading.Proof | None,
    against: dict[str, Any] | None,
    registry: StepRegistry,
) -> wire.Compared | None:
    if against is None:
        return None
    version = shown.active_version or ""
    try:
        old, earlier = _read(against, registry)
    except PolicyInvalid:
        return wire.Compared(against=version, verdict="cannot tell", text=_NOT_VALID)
    found = reading.diff(old, new, registry, tested=(earlier, proof))
    return wire.Compared(against=version, verdict=found.verdict, text=found.text())
