"""The hub: numbers what happens, keeps the newest of it, and lets everyone follow at their pace.

Nobody has a queue of their own: a follower reads from the ring at its own place, and one that
fell behind it is told so, and reads everything again.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from assent_engine.clock import Clock, SystemClock
from assent_engine.moments import timestamp
from assent_schemas import exact_json
from assent_schemas.wire.events import RESET, Cursor, Event

KEPT = 10_000
LONGEST_VALUE = 2048
_VALUES = ("input", "ok", "cause", "effects")
"""What in an event may be as large as a step makes it."""


def new_epoch() -> str:
    """A name for one life of a hub."""
    return secrets.token_hex(8)


@dataclass(slots=True)
class Hub:
    """Every event of one start of the service, the newest `kept` of them at hand."""

    clock: Clock = field(default_factory=SystemClock)
    kept: int = KEPT
    epoch: str = field(default_factory=new_epoch)
    last: int = 0
    _ring: deque[Event] = field(init=False)
    _wakes: dict[int, Callable[[], None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._ring = deque(maxlen=self.kept)

    def publish(self, kind: str, data: dict[str, Any]) -> None:
        """Tell everyone."""
        self.last += 1
        at = timestamp(self.clock.now())
        self._ring.append(Event(self.epoch, self.last, kind, at, _light(data)))
        for wake in self._wakes.values():
            wake()

    def begin_anew(self) -> None:
        """Let everyone read everything again: what happened could not be told."""
        self.epoch, self.last = new_epoch(), 0
        self._ring.clear()
        for wake in self._wakes.values():
            wake()

    def follow(self, since: Cursor | None = None) -> "Follower":
        """Events after the one given; without it those from now on."""
        return Follower(self, since or Cursor(self.epoch, self.last))

    def after(self, cursor: Cursor, most: int) -> list[Event] | None:
        """The next events after a place; None where they are not at hand any more."""
        oldest = self.last - len(self._ring)
        if cursor.epoch != self.epoch or not oldest <= cursor.seq <= self.last:
            return None
        start = cursor.seq - oldest
        return [self._ring[at] for at in range(start, min(start + most, len(self._ring)))]

    def reset(self) -> Event:
        """What is told in place of events that are gone."""
        return Event(self.epoch, self.last, RESET, timestamp(self.clock.now()))


class Follower:
    """One place in the stream; to be left by `close`."""

    AT_ONCE = 64

    def __init__(self, hub: Hub, cursor: Cursor) -> None:
        self._hub, self._cursor = hub, cursor
        self._any = asyncio.Event()
        hub._wakes[id(self)] = self._any.set  # noqa: SLF001 - a follower is a part of its hub

    async def next(self) -> list[Event]:
        """What happened since the last call, at least one event; waits for it."""
        while True:
            self._any.clear()
            found = self._hub.after(self._cursor, self.AT_ONCE)
            found = [self._hub.reset()] if found is None else found
            if found:
                self._cursor = Cursor(found[-1].epoch, found[-1].seq)
                return found
            await self._any.wait()

    def close(self) -> None:
        """Follow no longer."""
        self._hub._wakes.pop(id(self), None)  # noqa: SLF001 - as above


def _light(data: dict[str, Any]) -> dict[str, Any]:
    """The data without what would fill the ring: long values as the beginnings of their texts."""
    long = {name: text for name in _VALUES if (text := _too_long(data.get(name)))}
    return {**data, **long, "cut": sorted(long)} if long else data


def _too_long(value: Any) -> str | None:
    if value is None or isinstance(value, bool | int):
        return None
    text = exact_json.encode(exact_json.plain(value), as_ordered=True)
    return text[:LONGEST_VALUE].decode(errors="ignore") if len(text) > LONGEST_VALUE else None
