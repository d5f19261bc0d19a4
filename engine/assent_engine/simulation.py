"""The in-memory runner: virtual time, no store, one history for one seed.

Scopes are resumed in the order of their virtual time; a wait costs nothing.
"""

import heapq
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from assent_engine.budget import Budget
from assent_engine.effects import (
    CANCELLED,
    Checkpoint,
    Effect,
    Failed,
    Fork,
    Now,
    Outcome,
    RunStep,
    ScopeSpec,
    Sleep,
    child_path,
)
from assent_engine.interpreter import Program, RunHeader, Witness, run_scope
from assent_engine.moments import moment, timestamp

TraceEntry = dict[str, Any]
PerformStep = Callable[[RunStep, str, datetime], Outcome]
"""Called with the effect, its scope's path and the virtual time."""


@dataclass(slots=True)
class _Scope:
    path: str
    generator: Generator[Effect, Any, Outcome]
    parent: "_Branching | None" = None
    index: int = 0
    waits_for: "_Branching | None" = None


@dataclass(slots=True)
class _Branching:
    """A Fork under way."""

    scope: _Scope
    fork: Fork
    outcomes: list[Outcome | None]
    started: int = 0
    failures: int = 0
    running: dict[int, _Scope] = field(default_factory=dict)


@dataclass(slots=True)
class Simulation:
    """One simulated run; `run` drives it to its end and fills `trace`."""

    program: Program
    header: RunHeader
    perform: PerformStep
    now: datetime
    budget: Budget
    deadline: datetime | None = None
    witness: Witness | None = None
    trace: list[TraceEntry] = field(default_factory=list)
    _ready: deque[tuple[_Scope, Any]] = field(default_factory=deque)
    _timers: list[tuple[datetime, int, _Scope]] = field(default_factory=list)
    _count: int = 0
    _result: Outcome | None = None

    def run(self, spec: ScopeSpec) -> Outcome | None:
        """The outcome of the run, or None when the deadline came first."""
        self._start(spec, "", None, 0)
        while self._result is None:
            if self._ready:
                self._advance(*self._ready.popleft())
            elif not self._pass_time():
                return None
        return self._result

    def _pass_time(self) -> bool:
        due, _, scope = heapq.heappop(self._timers)
        if self.deadline is not None and due >= self.deadline:
            self.now = self.deadline
            return False
        self.now = max(self.now, due)
        self._ready.append((scope, None))
        return True

    def _start(self, spec: ScopeSpec, path: str, parent: _Branching | None, index: int) -> _Scope:
        generator = run_scope(self.program, self.header, spec, path, witness=self.witness)
        scope = _Scope(path, generator, parent, index)
        self._ready.append((scope, None))
        return scope

    def _advance(self, scope: _Scope, answer: Any) -> None:
        """Resume a scope until it waits, forks or ends."""
        send = scope.generator.send
        try:
            while True:
                match effect := send(answer):
                    case Checkpoint():
                        if not self.budget.spend():
                            self._result = self.budget.failure
                            return None
                        self._note(scope, "entered", effect.key)
                        answer = None
                    case RunStep():
                        answer = self._step(scope, effect)
                    case Now():
                        answer = timestamp(self.now)
                    case Sleep():
                        return self._sleep(scope, effect)
                    case Fork():
                        return self._fork(scope, effect)
                    case _:
                        raise TypeError(f"no simulation of {type(effect).__name__}")
        except StopIteration as stop:
            return self._ended(scope, stop.value)

    def _step(self, scope: _Scope, effect: RunStep) -> Outcome:
        outcome = self.perform(effect, scope.path, self.now)
        about = {"resource": effect.resource, "input": effect.input, **outcome.as_json()}
        self._note(scope, "step", effect.key, **about)
        return outcome

    def _sleep(self, scope: _Scope, effect: Sleep) -> None:
        if effect.until is not None:
            due = moment(effect.until)
        else:
            due = _later(self.now, float(effect.seconds or 0))
        self._note(scope, "wait", effect.key, until=timestamp(due))
        self._count += 1
        heapq.heappush(self._timers, (due, self._count, scope))

    def _fork(self, scope: _Scope, fork: Fork) -> None:
        branching = _Branching(scope, fork, [None] * len(fork.scopes))
        scope.waits_for = branching
        for _ in range(fork.limit or len(fork.scopes)):
            self._start_next(branching)

    def _start_next(self, branching: _Branching) -> None:
        index = branching.started
        if index < len(branching.outcomes):
            spec = branching.fork.scopes[index]
            path = child_path(branching.scope.path, branching.fork.key, spec.id)
            branching.started += 1
            branching.running[index] = self._start(spec, path, branching, index)

    def _ended(self, scope: _Scope, outcome: Outcome) -> None:
        branching = scope.parent
        if branching is None:
            self._result = outcome
            return
        del branching.running[scope.index]
        branching.outcomes[scope.index] = outcome
        branching.failures += isinstance(outcome, Failed)
        if branching.failures > branching.fork.tolerate:
            self._breach(branching)
        elif branching.running or branching.started < len(branching.outcomes):
            self._start_next(branching)
        else:
            self._ready.append((branching.scope, branching.outcomes))

    def _breach(self, branching: _Branching) -> None:
        stopped = [scope for running in branching.running.values() for scope in _below(running)]
        branching.running.clear()
        gone = {id(scope) for scope in stopped}
        self._ready = deque(pair for pair in self._ready if id(pair[0]) not in gone)
        self._timers = [timer for timer in self._timers if id(timer[2]) not in gone]
        heapq.heapify(self._timers)
        for scope in stopped:
            self._note(scope, "cancelled", "")
        outcomes = [one or Failed(CANCELLED) for one in branching.outcomes]
        self._ready.append((branching.scope, outcomes))

    def _note(self, scope: _Scope, event: str, key: str, **about: Any) -> None:
        entry = {"at": timestamp(self.now), "scope": scope.path, "key": key, "event": event}
        self.trace.append(entry | about)


def _later(now: datetime, seconds: float) -> datetime:
    """The moment after so many seconds; the calendar's last one where it would end before."""
    try:
        return now + timedelta(seconds=seconds)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def _below(scope: _Scope) -> list[_Scope]:
    """A scope and every scope that it waits for."""
    children = scope.waits_for.running.values() if scope.waits_for else ()
    return [scope, *(one for child in children for one in _below(child))]
