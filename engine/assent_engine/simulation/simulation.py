"""The in-memory runner: drives the interpreter to its end in virtual time, with no store."""

from collections.abc import Generator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from assent_engine.decisions import Decisions
from assent_engine.deeds import Deeds
from assent_engine.effects import (
    CallPolicy,
    Checkpoint,
    Compensate,
    Effect,
    Failed,
    Fork,
    Ok,
    Outcome,
    ScopeSpec,
    Sleep,
    WaitDecision,
)
from assent_engine.files.simulated import SimulatedFiles
from assent_engine.interpreter import ROOT
from assent_engine.interpreter.faults import TIMEOUT
from assent_engine.moments import later, moment, timestamp
from assent_engine.simulation.answers import Answers
from assent_engine.simulation.execution import (
    CallExecution,
    Execution,
    PerformStep,
    nothing_to_call,
)
from assent_engine.simulation.forks import Forks
from assent_engine.simulation.scopes import Scope
from assent_engine.simulation.timeline import Timeline, TraceEntry
from assent_schemas.states import POLICY_RUN


@dataclass(slots=True)
class Simulation:
    """One simulated run; `run` drives it to its end and fills `trace`."""

    execution: Execution
    perform: PerformStep
    now: datetime
    call: CallExecution = nothing_to_call
    decisions: Decisions = field(default_factory=Decisions)
    files: SimulatedFiles = SimulatedFiles()  # noqa: RUF009 - holds nothing
    deeds: Deeds = field(default_factory=Deeds)
    _timeline: Timeline = field(init=False)
    _forks: Forks = field(init=False)
    _answers: Answers = field(init=False)
    _result: Outcome | None = None

    def __post_init__(self) -> None:
        self._timeline = Timeline(self.now)
        self._forks = Forks(self._timeline, self.deeds)
        self._answers = Answers(self._timeline, self.perform, self.files, self.deeds)

    @property
    def trace(self) -> list[TraceEntry]:
        """What has happened, in order of virtual time."""
        return self._timeline.trace

    def run(self, spec: ScopeSpec) -> Outcome | None:
        """The outcome of the run, or None when the deadline came first.

        What it did is then dealt with as its policy says, in whatever time that takes.
        """
        self._begin(self.execution.scope(spec, ""))
        outcome = self._to_the_end()
        if not isinstance(outcome, Ok):
            self._close(outcome)
        return outcome

    def _begin(self, generator: Generator[Effect, Any, Outcome]) -> None:
        self._timeline.resume(Scope(self.execution, "", generator))

    def _to_the_end(self) -> Outcome | None:
        while self._result is None:
            turn = self._timeline.turn(self.execution.deadline)
            if turn is None:
                return None
            self._advance(*turn)
        return self._result

    def _close(self, outcome: Outcome | None) -> None:
        """Deal with what the run did, once nothing else of it is under way."""
        if not (standing := self.deeds.below("")):
            return
        self._timeline.clear()
        self._result, self.execution = None, replace(self.execution, deadline=None)
        if self.execution.on_failure == "compensate":
            self._begin(_closing(outcome or Failed(TIMEOUT)))
            self._to_the_end()
            return
        event = "left_to_owner" if self.execution.on_failure == "intervene" else "kept"
        for deed in standing:
            about = {"of": deed.as_json(), "resource": deed.resource}
            self._timeline.tell(deed.undoing, event, "", **about)

    def _advance(self, scope: Scope, answer: Any) -> None:
        """Resume a scope until it waits, forks or ends."""
        try:
            while True:
                effect = scope.generator.send(answer)
                if self._suspends(scope, effect):
                    return
                answer = self._answers.to(scope, effect)
        except StopIteration as stop:
            self._ended(scope, stop.value)

    def _suspends(self, scope: Scope, effect: Effect) -> bool:
        """Whether a scope now waits for something that will resume it."""
        match effect:
            case Sleep():
                self._sleep(scope, effect)
            case Fork():
                self._forks.start(scope, effect, scope.execution)
            case WaitDecision():
                self._ask(scope, effect)
            case CallPolicy():
                self._call(scope, effect)
            case Compensate():
                self._forks.reverse(scope, effect)
            case Checkpoint():
                return not self._enters(scope, effect)
            case _:
                return False
        return True

    def _enters(self, scope: Scope, effect: Checkpoint) -> bool:
        """Count a transition; without one left the policy ends, and no state of it catches that."""
        if scope.execution.budget.spend():
            self._timeline.tell(scope.path, "entered", effect.key)
            return True
        budget = self.execution.budget
        if budget.exhausted:
            self._result = budget.failure
        else:
            self._forks.give_up(scope.call, scope.execution.budget.failure)
        return False

    def _sleep(self, scope: Scope, effect: Sleep) -> None:
        if effect.until is not None:
            due = moment(effect.until)
        else:
            due = later(self._timeline.now, float(effect.seconds or 0))
        self._timeline.tell(scope.path, "wait", effect.key, until=timestamp(due))
        self._timeline.at(due, scope, lambda: self._timeline.resume(scope))

    def _ask(self, scope: Scope, question: WaitDecision) -> None:
        now = self._timeline.now
        about = {"until": timestamp(later(now, question.deadline)), **question.request}
        self._timeline.tell(scope.path, "asked", question.key, **about)
        due, answer = self.decisions.answer(question, now)

        def decide() -> None:
            self._timeline.tell(scope.path, "decided", question.key, **answer)
            self._timeline.resume(scope, Ok(answer))

        self._timeline.at(due, scope, decide)

    def _call(self, scope: Scope, effect: CallPolicy) -> None:
        called = self.call(effect, self._timeline.now, scope.execution.budget)
        about = {"resource": POLICY_RUN, "policy": effect.policy, "input": effect.input}
        at_once = {} if isinstance(called, Execution) else called.as_json()
        self._timeline.tell(scope.path, "called", effect.key, **about, **at_once)
        if isinstance(called, Execution):
            self._carry_out(scope, effect, called)
        else:
            self._timeline.resume(scope, called)

    def _carry_out(self, scope: Scope, effect: CallPolicy, called: Execution) -> None:
        """Let a scope wait for a called policy, no longer than that one may take."""
        spec = ScopeSpec("0", ROOT, called.header.input)
        call = self._forks.start(scope, Fork(effect.key, [spec]), called)
        if called.deadline is not None:
            overdue = Failed(TIMEOUT, "The called policy's time is up.")
            self._timeline.at(called.deadline, scope, lambda: self._forks.give_up(call, overdue))

    def _ended(self, scope: Scope, outcome: Outcome) -> None:
        if scope.parent is None:
            self._result = outcome
        else:
            self._forks.joined(scope.parent, scope.index, outcome)


def _closing(outcome: Outcome) -> Generator[Effect, Any, Outcome]:
    yield Compensate("/undo")
    return outcome
