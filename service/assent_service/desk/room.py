"""The room: what every operation of the desk has at hand, and who asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from assent_engine.clock import Clock, SystemClock
from assent_engine.engine import Engine
from assent_engine.moments import timestamp
from assent_engine.store import Part, Reader
from assent_schemas.errors import Problem
from assent_schemas.wire.frame import Page, PageAsked
from assent_service.desk.behind import Behind, Held
from assent_service.desk.carriers import Carriers
from assent_service.desk.hub import Hub
from assent_service.desk.listener import AgentPort, Listener, NobodyListens
from assent_service.desk.reviewing import NoReviews, Reviewing

Item = TypeVar("Item")
STARTING = Problem("service.starting", "The service starts", "It is not ready yet.", "Try again.")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as the audit names them, and by which way."""

    by: str
    how: str


@dataclass(slots=True)
class Room:
    """The parts of the desk; `behind` may be another one while the service goes on."""

    behind: Behind
    hub: Hub
    carriers: Carriers
    home: Path
    since: str
    webhooks: Listener = field(default_factory=NobodyListens)
    reviews: Reviewing = field(default_factory=NoReviews)
    http: AgentPort | None = None

    @classmethod
    def of(cls, home: Path, clock: Clock | None = None) -> "Room":
        """A room of a home whose engine is not at work yet."""
        clock = clock or SystemClock()
        hub = Hub(clock)
        starting = Held(STARTING, clock=clock)
        return cls(starting, hub, Carriers(hub), home, timestamp(clock.now()))

    @property
    def engine(self) -> Engine:
        """The engine, to act; raises Refused while it is held."""
        return self.behind.engine()

    @property
    def read(self) -> Reader:
        """The store, to look; raises Refused where it cannot be read."""
        return self.behind.reader()

    @property
    def now(self) -> str:
        return timestamp(self.behind.clock.now())


def part(asked: PageAsked) -> Part:
    """What to read for a page: one row more, which tells whether there is a next page."""
    return Part(asked.after, asked.limit + 1, asked.newest)


def page(items: Sequence[Item], keys: Iterable[str], limit: int) -> Page[Item]:
    """A page of what was read for it."""
    more = len(items) > limit
    last = list(keys)[limit - 1] if more else None
    return Page(items=list(items[:limit]), after=last)


def slice_of(items: Sequence[Item], keys: Sequence[str], asked: PageAsked) -> Page[Item]:
    """A page of a list that is short enough to be read whole."""
    pairs = list(zip(keys, items, strict=True))
    if asked.newest:
        pairs.reverse()
    known = [key for key, _ in pairs]
    start = known.index(asked.after) + 1 if asked.after in known else 0
    rest = pairs[start : start + asked.limit + 1]
    return page([item for _, item in rest], [key for key, _ in rest], asked.limit)
