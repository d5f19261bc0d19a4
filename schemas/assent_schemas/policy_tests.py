"""Tests that come with a policy: what is given, what steps answer, what must come of it."""

from typing import Annotated, Any, Literal

from pydantic import Field

from assent_schemas.canned import CannedSteps
from assent_schemas.fields import Document, StateName

MOST_TESTS = 32
_Resource = Annotated[str, Field(min_length=1, max_length=256)]


class ExpectedCall(Document):
    """One call of a step; without an input any will do."""

    resource: _Resource
    input: Any = None


class Expectation(Document):
    """How the run must end and what it must do; what is left out may be anything."""

    status: Literal["COMPLETED", "FAILED", "TIMED_OUT"]
    output: Any = None
    error: str | None = None
    cause: str | None = None
    steps: Annotated[list[ExpectedCall], Field(max_length=1000)] | None = None
    """Calls in this order. Others may lie between them, but no side effect: [] lets none happen."""
    states: Annotated[list[StateName], Field(max_length=1000)] | None = None
    """States entered in this order, in whichever scope; others may lie between them."""


class PolicyTest(Document):
    """One run in virtual time on canned answers, and what must come of it."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    input: Any = None
    now: Annotated[str, Field(max_length=64)] | None = None
    """When the run starts, as an RFC 3339 time; without it noon (UTC) on 1 January 2026."""
    seed: Annotated[str, Field(max_length=256)] = "0"
    steps: CannedSteps = {}
    """Every step that is called needs an answer, by its resource or its state's name."""
    decisions: Annotated[dict[StateName, Any], Field(max_length=1000)] = {}
    """Answers to Approval states, by name."""
    expect: Expectation
