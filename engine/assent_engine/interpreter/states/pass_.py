"""Pass: hand the input on, or a fixed or reshaped value instead."""

from dataclasses import dataclass
from typing import Any

from assent_engine.interpreter.flow import Flow
from assent_engine.interpreter.paths import MISSING
from assent_engine.interpreter.states.base import Run, names_entry_time
from assent_engine.interpreter.visit import Visit
from assent_schemas.states import PassState


@dataclass(frozen=True, slots=True)
class Pass:
    """`result` is MISSING where the document has none; null is a result."""

    flow: Flow
    result: Any
    next: str | None
    needs_entry_time: bool

    @classmethod
    def of(cls, state: PassState) -> "Pass":
        flow = Flow.of(state)
        result = state.result if "result" in state.model_fields_set else MISSING
        return cls(flow, result, state.next, names_entry_time(flow.paths()))

    def run(self, visit: Visit) -> Run:
        if self.needs_entry_time:
            yield from visit.enter()
        effective = self.flow.effective_input(visit)
        result = effective if self.result is MISSING else self.result
        return self.flow.leads(self.next, visit, result)
