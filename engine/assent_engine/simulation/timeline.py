"""Virtual time: whose turn it is, what is due later, and what has happened so far.

Scopes are resumed in the order of their virtual time; a wait costs nothing.
"""

import heapq
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from assent_engine.moments import timestamp
from assent_engine.simulation.scopes import Scope

TraceEntry = dict[str, Any]
_Timer = tuple[datetime, int, Scope, Callable[[], None]]
"""When, its number, whose it is, and what happens then."""


@dataclass(slots=True)
class Timeline:
    """One history for one seed; `trace` is what has happened, in order."""

    now: datetime
    trace: list[TraceEntry] = field(default_factory=list)
    _ready: deque[tuple[Scope, Any]] = field(default_factory=deque)
    _timers: list[_Timer] = field(default_factory=list)
    _count: int = 0

    def resume(self, scope: Scope, answer: Any = None) -> None:
        """Let a scope go on with an answer when it is its turn."""
        self._ready.append((scope, answer))

    def at(self, due: datetime, scope: Scope, happen: Callable[[], None]) -> None:
        """Let something that concerns a scope happen at a time."""
        self._count += 1
        heapq.heappush(self._timers, (due, self._count, scope, happen))

    def turn(self, deadline: datetime | None) -> tuple[Scope, Any] | None:
        """Who goes on next, with what answer; None where the deadline comes first."""
        while not self._ready:
            if not self._pass_time(deadline):
                return None
        return self._ready.popleft()

    def _pass_time(self, deadline: datetime | None) -> bool:
        due, _, _, happen = heapq.heappop(self._timers)
        if deadline is not None and due >= deadline:
            self.now = deadline
            return False
        self.now = max(self.now, due)
        happen()
        return True

    def forget(self, scopes: Collection[Scope]) -> None:
        """Nothing more happens to these scopes."""
        gone = {id(scope) for scope in scopes}
        self._ready = deque(pair for pair in self._ready if id(pair[0]) not in gone)
        self._timers = [timer for timer in self._timers if id(timer[2]) not in gone]
        heapq.heapify(self._timers)

    def clear(self) -> None:
        """Nothing more happens to anybody."""
        self._ready.clear()
        self._timers.clear()

    def tell(self, path: str, event: str, key: str, **about: Any) -> None:
        """Add an event to the trace."""
        entry = {"at": timestamp(self.now), "scope": path, "key": key, "event": event}
        self.trace.append(entry | about)
