"""Rates: how often each client may call, so that none keeps the door from the others."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from assent_schemas.errors import Problem, Refused
from assent_service.agent_door.bounds import AgentBounds

_MINUTE = 60.0
_MOST_KNOWN = 1024


@dataclass(slots=True)
class Bucket:
    """So many at once, and as many again in each minute."""

    size: int
    left: float
    at: float

    def take(self, now: float) -> bool:
        """One more; False where there is none left."""
        self.left = min(self.size, self.left + (now - self.at) * self.size / _MINUTE)
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


@dataclass(slots=True)
class Rates:
    """The buckets of all clients: one for calls, one for those that change something."""

    bounds: AgentBounds
    passing: Callable[[], float] = time.monotonic
    _buckets: dict[tuple[str, bool], Bucket] = field(default_factory=dict)

    def take(self, client: str, *, changes: bool) -> None:
        """Count one call; raises Refused where it is one too many."""
        if not self._bucket(client, changes=False).take(self.passing()):
            raise _too_many(self.bounds.burst, "calls")
        if changes and not self._bucket(client, changes=True).take(self.passing()):
            raise _too_many(self.bounds.changes, "changes")

    def _bucket(self, client: str, *, changes: bool) -> Bucket:
        key = (client, changes)
        if key not in self._buckets:
            if len(self._buckets) >= _MOST_KNOWN:
                self._buckets.pop(next(iter(self._buckets)))
            size = self.bounds.changes if changes else self.bounds.burst
            self._buckets[key] = Bucket(size, size, self.passing())
        return self._buckets[key]


def _too_many(most: int, what: str) -> Refused:
    detail = f"A client has {most} {what} a minute."
    return Refused(Problem("call.too_many", "Too many calls", detail, "Wait a minute, then go on."))
