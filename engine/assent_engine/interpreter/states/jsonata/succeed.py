"""Succeed: end the scope with the output."""

from dataclasses import dataclass

from assent_engine.interpreter.jsonata import Ending
from assent_engine.interpreter.states.base import Run
from assent_engine.interpreter.states.jsonata.fields import ending
from assent_engine.interpreter.visit import Visit
from assent_schemas.jsonata_states import JsonataSucceed


@dataclass(frozen=True, slots=True)
class Succeed:
    """The end that is no failure."""

    ending: Ending
    needs_entry_time: bool

    @classmethod
    def of(cls, state: JsonataSucceed) -> "Succeed":
        found = ending(state)
        return cls(found, any(one.is_timed for one in found.fields))

    def run(self, visit: Visit) -> Run:
        if self.needs_entry_time:
            yield from visit.enter()
        return self.ending.leads(None, visit, {"input": visit.raw}, visit.raw)
