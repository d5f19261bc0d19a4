"""What is fuzzed: bytes in, and either a refusal in our own words or a run that comes to an end."""

from typing import Any

from assent_engine.effects import Failed, Ok, ScopeSpec
from assent_engine.interpreter import ROOT, Program
from assent_engine.validation import Named, validate
from assent_schemas import exact_json
from assent_schemas.errors import PolicyInvalid
from engine.pure.random_policies import RESOURCES, Journey

INPUT = {"n": 1, "list": [1, 2], "text": "a"}
RESOURCES_KNOWN = Named(RESOURCES)


def parsed(data: bytes) -> Any:
    """A document, or None where it is refused."""
    try:
        value = exact_json.parse(data)
    except PolicyInvalid:
        return None
    assert exact_json.encode(exact_json.decode(exact_json.encode(value)))
    return value


def carried_out(data: bytes) -> str:
    """refused, or the outcome of a run of what the validator has accepted."""
    document = parsed(data)
    try:
        policy = validate(document, RESOURCES_KNOWN)
    except PolicyInvalid as invalid:
        return _told(invalid)
    outcome = Journey().whole(Program.compile(policy), ScopeSpec("", ROOT, INPUT))
    assert isinstance(outcome, Ok | Failed)
    return type(outcome).__name__


def _told(invalid: PolicyInvalid) -> str:
    assert all(one.code and one.pointer is not None for one in invalid.problems)
    return "refused"
