"""What stands behind the desk: an engine at work, or one that is held, with the reason."""

from dataclasses import dataclass, field
from typing import Protocol

from assent_engine.clock import Clock, SystemClock
from assent_engine.engine import Engine
from assent_engine.store import Reader
from assent_schemas.errors import Problem, Refused
from assent_schemas.wire.service import State


class Behind(Protocol):
    """What the desk knows of the engine: whether it works, and what can be read at all."""

    @property
    def state(self) -> State: ...

    @property
    def reason(self) -> Problem | None:
        """Why the engine is held."""
        ...

    @property
    def clock(self) -> Clock: ...

    def engine(self) -> Engine:
        """The engine, to act; raises Refused while it is held."""
        ...

    def reader(self) -> Reader:
        """The store, to look; raises Refused where it cannot be read."""
        ...


@dataclass(frozen=True, slots=True)
class Working:
    """An engine at work."""

    at_work: Engine
    state: State = "ready"
    reason: Problem | None = None

    @property
    def clock(self) -> Clock:
        return self.at_work.clock

    def engine(self) -> Engine:
        return self.at_work

    def reader(self) -> Reader:
        return self.at_work.store.read


@dataclass(frozen=True, slots=True)
class Held:
    """No engine: nothing runs, for a reason; what the store holds may still be looked at."""

    reason: Problem
    looking: Reader | None = None
    state: State = "held"
    clock: Clock = field(default_factory=SystemClock)

    def engine(self) -> Engine:
        raise self._refusal()

    def reader(self) -> Reader:
        if self.looking is None:
            raise self._refusal()
        return self.looking

    def _refusal(self) -> Refused:
        why = f"{self.reason.detail} ({self.reason.code})"
        remedy = self.reason.remedy or "See: assent service status"
        return Refused(Problem("service.held", "The engine is held", why, remedy))
