"""The timer: one job at the earliest due time; what is due and what became of it, others know."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger

from assent_engine.clock import Clock

RETRY = timedelta(minutes=1)
"""How long after a look that failed the next one is, at the latest."""
_JOB = "earliest"


class Looked(StrEnum):
    """Why it is time to look."""

    START = "start"
    TIMER = "timer"
    WAKE = "wake"
    CLOCK_CHANGED = "clock_changed"
    ZONE_DATA = "zone_data"


class _Word(StrEnum):
    """What else the timer is told."""

    CHANGED = "changed"
    END = "end"


class Due(Protocol):
    """What the timer serves: it knows when something is due, and sees to all that is."""

    async def earliest(self) -> datetime | None:
        """The next moment at which there is something to look at, if there is one."""
        ...

    async def look(self, why: Looked) -> object:
        """Decide and record whatever is due by now."""
        ...


class Timer:
    """Looks when the earliest due time has come, and when it is told to, one look after the other.

    A moment that comes while a look is under way is looked at right after it. What a look raises
    is handed to `failed`, and it is looked again within RETRY.
    """

    def __init__(self, due: Due, clock: Clock, failed: Callable[[Exception], None]) -> None:
        self._due = due
        self._clock = clock
        self._failed = failed
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._reasons: asyncio.Queue[Looked | _Word] = asyncio.Queue()
        self._looking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Look at what was missed, then at each due time until `stop`."""
        self._scheduler.start()
        self._looking = asyncio.create_task(self._looks())
        self.look(Looked.START)

    async def stop(self) -> None:
        """Finish the look under way and start no other one."""
        if self._looking is None:
            return
        self._scheduler.shutdown(wait=False)
        while not self._reasons.empty():
            self._reasons.get_nowait()
        self._reasons.put_nowait(_Word.END)
        await self._looking

    def look(self, why: Looked) -> None:
        """Look soon, for a reason."""
        self._reasons.put_nowait(why)

    def changed(self) -> None:
        """Due times may have changed: ask for the earliest one anew."""
        self._reasons.put_nowait(_Word.CHANGED)

    def passed_by(self, why: Looked) -> None:
        """Time has gone on in another way than the timer saw: after a sleep, or a set clock."""
        self._scheduler.wakeup()
        self.look(why)

    async def _looks(self) -> None:
        while (reasons := await self._gathered()) is not None:
            try:
                for why in dict.fromkeys(reasons):
                    await self._due.look(why)
                self._set(await self._due.earliest())
            except Exception as error:  # noqa: BLE001 - one failed look must not be the last one
                self._failed(error)
                self._set(self._clock.now() + RETRY)

    async def _gathered(self) -> list[Looked] | None:
        """What came up since the last look, or None at the end."""
        words = [await self._reasons.get()]
        while not self._reasons.empty():
            words.append(self._reasons.get_nowait())
        return None if _Word.END in words else [one for one in words if isinstance(one, Looked)]

    async def _fire(self) -> None:
        """A coroutine, as APScheduler would call anything else in a thread."""
        self.look(Looked.TIMER)

    def _set(self, earliest: datetime | None) -> None:
        """Hold one job, at the earliest due time; late or not, it is carried out."""
        if earliest is None:
            if self._scheduler.get_job(_JOB):
                self._scheduler.remove_job(_JOB)
            return
        self._scheduler.add_job(
            self._fire,
            DateTrigger(earliest),
            id=_JOB,
            replace_existing=True,
            misfire_grace_time=None,
            coalesce=True,
        )
