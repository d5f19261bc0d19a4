"""Task, Map and Parallel alike: attempts under retry, then the output or a catcher's."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from assent_engine.effects import Effect, Failed, Ok, Outcome
from assent_engine.interpreter.faults import StateFault
from assent_engine.interpreter.jsonata import Ending, Field, States
from assent_engine.interpreter.paths import Path
from assent_engine.interpreter.recovery import Recovery
from assent_engine.interpreter.states.base import Run
from assent_engine.interpreter.states.jsonata.fields import ending
from assent_engine.interpreter.transition import Transition
from assent_engine.interpreter.visit import Visit
from assent_schemas.jsonata_states import JsonataCatcher, JsonataWork

Attempt = Callable[[States, str], Generator[Effect, Any, Outcome]]


@dataclass(frozen=True, slots=True)
class Catcher:
    """One catcher; the state's own output and assignments do not count."""

    errors: list[str]
    next: str
    ending: Ending

    @classmethod
    def of(cls, at: int, rule: JsonataCatcher) -> "Catcher":
        return cls(rule.error_equals, rule.next, ending(rule, f"Catch[{at}]/"))

    @property
    def paths(self) -> tuple[Path, ...]:
        return ()

    def leads(self, visit: Visit, failure: Failed) -> Transition:
        """The next state, with the error output unless the catcher has its own."""
        error = visit.dialect.error_output(failure)
        states = {"input": visit.raw, "errorOutput": error}
        return self.ending.leads(self.next, visit, states, error)


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame around an attempt."""

    ending: Ending
    recovery: Recovery
    next: str | None
    needs_entry_time: bool

    @classmethod
    def of(cls, state: JsonataWork, fields: list[Field]) -> "Frame":
        """`fields` are those of the state's own type."""
        own = ending(state)
        catchers = tuple(Catcher.of(at, rule) for at, rule in enumerate(state.catch))
        every = [*fields, *own.fields, *(one for rule in catchers for one in rule.ending.fields)]
        recovery = Recovery(tuple(state.retry), catchers)
        return cls(own, recovery, state.next, any(one.is_timed for one in every))

    def run(self, visit: Visit, attempt: Attempt) -> Run:
        """`attempt` is called with what `$states` holds and the attempt's key."""
        if self.needs_entry_time:
            yield from visit.enter()
        states = {"input": visit.raw}

        def once(number: int) -> Generator[Effect, Any, Outcome]:
            # Every attempt draws the same numbers: it is the same call, tried again.
            visit.draws = 0
            try:
                return (yield from attempt(states, f"{visit.key}/{number}"))
            except StateFault as fault:
                return fault.outcome

        outcome = yield from self.recovery.attempts(visit, once)
        if isinstance(outcome, Ok):
            try:
                return self._done(visit, states, outcome.value)
            except StateFault as fault:
                outcome = fault.outcome
        return self.recovery.caught(visit, outcome) or outcome

    def _done(self, visit: Visit, states: States, value: Any) -> Transition:
        result = visit.within_payload(value)
        return self.ending.leads(self.next, visit, {**states, "result": result}, result)
