"""Limits in time on a clock's timers: for a piece of work, and until a moment."""

import asyncio
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from assent_engine.clock import Clock, Timer

LONGEST = timedelta(seconds=30)
"""How long a wall-clock moment is left unlooked at: it may come nearer, or go away, by itself."""


class TimeLimit:
    """As asyncio.timeout: `async with` it, and TimeoutError is raised when the time is up.

    None never runs out. `expired` tells its own TimeoutError from one of the work's.
    """

    def __init__(self, clock: Clock, seconds: float | None) -> None:
        self._clock = clock
        self._seconds = seconds
        self._timer: Timer | None = None
        self._under_way = False
        # Made with no end: when it ends is said by the clock, how to end cleanly by asyncio.
        self._running_out = asyncio.timeout(None)

    @property
    def expired(self) -> bool:
        """Whether the time ran out before the work was done."""
        return self._running_out.expired()

    def restart(self) -> None:
        """Count from now on; without effect where the work is over. For the event loop only."""
        if self._seconds is None or not self._under_way:
            return
        self._stop()
        self._timer = self._clock.timer(self._seconds, self._run_out)

    async def __aenter__(self) -> Self:
        await self._running_out.__aenter__()
        self._under_way = True
        self.restart()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._under_way = False
        self._stop()
        await self._running_out.__aexit__(kind, error, trace)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _run_out(self) -> None:
        self._under_way = False
        self._running_out.reschedule(asyncio.get_running_loop().time())


async def passing(clock: Clock, moment: datetime) -> None:
    """Return once a wall-clock moment has passed, without any virtual clock jumping there."""
    while (left := moment - clock.now()) > timedelta(0):
        passed = asyncio.Event()
        timer = clock.timer(min(left, LONGEST).total_seconds(), passed.set)
        try:
            await passed.wait()
        finally:
            timer.cancel()
