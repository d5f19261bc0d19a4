"""Wait: for seconds or until a moment, each fixed or taken from the data."""

import textwrap
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from assent_engine.effects import Now, Sleep
from assent_engine.interpreter.expressions import read
from assent_engine.interpreter.faults import runtime
from assent_engine.interpreter.flow import Flow, optional_path
from assent_engine.interpreter.paths import Path
from assent_engine.interpreter.states.base import Run, names_entry_time
from assent_engine.interpreter.visit import Visit
from assent_engine.moments import moment
from assent_schemas import exact_json
from assent_schemas.states import WaitState

LONGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Wait:
    """Exactly one of the four forms is given."""

    flow: Flow
    seconds: int | None
    timestamp: str | None
    seconds_path: Path | None
    timestamp_path: Path | None
    next: str | None
    needs_entry_time: bool

    @classmethod
    def of(cls, state: WaitState) -> "Wait":
        flow = Flow.of(state)
        seconds, timestamp = optional_path(state.seconds_path), optional_path(state.timestamp_path)
        paths = [*flow.paths(), *(path for path in (seconds, timestamp) if path is not None)]
        needs_time = names_entry_time(paths)
        return cls(flow, state.seconds, state.timestamp, seconds, timestamp, state.next, needs_time)

    def run(self, visit: Visit) -> Run:
        if self.needs_entry_time:
            yield from visit.enter()
        seen = self.flow.effective_input(visit)
        sleep = self._sleep(seen, visit)
        if sleep.until is not None and not visit.dialect.snake_case:
            _refuse_too_far(sleep.until, (yield Now(f"{visit.key}/now")))
        yield sleep
        return self.flow.passes(self.next, visit, seen)

    def _sleep(self, seen: Any, visit: Visit) -> Sleep:
        until, seconds = self.timestamp, self.seconds
        if self.timestamp_path is not None:
            until = read(self.timestamp_path, seen, visit)
        if self.seconds_path is not None:
            seconds = read(self.seconds_path, seen, visit)
        if until is not None or self.timestamp_path is not None:
            return Sleep(visit.key, until=_moment_text(until))
        return Sleep(visit.key, seconds=_whole_seconds(seconds))


def _moment_text(value: Any) -> str:
    try:
        moment(value)
    except (ValueError, TypeError):
        raise runtime(f"{_shown(value)} is not an RFC 3339 time with a zone.") from None
    return str(value)


def _refuse_too_far(until: str, now: str) -> None:
    if (moment(until) - moment(now)).total_seconds() > LONGEST:
        raise runtime(f"{until} is more than {LONGEST} seconds ahead.")


def _whole_seconds(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LONGEST:
        raise runtime(f"{_shown(value)} is not a whole number of seconds from 0 to {LONGEST}.")
    return value


def _shown(value: Any) -> str:
    """A value in a cause: short, and the same after a replay, which may order keys otherwise."""
    if isinstance(value, str):
        return textwrap.shorten(repr(value), 60, placeholder="...")
    number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return str(value) if number else f"A value of type {exact_json.type_name(value)}"
