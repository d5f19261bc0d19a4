"""The policy document: metadata, triggers, states."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from assent_schemas.concurrency import Concurrency
from assent_schemas.fields import Seconds
from assent_schemas.policy_tests import MOST_TESTS, PolicyTest
from assent_schemas.states import Machine
from assent_schemas.triggers import AnyTrigger

SCHEMA_VERSION = "urn:assent:policy:1"
SEMVER = r"^(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})$"


DEFAULT_TRANSITIONS = 10_000
MOST_TRANSITIONS = 1_000_000


class Policy(Machine):
    """What an agent or a person writes and the owner assents to.

    In a draft `policy_id`, `version` and `schema_version` may be missing; they are assigned
    when the document is proposed.
    """

    policy_id: UUID | None = None
    version: Annotated[str, Field(pattern=SEMVER)] | None = None
    """MAJOR.MINOR.PATCH; each proposal of a policy has its own."""
    schema_version: Annotated[str, Field(pattern=f"^{SCHEMA_VERSION}$")] | None = None
    dialect: Literal["assent", "asl"] = "assent"
    """asl marks an imported machine, which keeps the reference's own rules and names."""
    name: Annotated[str, Field(min_length=1, max_length=200)]
    description: Annotated[str, Field(max_length=4096)] | None = None
    triggers: Annotated[list[AnyTrigger], Field(max_length=64)] = []
    context_defaults: dict[str, Any] = {}
    """The run's data before its input is laid over it; the input's keys win."""
    input_schema: dict[str, Any] | None = None
    """A JSON Schema (Draft 2020-12) that a run's input must meet."""
    timeout_seconds: Seconds | None = None
    """End a run that takes longer as TIMED_OUT."""
    progress_deadline_seconds: Seconds | None = None
    """Tell the owner once of a run that enters no state and ends no step for so long, its own
    waits aside. It is not stopped."""
    concurrency: Concurrency | None = None
    """How many runs may be under way at once; without it, any number."""
    alert_after: Annotated[int, Field(ge=1, le=1000)] = 1
    """Tell the owner of runs that fail from so many in a row on, and of the first that works again.

    A failed run that did something to the outside is always told of.
    """
    tests: Annotated[list[PolicyTest], Field(max_length=MOST_TESTS)] = []
    """Runs on canned answers that must come out as expected before anyone is asked to approve."""
    max_transitions: Annotated[int, Field(ge=1, le=MOST_TRANSITIONS)] = DEFAULT_TRANSITIONS
    """End a run that enters more states, in all its scopes together, as FAILED.

    A policy whose states form a cycle has to say it.
    """
    on_failure: Literal["compensate", "intervene", "keep"] = "compensate"
    """What becomes of completed side effects when a run does not end well: reverse them, ask the
    owner, or let them stand."""
    on_compensation_failure: Literal["continue", "wait"] = "continue"
    """When one cannot be reversed, go on with those before it, or wait for the owner first."""
