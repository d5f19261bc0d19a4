"""Pass: hand the input on, or the output instead."""

from dataclasses import dataclass

from assent_engine.interpreter.jsonata import Ending
from assent_engine.interpreter.states.base import Run
from assent_engine.interpreter.states.jsonata.fields import ending
from assent_engine.interpreter.visit import Visit
from assent_schemas.jsonata_states import JsonataPass


@dataclass(frozen=True, slots=True)
class Pass:
    """Nothing but an output and assignments."""

    ending: Ending
    next: str | None
    needs_entry_time: bool

    @classmethod
    def of(cls, state: JsonataPass) -> "Pass":
        found = ending(state)
        return cls(found, state.next, any(one.is_timed for one in found.fields))

    def run(self, visit: Visit) -> Run:
        if self.needs_entry_time:
            yield from visit.enter()
        value = visit.within_payload(visit.raw)
        return self.ending.leads(self.next, visit, {"input": visit.raw}, value)
