"""Retry and catch: which error is tried again after which wait, and where it leads."""

import decimal
from collections.abc import Callable, Generator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from assent_engine.effects import Effect, Failed, Ok, Outcome, Sleep
from assent_engine.interpreter.faults import ALL, RUNTIME, TASK_FAILED, TIMEOUT
from assent_engine.interpreter.flow import optional_path
from assent_engine.interpreter.paths import Path
from assent_engine.interpreter.transition import Transition
from assent_engine.interpreter.visit import Visit
from assent_schemas.recovery import Catcher, Retrier
from assent_schemas.states import WorkState

LONGEST_DELAY = Decimal(99_999_999)
Attempt = Callable[[int], Generator[Effect, Any, Outcome]]


@dataclass(frozen=True, slots=True)
class Recovery:
    """The retriers and catchers of one state; a retrier's counter lives for one visit."""

    retriers: tuple[Retrier, ...]
    catchers: tuple[tuple[Catcher, Path | None], ...]

    @classmethod
    def of(cls, state: WorkState) -> "Recovery":
        """Compile the rules; raises PathSyntaxError."""
        catchers = tuple((rule, optional_path(rule.result_path)) for rule in state.catch)
        return cls(tuple(state.retry), catchers)

    def attempts(self, visit: Visit, attempt: Attempt) -> Generator[Effect, Any, Outcome]:
        """Try until it is ok or no retrier is left for the error."""
        used = [0] * len(self.retriers)
        number = 1
        while True:
            visit.retries = number - 1
            outcome = yield from attempt(number)
            if isinstance(outcome, Ok):
                return outcome
            found = self._retrier(outcome.error)
            if found is None or used[found] >= self.retriers[found].max_attempts:
                return outcome
            used[found] += 1
            key = f"{visit.key}/{number}/backoff"
            yield Sleep(key, seconds=delay(self.retriers[found], used[found], visit, key))
            number += 1

    def caught(self, visit: Visit, failure: Failed) -> Transition | None:
        """Where a catcher leads, {error, cause} placed into the raw input; None if uncaught."""
        for rule, path in self.catchers:
            if matches(rule.error_equals, failure.error):
                error = failure.as_json()
                return Transition(rule.next, path.put(visit.raw, error) if path else visit.raw)
        return None

    def _retrier(self, error: str) -> int | None:
        rules = enumerate(self.retriers)
        return next((at for at, rule in rules if matches(rule.error_equals, error)), None)


def matches(names: list[str], error: str) -> bool:
    """Whether a list of error names covers an error; States.Runtime is covered by none."""
    if error == RUNTIME:
        return False
    return error in names or ALL in names or (TASK_FAILED in names and error != TIMEOUT)


def delay(rule: Retrier, retry: int, visit: Visit, key: str) -> Decimal:
    """Seconds before the given retry (1 is the first): back-off, cap, then jitter."""
    cap = Decimal(rule.max_delay_seconds or LONGEST_DELAY)
    try:
        wait = min(rule.interval_seconds * Decimal(rule.backoff_rate) ** (retry - 1), cap)
    except decimal.Overflow:
        wait = cap
    if rule.jitter_strategy == "FULL":
        wait *= visit.fraction(key)
    return wait
