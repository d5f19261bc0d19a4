"""Activity: how much of a run is under way; when all that is left waits for the owner, it parks."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

from assent_engine.runner.halts import Halt, Parked


@dataclass(slots=True)
class Activity:
    """Counts the scopes of a run, and of those that it called, that do anything but wait.

    A Fork hands its scope's place to its workers; the last one to end hands it back.
    """

    busy: int = 1
    _waiting: dict[asyncio.Future[Halt | None], Parked] = field(default_factory=dict)

    async def wait(self, woken: asyncio.Future[Halt | None], parked: Parked) -> None:
        """Return when woken; raises the first Parked as soon as nothing else is under way."""
        self._waiting[woken] = parked
        self.rest()
        try:
            halt = await woken
        finally:
            self._counted(woken)
        if halt is not None:
            raise halt

    def wake(self, woken: asyncio.Future[Halt | None]) -> None:
        """Let a scope go on. It counts at once, or the others could park before it does."""
        self._counted(woken)
        if not woken.done():
            woken.set_result(None)

    def rest(self, count: int = 1) -> None:
        """Note that scopes have nothing to do any more."""
        self.busy -= count
        if self.busy == 0 and self._waiting:
            self._park()

    def _park(self) -> None:
        first = min(self._waiting.values(), key=_until)
        for woken in [*self._waiting]:
            self._counted(woken)
            if not woken.done():
                woken.set_result(first)

    def _counted(self, woken: asyncio.Future[Halt | None]) -> None:
        if self._waiting.pop(woken, None) is not None:
            self.busy += 1


def _until(parked: Parked) -> datetime:
    return parked.until or datetime.max.replace(tzinfo=UTC)
