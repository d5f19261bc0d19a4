"""Scopes that run beside each other: started up to a limit, joined, stopped where one fails."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from assent_engine.deeds import Deed, Deeds
from assent_engine.effects import (
    Compensate,
    Effect,
    Failed,
    Fork,
    Ok,
    Outcome,
    ScopeSpec,
    child_path,
)
from assent_engine.interpreter import compensate
from assent_engine.simulation.execution import Execution
from assent_engine.simulation.scopes import Branching, Scope
from assent_engine.simulation.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Forks:
    """The forks of a run; a call of a policy and a compensation are forks, too."""

    timeline: Timeline
    deeds: Deeds

    def start(
        self, scope: Scope, fork: Fork, execution: Execution, undoes: Sequence[Deed] = ()
    ) -> Branching:
        """Let a scope wait for others, which begin in order, no more at once than the limit."""
        branching = Branching(scope, fork, execution, [None] * len(fork.scopes), undoes=undoes)
        scope.waits_for = branching
        for _ in range(fork.limit or len(fork.scopes)):
            self._start_next(branching)
        return branching

    def reverse(self, scope: Scope, effect: Compensate) -> None:
        """Reverse what a state's visit did, or the whole run, one after the other."""
        prefix = f"{scope.path}{effect.visit}/" if effect.visit else scope.path
        deeds = self.deeds.below(prefix)
        if not deeds:
            self.timeline.resume(scope)
            return
        specs = [ScopeSpec(str(deed.number), "", None) for deed in deeds]
        fork = Fork(effect.key, specs, limit=1, tolerate=len(deeds))
        self.start(scope, fork, scope.execution, deeds)

    def joined(self, branching: Branching, index: int, outcome: Outcome) -> None:
        """One of its scopes has ended: another begins, or whoever waits goes on."""
        del branching.running[index]
        branching.outcomes[index] = outcome
        branching.failures += isinstance(outcome, Failed)
        if branching.failures > branching.fork.tolerate:
            self._breach(branching)
        elif branching.running or branching.started < len(branching.outcomes):
            self._start_next(branching)
        else:
            self.timeline.resume(branching.scope, branching.answer)

    def give_up(self, call: Branching, failure: Failed) -> None:
        """End a called policy, if it is still under way."""
        if call.running:
            call.outcomes[0] = failure
            self._breach(call)

    def _start_next(self, branching: Branching) -> None:
        index = branching.started
        if index < len(branching.outcomes):
            path, generator = self._child(branching, index)
            branching.started += 1
            started = Scope(branching.execution, path, generator, branching, index)
            branching.running[index] = started
            self.timeline.resume(started)

    def _child(
        self, branching: Branching, index: int
    ) -> tuple[str, Generator[Effect, Any, Outcome]]:
        """The path of a scope below, and what it is to do."""
        if branching.undoes:
            deed = branching.undoes[index]
            return deed.undoing, self._undoing(deed)
        spec = branching.fork.scopes[index]
        path = child_path(branching.scope.path, branching.fork.key, spec.id)
        return path, branching.execution.scope(spec, path)

    def _undoing(self, deed: Deed) -> Generator[Effect, Any, Outcome]:
        """Reverse one side effect; what cannot be reversed would be for the owner to settle."""
        reversal, outcome = deed.reversal, None
        if reversal.called and reversal.resource is not None:
            outcome = yield from compensate(reversal.resource, reversal.given, 1)
        self.deeds.settle(deed)
        event, about = deed.became(outcome)
        self.timeline.tell(deed.undoing, event, "", of=deed.as_json(), **about)
        return Ok(None)

    def _breach(self, branching: Branching) -> None:
        stopped = [scope for running in branching.running.values() for scope in running.below()]
        branching.running.clear()
        self.timeline.forget(stopped)
        for scope in stopped:
            self.timeline.tell(scope.path, "cancelled", "")
        self.timeline.resume(branching.scope, branching.answer)
