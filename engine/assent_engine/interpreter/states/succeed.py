"""Succeed: end the scope with what is left of its input."""

from dataclasses import dataclass

from assent_engine.interpreter.flow import Flow, select
from assent_engine.interpreter.states.base import Run, names_entry_time
from assent_engine.interpreter.transition import Transition
from assent_engine.interpreter.visit import Visit
from assent_schemas.states import SucceedState


@dataclass(frozen=True, slots=True)
class Succeed:
    """The end that is no failure."""

    flow: Flow
    needs_entry_time: bool

    @classmethod
    def of(cls, state: SucceedState) -> "Succeed":
        flow = Flow.of(state)
        return cls(flow, names_entry_time(flow.paths()))

    def run(self, visit: Visit) -> Run:
        if self.needs_entry_time:
            yield from visit.enter()
        seen = self.flow.effective_input(visit)
        return Transition(None, select(self.flow.output_path, seen, visit))
