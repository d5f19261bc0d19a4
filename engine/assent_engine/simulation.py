"""The in-memory runner: virtual time, no store, one history for one seed.

Scopes are resumed in the order of their virtual time; a wait costs nothing.
"""

import heapq
from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from assent_engine.budget import Budget
from assent_engine.decisions import Decisions
from assent_engine.deeds import Deed, Deeds
from assent_engine.effects import (
    CANCELLED,
    UNDO,
    CallPolicy,
    Checkpoint,
    Claim,
    Compensate,
    Effect,
    Failed,
    Fork,
    Now,
    Ok,
    Outcome,
    ReadItems,
    RunStep,
    ScopeSpec,
    Sleep,
    WaitDecision,
    WriteResult,
    child_path,
)
from assent_engine.files.simulated import SimulatedFiles
from assent_engine.interpreter import ROOT, Program, RunHeader, Witness, compensate, run_scope
from assent_engine.interpreter.faults import TIMEOUT
from assent_engine.moments import later, moment, timestamp
from assent_engine.registry.invocation import NOT_AVAILABLE
from assent_engine.tally import Tally
from assent_schemas.states import POLICY_RUN

TraceEntry = dict[str, Any]
PerformStep = Callable[[RunStep, str, datetime], Outcome]
"""Called with the effect, its scope's path and the virtual time."""


@dataclass(frozen=True, slots=True)
class Execution:
    """One policy under way, the run's own or one that it called; `deadline` ends it.

    `witness` hears of the states and branches that are taken. `cursor` starts its root in the
    middle, as a Checkpoint carried it. `on_failure` of the run's own policy says what becomes of
    what was done.
    """

    program: Program
    header: RunHeader
    budget: Budget
    deadline: datetime | None = None
    witness: Witness | None = None
    on_failure: str = "compensate"
    cursor: dict[str, Any] | None = None


CallExecution = Callable[[CallPolicy, datetime, Budget], Execution | Outcome]
"""What a call of a policy starts, within its caller's budget, or what comes of it at once."""


def _nothing_to_call(effect: CallPolicy, _now: datetime, _budget: Budget) -> Outcome:
    return Failed(NOT_AVAILABLE, f"there is no policy {effect.policy}")


@dataclass(slots=True)
class _Scope:
    execution: Execution
    path: str
    generator: Generator[Effect, Any, Outcome]
    parent: "_Branching | None" = None
    index: int = 0
    waits_for: "_Branching | None" = None


@dataclass(slots=True)
class _Branching:
    """A Fork under way, or the call of a policy: a fork of one scope with its one outcome.

    With `undoes` each of its scopes reverses one side effect, and it answers nothing.
    """

    scope: _Scope
    fork: Fork
    execution: Execution
    outcomes: list[Outcome | None]
    started: int = 0
    failures: int = 0
    running: dict[int, _Scope] = field(default_factory=dict)
    undoes: Sequence[Deed] = ()

    @property
    def answer(self) -> Any:
        """What the scope that forked is sent: outcomes in order, of a call the only one."""
        if self.undoes:
            return None
        outcomes = [one or Failed(CANCELLED) for one in self.outcomes]
        return outcomes if self.execution is self.scope.execution else outcomes[0]


_Timer = tuple[datetime, int, _Scope, Callable[[], None]]
"""When, its number, whose it is, and what happens then."""


@dataclass(slots=True)
class Simulation:
    """One simulated run; `run` drives it to its end and fills `trace`."""

    execution: Execution
    perform: PerformStep
    now: datetime
    call: CallExecution = _nothing_to_call
    decisions: Decisions = field(default_factory=Decisions)
    files: SimulatedFiles = SimulatedFiles()  # noqa: RUF009 - holds nothing
    deeds: Deeds = field(default_factory=Deeds)
    trace: list[TraceEntry] = field(default_factory=list)
    _ready: deque[tuple[_Scope, Any]] = field(default_factory=deque)
    _timers: list[_Timer] = field(default_factory=list)
    _tally: Tally = field(default_factory=Tally)
    _count: int = 0
    _result: Outcome | None = None

    def run(self, spec: ScopeSpec) -> Outcome | None:
        """The outcome of the run, or None when the deadline came first.

        What it did is then dealt with as its policy says, in whatever time that takes.
        """
        self._start(self.execution, "", self._carried_out(self.execution, spec, ""))
        outcome = self._to_the_end()
        if not isinstance(outcome, Ok):
            self._close(outcome)
        return outcome

    def _to_the_end(self) -> Outcome | None:
        while self._result is None:
            if self._ready:
                self._advance(*self._ready.popleft())
            elif not self._pass_time():
                return None
        return self._result

    def _pass_time(self) -> bool:
        due, _, _, happen = heapq.heappop(self._timers)
        deadline = self.execution.deadline
        if deadline is not None and due >= deadline:
            self.now = deadline
            return False
        self.now = max(self.now, due)
        happen()
        return True

    def _at(self, due: datetime, scope: _Scope, happen: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._timers, (due, self._count, scope, happen))

    def _start(
        self,
        execution: Execution,
        path: str,
        generator: Generator[Effect, Any, Outcome],
        parent: _Branching | None = None,
        index: int = 0,
    ) -> _Scope:
        scope = _Scope(execution, path, generator, parent, index)
        self._ready.append((scope, None))
        return scope

    def _carried_out(
        self, execution: Execution, spec: ScopeSpec, path: str
    ) -> Generator[Effect, Any, Outcome]:
        program, header, witness = execution.program, execution.header, execution.witness
        cursor = execution.cursor if path == "" else None
        return run_scope(program, header, spec, path, cursor, witness=witness)

    def _close(self, outcome: Outcome | None) -> None:
        """Deal with what the run did, once nothing else of it is under way."""
        if not (standing := self.deeds.below("")):
            return
        self._ready.clear()
        self._timers.clear()
        self._result, self.execution = None, replace(self.execution, deadline=None)
        closing = self._closing(outcome or Failed(TIMEOUT))
        if self.execution.on_failure == "compensate":
            self._start(self.execution, "", closing)
            self._to_the_end()
            return
        event = "left_to_owner" if self.execution.on_failure == "intervene" else "kept"
        for deed in standing:
            self._tell(deed.undoing, event, "", of=deed.as_json(), resource=deed.resource)

    def _closing(self, outcome: Outcome) -> Generator[Effect, Any, Outcome]:
        yield Compensate("/undo")
        return outcome

    def _advance(self, scope: _Scope, answer: Any) -> None:
        """Resume a scope until it waits, forks or ends."""
        try:
            while True:
                effect = scope.generator.send(answer)
                if self._suspends(scope, effect):
                    return
                answer = self._answered(scope, effect)
        except StopIteration as stop:
            self._ended(scope, stop.value)

    def _answered(self, scope: _Scope, effect: Effect) -> Any:
        match effect:
            case RunStep():
                return self._step(scope, effect)
            case Claim():
                return self._claim(scope, effect)
            case Now():
                return timestamp(self.now)
            case Checkpoint():
                return None
            case ReadItems():
                return self._read(scope, effect)
            case WriteResult():
                return self._write(scope, effect)
            case _:
                raise TypeError(f"no simulation of {type(effect).__name__}")

    def _suspends(self, scope: _Scope, effect: Effect) -> bool:
        """Whether a scope now waits for something that will resume it."""
        match effect:
            case Sleep():
                self._sleep(scope, effect)
            case Fork():
                self._fork(scope, effect, scope.execution)
            case WaitDecision():
                self._ask(scope, effect)
            case CallPolicy():
                self._call(scope, effect)
            case Compensate():
                self._compensate(scope, effect)
            case Checkpoint():
                return not self._enters(scope, effect)
            case _:
                return False
        return True

    def _enters(self, scope: _Scope, effect: Checkpoint) -> bool:
        """Count a transition; without one left the policy ends, and no state of it catches that."""
        if scope.execution.budget.spend():
            self._note(scope, "entered", effect.key)
            return True
        budget = self.execution.budget
        if budget.exhausted:
            self._result = budget.failure
        else:
            self._give_up(_calling(scope), scope.execution.budget.failure)
        return False

    def _read(self, scope: _Scope, effect: ReadItems) -> Outcome:
        outcome = self.files.read(effect)
        about = {"count": len(outcome.value)} if isinstance(outcome, Ok) else outcome.as_json()
        self._note(scope, "items", effect.key, reader=effect.reader, **about)
        return outcome

    def _write(self, scope: _Scope, effect: WriteResult) -> Outcome:
        outcome = self.files.write(effect, scope.execution.header.run_id, scope.path)
        self._note(scope, "results", effect.key, written=False, **outcome.as_json())
        return outcome

    def _step(self, scope: _Scope, effect: RunStep) -> Outcome:
        outcome = self.perform(effect, scope.path, self.now)
        self.deeds.note(scope.path, effect, outcome)
        about = {"resource": effect.resource, "input": effect.input, **outcome.as_json()}
        event = "undo" if scope.path.startswith(UNDO) else "step"
        self._note(scope, event, effect.key, **about)
        return outcome

    def _compensate(self, scope: _Scope, effect: Compensate) -> None:
        """Reverse what a state's visit did, or the whole run, one after the other."""
        prefix = f"{scope.path}{effect.visit}/" if effect.visit else scope.path
        deeds = self.deeds.below(prefix)
        if not deeds:
            self._ready.append((scope, None))
            return
        specs = [ScopeSpec(str(deed.number), "", None) for deed in deeds]
        fork = Fork(effect.key, specs, limit=1, tolerate=len(deeds))
        self._fork(scope, fork, scope.execution, deeds)

    def _undoing(self, deed: Deed) -> Generator[Effect, Any, Outcome]:
        """Reverse one side effect; what cannot be reversed would be for the owner to settle."""
        reversal, outcome = deed.reversal, None
        if reversal.called and reversal.resource is not None:
            outcome = yield from compensate(reversal.resource, reversal.given, 1)
        self.deeds.settle(deed)
        event, about = deed.became(outcome)
        self._tell(deed.undoing, event, "", of=deed.as_json(), **about)
        return Ok(None)

    def _sleep(self, scope: _Scope, effect: Sleep) -> None:
        if effect.until is not None:
            due = moment(effect.until)
        else:
            due = later(self.now, float(effect.seconds or 0))
        self._note(scope, "wait", effect.key, until=timestamp(due))
        self._at(due, scope, lambda: self._ready.append((scope, None)))

    def _ask(self, scope: _Scope, question: WaitDecision) -> None:
        until = timestamp(later(self.now, question.deadline))
        self._note(scope, "asked", question.key, until=until, **question.request)
        due, answer = self.decisions.answer(question, self.now)

        def decide() -> None:
            self._note(scope, "decided", question.key, **answer)
            self._ready.append((scope, Ok(answer)))

        self._at(due, scope, decide)

    def _claim(self, scope: _Scope, claim: Claim) -> Outcome:
        outcome = self._tally.answer(claim, scope.path, self.now)
        self._note(scope, "claim", claim.key, given=claim.given, **outcome.as_json())
        return outcome

    def _call(self, scope: _Scope, effect: CallPolicy) -> None:
        called = self.call(effect, self.now, scope.execution.budget)
        about = {"resource": POLICY_RUN, "policy": effect.policy, "input": effect.input}
        if not isinstance(called, Execution):
            self._note(scope, "called", effect.key, **about, **called.as_json())
            self._ready.append((scope, called))
            return
        self._note(scope, "called", effect.key, **about)
        spec = ScopeSpec("0", ROOT, called.header.input)
        branching = self._fork(scope, Fork(effect.key, [spec]), called)
        if called.deadline is not None:
            overdue = Failed(TIMEOUT, "The called policy's time is up.")
            self._at(called.deadline, scope, lambda: self._give_up(branching, overdue))

    def _give_up(self, branching: _Branching, failure: Failed) -> None:
        """End a called policy, if it is still under way."""
        if branching.running:
            branching.outcomes[0] = failure
            self._breach(branching)

    def _fork(
        self, scope: _Scope, fork: Fork, execution: Execution, undoes: Sequence[Deed] = ()
    ) -> _Branching:
        branching = _Branching(scope, fork, execution, [None] * len(fork.scopes), undoes=undoes)
        scope.waits_for = branching
        for _ in range(fork.limit or len(fork.scopes)):
            self._start_next(branching)
        return branching

    def _start_next(self, branching: _Branching) -> None:
        index = branching.started
        if index < len(branching.outcomes):
            path, generator = self._child(branching, index)
            branching.started += 1
            started = self._start(branching.execution, path, generator, branching, index)
            branching.running[index] = started

    def _child(
        self, branching: _Branching, index: int
    ) -> tuple[str, Generator[Effect, Any, Outcome]]:
        """The path of a scope below, and what it is to do."""
        if branching.undoes:
            deed = branching.undoes[index]
            return deed.undoing, self._undoing(deed)
        spec = branching.fork.scopes[index]
        path = child_path(branching.scope.path, branching.fork.key, spec.id)
        return path, self._carried_out(branching.execution, spec, path)

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
            self._ready.append((branching.scope, branching.answer))

    def _breach(self, branching: _Branching) -> None:
        stopped = [scope for running in branching.running.values() for scope in _below(running)]
        branching.running.clear()
        gone = {id(scope) for scope in stopped}
        self._ready = deque(pair for pair in self._ready if id(pair[0]) not in gone)
        self._timers = [timer for timer in self._timers if id(timer[2]) not in gone]
        heapq.heapify(self._timers)
        for scope in stopped:
            self._note(scope, "cancelled", "")
        self._ready.append((branching.scope, branching.answer))

    def _note(self, scope: _Scope, event: str, key: str, **about: Any) -> None:
        self._tell(scope.path, event, key, **about)

    def _tell(self, path: str, event: str, key: str, **about: Any) -> None:
        entry = {"at": timestamp(self.now), "scope": path, "key": key, "event": event}
        self.trace.append(entry | about)


def _calling(scope: _Scope) -> _Branching:
    """The call that a scope of a called policy belongs to."""
    branching = scope.parent
    while branching is not None and branching.execution is branching.scope.execution:
        branching = branching.scope.parent
    assert branching is not None  # noqa: S101 - only a called policy has a budget of its own
    return branching


def _below(scope: _Scope) -> list[_Scope]:
    """A scope and every scope that it waits for."""
    children = scope.waits_for.running.values() if scope.waits_for else ()
    return [scope, *(one for child in children for one in _below(child))]
