"""Retry and catch: which error is tried again after which wait, and where it leads."""

import decimal
from collections.abc import Callable, Generator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from assent_engine.effects import Effect, Failed, Ok, Outcome, Sleep
from assent_engine.interpreter.faults import (
    ALL,
    HEARTBEAT_TIMEOUT,
    RUNTIME,
    SKIPPED,
    TASK_FAILED,
    TIMEOUT,
)
from assent_engine.interpreter.flow import optional_path, optional_template
from assent_engine.interpreter.paths import Path
from assent_engine.interpreter.templates import Template
from assent_engine.interpreter.transition import Transition
from assent_engine.interpreter.visit import Visit
from assent_schemas import exact_json
from assent_schemas.recovery import Catcher, Retrier
from assent_schemas.states import WorkState

LONGEST_DELAY = Decimal(99_999_999)
Attempt = Callable[[int], Generator[Effect, Any, Outcome]]


@dataclass(frozen=True, slots=True)
class Recovery:
    """The retriers and catchers of one state; a retrier's counter lives for one visit."""

    retriers: tuple[Retrier, ...]
    catchers: tuple["Catches", ...]

    @classmethod
    def of(cls, state: WorkState) -> "Recovery":
        """Compile the rules; raises PathSyntaxError."""
        return cls(tuple(state.retry), tuple(CompiledCatcher.of(rule) for rule in state.catch))

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every path that the catchers' variables read."""
        return tuple(path for catcher in self.catchers for path in catcher.paths)

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
            visit.took(f"/retry/{found}")
            key = f"{visit.key}/{number}/backoff"
            yield Sleep(key, seconds=delay(self.retriers[found], used[found], visit, key))
            number += 1

    def caught(self, visit: Visit, failure: Failed) -> Transition | None:
        """Where the first catcher for this error leads; None if there is none."""
        for at, catcher in enumerate(self.catchers):
            if matches(catcher.errors, failure.error):
                visit.took(f"/catch/{at}")
                return catcher.leads(visit, failure)
        return None

    def _retrier(self, error: str) -> int | None:
        if error == SKIPPED:
            # The owner has said that it was not done and shall not be.
            return None
        rules = enumerate(self.retriers)
        return next((at for at, rule in rules if matches(rule.error_equals, error)), None)


class Catches(Protocol):
    """A catcher, in either query language."""

    @property
    def errors(self) -> list[str]: ...
    @property
    def paths(self) -> tuple[Path, ...]:
        """The paths that its variables read."""
        ...

    def leads(self, visit: Visit, failure: Failed, /) -> Transition: ...


@dataclass(frozen=True, slots=True)
class CompiledCatcher:
    """One catcher; its own result_path and assign count, not the state's."""

    errors: list[str]
    next: str
    result_path: Path | None
    assign: Template | None
    compensate: bool

    @classmethod
    def of(cls, rule: Catcher) -> "CompiledCatcher":
        """Compile a catcher; raises PathSyntaxError, IntrinsicSyntaxError."""
        path, assign = optional_path(rule.result_path), optional_template(rule.assign)
        return cls(rule.error_equals, rule.next, path, assign, rule.compensate)

    @property
    def paths(self) -> tuple[Path, ...]:
        return () if self.assign is None else self.assign.paths

    def leads(self, visit: Visit, failure: Failed) -> Transition:
        """The next state, with {error, cause} placed into the raw input."""
        error = visit.dialect.error_output(failure)
        value = visit.raw if self.result_path is None else self.result_path.put(visit.raw, error)
        assigned = None if self.assign is None else self.assign.fill(error, visit)
        weight = self._weight(visit, error)
        return Transition(self.next, value, assigned, weight, compensates=self.compensate)

    def _weight(self, visit: Visit, error: dict[str, Any]) -> int:
        """An upper bound of the data's size, as a result's is."""
        if self.result_path is None or visit.dialect.context is None:
            return visit.weight
        size = len(exact_json.encode(error))
        return visit.weight + size if self.result_path.parts else size


def matches(names: list[str], error: str) -> bool:
    """Whether a list of error names covers an error; States.Runtime is covered by none."""
    if error == RUNTIME:
        return False
    if error in names or ALL in names:
        return True
    if error == HEARTBEAT_TIMEOUT:
        return TIMEOUT in names
    return TASK_FAILED in names and error != TIMEOUT


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
