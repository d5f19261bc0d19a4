"""The clock port: time is asked for here and nowhere else."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits for it."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        ...

    async def sleep_until(self, deadline: datetime) -> None:
        """Return at or after the deadline."""
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
