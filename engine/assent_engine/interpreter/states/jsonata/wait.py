"""Wait: for seconds or until a moment, each fixed or by an expression."""

from dataclasses import dataclass

from assent_engine.effects import Sleep
from assent_engine.interpreter.jsonata import Ending, Field, NumberField, States, present
from assent_engine.interpreter.states.base import Run
from assent_engine.interpreter.states.jsonata.fields import ending, number_field, optional_field
from assent_engine.interpreter.visit import Visit
from assent_engine.moments import moment
from assent_schemas.jsonata_states import JsonataWait

LONGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Wait:
    """Exactly one of the two forms is given."""

    seconds: NumberField
    timestamp: Field | None
    ending: Ending
    next: str | None
    needs_entry_time: bool

    @classmethod
    def of(cls, state: JsonataWait) -> "Wait":
        seconds = number_field(state.seconds, "Seconds", LONGEST)
        timestamp, own = optional_field(state, "timestamp", "Timestamp"), ending(state)
        fields = [*present(seconds.field, timestamp), *own.fields]
        return cls(seconds, timestamp, own, state.next, any(one.is_timed for one in fields))

    def run(self, visit: Visit) -> Run:
        if self.needs_entry_time:
            yield from visit.enter()
        states = {"input": visit.raw}
        yield self._sleep(states, visit)
        return self.ending.leads(self.next, visit, states, visit.raw)

    def _sleep(self, states: States, visit: Visit) -> Sleep:
        if self.timestamp is None:
            return Sleep(visit.key, seconds=self.seconds.whole(states, visit))
        until = self.timestamp.text(states, visit)
        try:
            moment(until)
        except ValueError:
            what = "a time such as 2026-01-31T09:00:00Z"
            raise self.timestamp.refused(until, what) from None
        return Sleep(visit.key, until=until)
