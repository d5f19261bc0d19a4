"""Effects that are answered at once: steps, files, claims and the time."""

from dataclasses import dataclass, field
from typing import Any

from assent_engine.deeds import Deeds
from assent_engine.effects import (
    UNDO,
    Checkpoint,
    Claim,
    Effect,
    Now,
    Ok,
    Outcome,
    ReadItems,
    RunStep,
    WriteResult,
)
from assent_engine.files.simulated import SimulatedFiles
from assent_engine.moments import timestamp
from assent_engine.simulation.execution import PerformStep
from assent_engine.simulation.scopes import Scope
from assent_engine.simulation.timeline import Timeline
from assent_engine.tally import Tally


@dataclass(frozen=True, slots=True)
class Answers:
    """What a scope is told without waiting; each answer is told in the trace as well."""

    timeline: Timeline
    perform: PerformStep
    files: SimulatedFiles
    deeds: Deeds
    tally: Tally = field(default_factory=Tally)

    def to(self, scope: Scope, effect: Effect) -> Any:
        """The answer to an effect; raises TypeError for one that has to be waited for."""
        match effect:
            case RunStep():
                return self._step(scope, effect)
            case Claim():
                return self._claim(scope, effect)
            case Now():
                return timestamp(self.timeline.now)
            case Checkpoint():
                return None
            case ReadItems():
                return self._read(scope, effect)
            case WriteResult():
                return self._write(scope, effect)
            case _:
                raise TypeError(f"no simulation of {type(effect).__name__}")

    def _step(self, scope: Scope, effect: RunStep) -> Outcome:
        outcome = self.perform(effect, scope.path, self.timeline.now)
        self.deeds.note(scope.path, effect, outcome)
        about = {"resource": effect.resource, "input": effect.input, **outcome.as_json()}
        event = "undo" if scope.path.startswith(UNDO) else "step"
        self.timeline.tell(scope.path, event, effect.key, **about)
        return outcome

    def _claim(self, scope: Scope, claim: Claim) -> Outcome:
        outcome = self.tally.answer(claim, scope.path, self.timeline.now)
        about = {"given": claim.given, **outcome.as_json()}
        self.timeline.tell(scope.path, "claim", claim.key, **about)
        return outcome

    def _read(self, scope: Scope, effect: ReadItems) -> Outcome:
        outcome = self.files.read(effect)
        about = {"count": len(outcome.value)} if isinstance(outcome, Ok) else outcome.as_json()
        self.timeline.tell(scope.path, "items", effect.key, reader=effect.reader, **about)
        return outcome

    def _write(self, scope: Scope, effect: WriteResult) -> Outcome:
        outcome = self.files.write(effect, scope.execution.header.run_id, scope.path)
        about = {"written": False, **outcome.as_json()}
        self.timeline.tell(scope.path, "results", effect.key, **about)
        return outcome
