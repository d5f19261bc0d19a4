"""Task: call one step with the arguments, or with the input where there are none."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from assent_engine.effects import Effect, Outcome, RunStep
from assent_engine.interpreter.jsonata import Field, NumberField, States, present
from assent_engine.interpreter.states.base import Run
from assent_engine.interpreter.states.jsonata.fields import number_field, optional_field
from assent_engine.interpreter.states.jsonata.frame import Frame
from assent_engine.interpreter.visit import CALLBACK, Visit
from assent_schemas.jsonata_states import JsonataTask


@dataclass(frozen=True, slots=True)
class Task:
    """A call of `resource`; an imported machine names no macros of ours."""

    frame: Frame
    resource: str
    arguments: Field | None
    timeout: NumberField
    heartbeat: NumberField

    @classmethod
    def of(cls, state: JsonataTask) -> "Task":
        arguments = optional_field(state, "arguments", "Arguments")
        timeout = number_field(state.timeout_seconds, "TimeoutSeconds")
        heartbeat = number_field(state.heartbeat_seconds, "HeartbeatSeconds")
        frame = Frame.of(state, present(arguments, timeout.field, heartbeat.field))
        return cls(frame, state.resource, arguments, timeout, heartbeat)

    def run(self, visit: Visit) -> Run:
        visit.awaits_token = self.resource.endswith(CALLBACK)

        def attempt(states: States, key: str) -> Generator[Effect, Any, Outcome]:
            return self._attempt(states, key, visit)

        return self.frame.run(visit, attempt)

    def _attempt(self, states: States, key: str, visit: Visit) -> Generator[Effect, Any, Outcome]:
        given = visit.raw if self.arguments is None else self.arguments.fill(states, visit)
        timeout = self.timeout.whole(states, visit, least=1)
        heartbeat = self.heartbeat.whole(states, visit, least=1)
        given = visit.within_payload(given)
        answer: Outcome = yield RunStep(key, self.resource, given, timeout, heartbeat)
        return answer
