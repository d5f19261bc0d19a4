"""Permission: whether a run may act now, asked before each step and wait."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from assent_engine.admission import Admission, Admitted
from assent_engine.budget import Budget
from assent_engine.clock import Clock
from assent_engine.runner.halts import Halt, NeedsOwner, OutOfTime, OutOfTransitions, Paused
from assent_schemas.errors import Refused

_FOR_NOW = ("policy.disabled", "policy.paused")
Permit = Callable[[], Awaitable[None]]
"""Returns where the run may act; raises the Halt that stops it."""


def permission(admission: Admission, admitted: Admitted) -> Permit:
    """A check that costs nothing until the approval epoch changes; then it looks again."""
    seen = admitted.epoch

    async def permit() -> None:
        nonlocal seen
        # A permission that ends while it is looked up has to be looked up again.
        while (epoch := admission.epoch) != seen:
            try:
                again = await admission.admit(admitted.policy_id, admitted.version)
            except Refused as refusal:
                raise halt_of(refusal) from refusal
            if again.hash != admitted.hash:
                raise NeedsOwner("policy.tampered", "the approved document was replaced.")
            seen = epoch

    return permit


def within(permit: Permit, clock: Clock, deadline: datetime | None, budget: Budget) -> Permit:
    """The same, as long as the run has time and transitions left."""

    async def permit_within() -> None:
        if deadline is not None and clock.now() >= deadline:
            raise OutOfTime
        if budget.exhausted:
            raise OutOfTransitions(budget.failure)
        await permit()

    return permit_within


def both(first: Permit, then: Permit) -> Permit:
    """A permit that takes two: a caller's, and that of the run that it called."""

    async def permit() -> None:
        await first()
        await then()
        # It may have ended while the other was looked up; else this costs nothing.
        await first()

    return permit


def halt_of(refusal: Refused) -> Halt:
    """How a run stops whose policy may not act: for as long as it is disabled, or for the owner."""
    problem = refusal.problem
    kind = Paused if problem.code in _FOR_NOW else NeedsOwner
    return kind(problem.code, problem.detail)
