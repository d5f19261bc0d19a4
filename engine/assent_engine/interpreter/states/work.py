"""Task, Map and Parallel alike: attempts under retry, then the result's way or a catcher's."""

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from assent_engine.effects import (
    CANCELLED,
    Compensate,
    Effect,
    Failed,
    Fork,
    Ok,
    Outcome,
    ScopeSpec,
)
from assent_engine.interpreter.faults import EXCEEDED_TOLERANCE, StateFault
from assent_engine.interpreter.flow import Flow
from assent_engine.interpreter.paths import Path
from assent_engine.interpreter.recovery import Recovery
from assent_engine.interpreter.states.base import Run, names_entry_time
from assent_engine.interpreter.visit import Visit
from assent_schemas.states import WorkState

Attempt = Callable[[Any, str], Generator[Effect, Any, Outcome]]
Gather = Callable[[list[Outcome]], Generator[Effect, Any, Outcome]]
"""Makes a Map's result from the outcomes of its iterations."""


@dataclass(frozen=True, slots=True)
class Work:
    """The frame around an attempt."""

    flow: Flow
    recovery: Recovery
    next: str | None
    needs_entry_time: bool

    @classmethod
    def of(cls, state: WorkState, more_paths: Iterable[Path] = ()) -> "Work":
        """Compile the shared fields; raises PathSyntaxError."""
        flow = Flow.of(state)
        recovery = Recovery.of(state)
        needs_time = names_entry_time([*flow.paths(), *recovery.paths, *more_paths])
        return cls(flow, recovery, state.next, needs_time)

    def run(self, visit: Visit, attempt: Attempt) -> Run:
        """`attempt` is called with the effective input and the attempt's key."""
        if self.needs_entry_time:
            yield from visit.enter()

        def once(number: int) -> Generator[Effect, Any, Outcome]:
            # Every attempt draws the same numbers: it is the same call, tried again.
            visit.draws = 0
            effective = self.flow.effective_input(visit)
            return (yield from attempt(effective, f"{visit.key}/{number}"))

        try:
            outcome = yield from self.recovery.attempts(visit, once)
            if isinstance(outcome, Ok):
                return self.flow.leads(self.next, visit, outcome.value)
        except StateFault as fault:
            outcome = fault.outcome
        caught = self.recovery.caught(visit, outcome)
        if caught is not None and caught.compensates:
            yield Compensate(f"{visit.key}/undo")
        return caught or outcome


def outputs(outcomes: list[Outcome]) -> Generator[Effect, Any, Outcome]:
    """The outputs of what went well, in order."""
    yield from ()
    return Ok([one.value for one in outcomes if isinstance(one, Ok)])


def forked(
    key: str,
    scopes: Sequence[ScopeSpec],
    limit: int = 0,
    tolerated: int | None = None,
    gather: Gather = outputs,
) -> Generator[Effect, Any, Outcome]:
    """Run child scopes; what `gather` makes of their outcomes, or the failure that stopped them.

    With `tolerated` set, failed scopes leave no output, and more of them than that are the
    error States.ExceedToleratedFailureThreshold.
    """
    outcomes: list[Outcome] = []
    if scopes:
        outcomes = yield Fork(key, scopes, limit, tolerated or 0)
    failures = [one for one in outcomes if isinstance(one, Failed)]
    if len(failures) <= (tolerated or 0):
        return (yield from gather(outcomes))
    if tolerated is not None:
        return Failed(EXCEEDED_TOLERANCE, "The specified tolerated failure threshold was exceeded")
    return next((one for one in failures if one.error != CANCELLED), failures[0])
