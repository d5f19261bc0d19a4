"""The power watch: all voices and a glance at the clocks, made into one sleep, one wake each."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from assent_engine.clock import Clock, Timer
from assent_service.power.port import Told, Unavailable, Voice
from assent_service.power.readings import Passed, Readings

GLANCE = 25.0
"""Seconds awake between two glances at the clocks: a wake that nobody told of is seen by then."""
PATIENCE = 3.0
"""Seconds that a sleep is put off for, at most; systems wait for about five."""


@dataclass(slots=True)
class PowerWatch:
    """Tells of each sleep once, before and after it, and of a clock or zone that was changed.

    `woke` is given how long it slept, `clock_changed` by how much it was set, or by nothing where
    it is the zone that has changed, and the zone. What the voices
    tell is a reason to look at the clocks; what has passed, they say. So a wake that several tell
    of is one, and one that nobody tells of is seen within GLANCE seconds. A wake that is told of
    without any sleep has no length.
    """

    voices: Sequence[Voice]
    clock: Clock
    sleeping: Callable[[], Coroutine[Any, Any, None]]
    woke: Callable[[timedelta], Coroutine[Any, Any, None]]
    clock_changed: Callable[[timedelta, str], Coroutine[Any, Any, None]]
    zone_data_replaced: Callable[[], Coroutine[Any, Any, None]]
    read: Callable[[], Readings] = Readings.now
    silent: dict[str, str] = field(default_factory=dict)
    """The voices that do not tell here, by name, with the reason."""
    _last: Readings | None = None
    _glance: Timer | None = None
    _asleep: bool = False
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self) -> None:
        """Listen to every voice there is; one that does not tell is not fatal, see `silent`."""
        self._last = self.read()
        for voice in self.voices:
            try:
                await voice.start(self._heard)
            except Unavailable as reason:
                self.silent[voice.name] = str(reason)
        self._glance_later()

    async def stop(self) -> None:
        if self._glance is not None:
            self._glance.cancel()
        for voice in self.voices:
            await voice.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def look(self) -> None:
        """Compare the clocks with how they stood, and tell of what has passed."""
        await self._tell(woken=False)

    async def _heard(self, told: Told) -> None:
        if told is Told.SLEEPING:
            self._asleep = True
            await self._before_sleep()
        else:
            woken, self._asleep = told is Told.WOKE and self._asleep, False
            await self._tell(woken=woken)

    async def _before_sleep(self) -> None:
        done = asyncio.Event()
        timer = self.clock.timer(PATIENCE, done.set)
        task = self._spawn(self.sleeping())
        task.add_done_callback(lambda _task: done.set())
        await done.wait()
        timer.cancel()

    async def _tell(self, *, woken: bool) -> None:
        now = self.read()
        passed, self._last = Passed.between(self._last or now, now), now
        if passed.slept or woken:
            await self.woke(timedelta(seconds=passed.asleep))
        if passed.was_set or passed.moved_to is not None:
            by = timedelta(seconds=passed.set_by if passed.was_set else 0)
            await self.clock_changed(by, now.zone)
        if passed.new_zone_data:
            await self.zone_data_replaced()

    def _glance_later(self) -> None:
        self._glance = self.clock.timer(GLANCE, self._glanced)

    def _glanced(self) -> None:
        self._spawn(self.look())
        self._glance_later()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
