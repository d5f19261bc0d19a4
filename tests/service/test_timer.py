"""The timer over APScheduler: it looks when something is due, once at a time, and is never lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from assent_engine.clock import SystemClock
from assent_service.timer import Looked, Timer

FAR = timedelta(days=400)
START, DUE, WAKE, CLOCK_CHANGED = Looked.START, Looked.TIMER, Looked.WAKE, Looked.CLOCK_CHANGED


@dataclass
class Diary:
    """Due times, and every look at them; `ask` waits for the next one."""

    due: list[datetime] = field(default_factory=list)
    looks: asyncio.Queue[Looked] = field(default_factory=asyncio.Queue)
    asked: asyncio.Queue[datetime | None] = field(default_factory=asyncio.Queue)
    held: asyncio.Event | None = None
    failing: list[Exception] = field(default_factory=list)
    heard: list[Exception] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    async def earliest(self) -> datetime | None:
        first = min(self.due, default=None)
        self.asked.put_nowait(first)
        return first

    async def look(self, why: Looked) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.looks.put_nowait(why)
        if self.held is not None:
            await self.held.wait()
        self.at_once -= 1
        if self.failing:
            raise self.failing.pop()
        self.due = [one for one in self.due if one > datetime.now(UTC)]

    async def next_look(self) -> Looked:
        async with asyncio.timeout(30):
            return await self.looks.get()

    async def next_asked(self) -> datetime | None:
        async with asyncio.timeout(30):
            return await self.asked.get()


@asynccontextmanager
async def running(diary: Diary) -> AsyncIterator[Timer]:
    timer = Timer(diary, SystemClock(), diary.heard.append)
    await timer.start()
    try:
        yield timer
    finally:
        await timer.stop()


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(milliseconds=30)


async def test_it_looks_at_the_start_and_then_at_the_earliest_due_time() -> None:
    diary = Diary([soon(), datetime.now(UTC) + FAR])
    async with running(diary):
        assert [await diary.next_look(), await diary.next_look()] == [START, DUE]
        assert diary.due != []


async def test_a_due_time_that_has_passed_is_looked_at_however_late() -> None:
    diary = Diary()
    async with running(diary) as timer:
        assert await diary.next_look() == START
        await diary.next_asked()
        diary.due = [datetime.now(UTC) - FAR]
        timer.changed()
        assert await diary.next_look() == DUE


async def test_a_change_that_brings_a_nearer_due_time_is_heeded() -> None:
    diary = Diary([datetime.now(UTC) + FAR])
    async with running(diary) as timer:
        assert await diary.next_look() == START
        await diary.next_asked()
        diary.due.append(soon())
        timer.changed()
        assert await diary.next_look() == DUE


async def test_a_due_time_that_was_taken_back_is_not_looked_at() -> None:
    diary = Diary([datetime.now(UTC) + FAR])
    async with running(diary) as timer:
        assert await diary.next_look() == START
        await diary.next_asked()
        diary.due.clear()
        timer.changed()
        assert await diary.next_asked() is None
        assert timer._scheduler.get_jobs() == []


async def test_it_holds_one_job_however_many_times_are_due() -> None:
    diary = Diary([datetime.now(UTC) + FAR + timedelta(seconds=at) for at in range(100)])
    async with running(diary) as timer:
        for _ in range(3):
            timer.changed()
        await diary.next_asked()
        assert len(timer._scheduler.get_jobs()) == 1


async def test_it_looks_again_after_a_sleep_and_after_a_set_clock() -> None:
    diary = Diary()
    async with running(diary) as timer:
        assert await diary.next_look() == START
        timer.passed_by(WAKE)
        assert await diary.next_look() == WAKE
        timer.passed_by(CLOCK_CHANGED)
        assert await diary.next_look() == CLOCK_CHANGED


async def test_one_look_takes_place_at_a_time_and_reasons_meanwhile_are_gathered() -> None:
    diary = Diary(held=asyncio.Event())
    async with running(diary) as timer:
        assert await diary.next_look() == START
        for why in (WAKE, WAKE, CLOCK_CHANGED):
            timer.passed_by(why)
        assert diary.held is not None
        diary.held.set()
        assert [await diary.next_look(), await diary.next_look()] == [WAKE, CLOCK_CHANGED]
        await diary.next_asked()
    assert (diary.most_at_once, diary.looks.qsize()) == (1, 0)


async def test_a_look_that_fails_is_told_of_and_looked_at_again() -> None:
    wrong = ValueError("wrong")
    diary = Diary(failing=[wrong])
    async with running(diary) as timer:
        assert await diary.next_look() == START
        timer.look(WAKE)
        assert await diary.next_look() == WAKE
        await diary.next_asked()
    assert diary.heard == [wrong]


async def test_after_a_failure_another_look_is_due_by_itself() -> None:
    diary = Diary(failing=[ValueError("wrong")])
    told = asyncio.Event()
    diary.heard = _Telling(told)
    async with running(diary) as timer:
        async with asyncio.timeout(30):
            await told.wait()
        assert len(timer._scheduler.get_jobs()) == 1


async def test_a_stop_lets_the_look_under_way_end_and_begins_no_other() -> None:
    diary = Diary(held=asyncio.Event())
    timer = Timer(diary, SystemClock(), diary.heard.append)
    await timer.start()
    assert await diary.next_look() == START
    timer.look(WAKE)
    stopping = asyncio.create_task(timer.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    assert diary.held is not None
    diary.held.set()
    await stopping
    assert (diary.looks.qsize(), diary.at_once) == (0, 0)


class _Telling(list[Exception]):
    """A list that tells, once the loop has turned, that something was put in."""

    def __init__(self, told: asyncio.Event) -> None:
        super().__init__()
        self._told = told

    def append(self, one: Exception) -> None:
        super().append(one)
        asyncio.get_running_loop().call_soon(self._told.set)
