"""The clock port: time is asked for here and nowhere else."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Timer(Protocol):
    """An action that is due; `cancel` keeps it from happening, more than once if need be."""

    def cancel(self) -> None: ...


class Clock(Protocol):
    """Tells the time, waits for it, and keeps an eye on how much of it passes.

    A wait is what a run is there for: a virtual clock may jump to its end. A timer only watches
    over other work: a virtual clock never jumps for it, and fires it when it passes by.
    """

    def now(self) -> datetime:
        """The present moment, in UTC."""
        ...

    async def sleep_until(self, deadline: datetime) -> None:
        """Return at or after the deadline."""
        ...

    def timer(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Call `action` on the event loop once so many seconds have passed.

        These are seconds that really pass: setting the wall clock makes them no shorter.
        """
        ...


class SystemClock:
    """The computer's own clock; long waits are cut, so that a wall-clock jump is noticed."""

    LONGEST = timedelta(seconds=30)

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep_until(self, deadline: datetime) -> None:
        # The deadline is a wall-clock moment: it may come nearer or go away by itself.
        while (left := deadline - self.now()) > timedelta(0):  # noqa: ASYNC110
            await asyncio.sleep(min(left, self.LONGEST).total_seconds())

    def timer(self, seconds: float, action: Callable[[], None]) -> Timer:
        return asyncio.get_running_loop().call_later(seconds, action)
