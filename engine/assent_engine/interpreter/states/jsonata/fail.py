"""Fail: end the scope with an error, whose name and cause may be expressions."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from assent_engine.effects import Effect, Failed
from assent_engine.interpreter.jsonata import Field, present
from assent_engine.interpreter.states.jsonata.fields import optional_field
from assent_engine.interpreter.visit import Visit
from assent_schemas.jsonata_states import JsonataFail


@dataclass(frozen=True, slots=True)
class Fail:
    """Error name and cause; absent ones are empty."""

    error: Field | None
    cause: Field | None
    needs_entry_time: bool

    @classmethod
    def of(cls, state: JsonataFail) -> "Fail":
        error = optional_field(state, "error", "Error")
        cause = optional_field(state, "cause", "Cause")
        return cls(error, cause, any(one.is_timed for one in present(error, cause)))

    def run(self, visit: Visit) -> Generator[Effect, Any, Failed]:
        if self.needs_entry_time:
            yield from visit.enter()
        states = {"input": visit.raw}
        error, cause = (
            "" if one is None else one.text(states, visit) for one in (self.error, self.cause)
        )
        return Failed(error, cause)
