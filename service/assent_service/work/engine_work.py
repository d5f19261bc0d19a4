"""The engine at work by itself: on time, awake after sleep, and looked after."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from assent_engine.engine import Engine
from assent_engine.home import Home
from assent_engine.ports import Progress
from assent_engine.store.records import (
    HookCalled,
    PauseBegun,
    PauseEnded,
    Record,
    RequestDecided,
    RunStatusChanged,
    TriggerInForce,
    TriggerRetired,
    TriggersAwake,
    ZoneSeen,
)
from assent_schemas.errors import AssentError
from assent_service.desk.at_work import at_work
from assent_service.desk.room import Room
from assent_service.power import PowerWatch
from assent_service.power.voices import voices
from assent_service.timer import Looked, Timer
from assent_service.work.due import DueWork
from assent_service.work.files import WatchedHome
from assent_service.work.recovery import keep_recovering
from assent_service.work.upkeep import keep_up

_LOG = logging.getLogger("assent.work")
_CHANGES_DUE = (
    PauseBegun,
    PauseEnded,
    RequestDecided,
    RunStatusChanged,
    TriggerInForce,
    TriggerRetired,
    TriggersAwake,
)
"""What may change when the next thing is due."""
_CHANGES_TRIGGERS = (TriggerInForce, TriggerRetired)
Broken = Callable[[AssentError], None]


@dataclass(slots=True)
class EngineWork:
    """What is heard of the engine, the computer and the files, passed on to whom it concerns.

    `broken` hears of what keeps the engine from going on.
    """

    room: Room
    broken: Broken
    engine: Engine = field(init=False)
    power: PowerWatch = field(init=False)
    _timer: Timer = field(init=False)
    _files: WatchedHome = field(init=False)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def hear(self, progress: Progress) -> None:
        """Pass on what a run tells; to be made the engine's listener."""
        self.room.carriers.hear(progress)
        if progress.event == "run.ended":
            self._spawn(self.engine.schedule.run_ended(progress.run_id))

    async def start(self, engine: Engine) -> None:
        """Begin, with what was missed first."""
        self.engine = engine
        due = DueWork(engine, self.room.carriers, self._looked)
        self._timer = Timer(due, engine.clock, self._failed)
        told = engine.store.heard
        engine.store.heard = lambda records: self._stored(records, told)
        self.power = PowerWatch(
            voices(),
            engine.clock,
            self._sleeping,
            self._woke,
            self._clock_changed,
            self._zone_data_replaced,
        )
        await self.power.start()
        for name, why in self.power.silent.items():
            _LOG.info("a sense is missing", extra={"sense": name, "why": why})
        self._files = WatchedHome(engine, self._spawn)
        await self._files.watch()
        await self._timer.start()
        self._spawn(keep_recovering(engine))
        self._spawn(keep_up(engine))

    async def stop(self) -> None:
        """Let the look under way end, and nothing else begin."""
        await self.power.stop()
        await self._files.stop()
        await self._timer.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _stored(self, records: Sequence[Record], told: Callable[[Sequence[Record]], None]) -> None:
        told(records)
        for one in records:
            if isinstance(one, ZoneSeen) and one.replaced:
                about = {"zone": one.zone, "zone_data": one.release}
                _LOG.warning("the rules of a zone were replaced", extra=about)
        if any(isinstance(one, _CHANGES_DUE) for one in records):
            self._timer.changed()
        if any(isinstance(one, HookCalled) for one in records):
            # A webhook's caller is answered before anything starts.
            self._timer.look(Looked.TIMER)
        if any(isinstance(one, _CHANGES_TRIGGERS) for one in records):
            self._spawn(self._follow_files())

    async def _follow_files(self) -> None:
        await self._files.watch()
        await self._files.compare()

    def _looked(self) -> None:
        """The first look, or one after waking, has told what had to be told first."""
        self._spawn(self._files.compare())

    async def _sleeping(self) -> None:
        _LOG.info("the computer goes to sleep")
        await self.engine.store.drain()

    async def _woke(self, slept: timedelta) -> None:
        seconds = round(slept.total_seconds())
        _LOG.info("the computer woke", extra={"slept_seconds": seconds})
        self.room.hub.publish("computer.woke", {"slept_seconds": seconds})
        self._timer.passed_by(Looked.WAKE)

    async def _clock_changed(self, by: timedelta, zone: str) -> None:
        told = {"by_seconds": round(by.total_seconds(), 1), "zone": zone}
        _LOG.warning("the clock or the zone was set", extra=told)
        self.room.hub.publish("computer.clock_changed", told)
        self._timer.passed_by(Looked.CLOCK_CHANGED)

    async def _zone_data_replaced(self) -> None:
        """Which rules are other ones, the look finds, and the store tells."""
        _LOG.info("zone data was replaced")
        self._timer.passed_by(Looked.ZONE_DATA)

    def _failed(self, error: Exception) -> None:
        if isinstance(error, AssentError):
            _LOG.warning("a look failed", extra={"problem": error.problem.as_json()})
            if error.problem.code == "store.broken":
                self.broken(error)
        else:
            _LOG.error("a look failed", exc_info=error)

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._over)

    def _over(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled() or (error := task.exception()) is None:
            return
        if isinstance(error, AssentError) and error.problem.code in (
            "store.broken",
            "store.damaged",
        ):
            self.broken(error)
        else:
            _LOG.error("something at work failed", exc_info=error)


@asynccontextmanager
async def at_its_work(home: Home, room: Room, broken: Broken) -> AsyncIterator[EngineWork]:
    """An engine at work as long as this lasts; the caller has the home's lock.

    Raises StoreError where the home is damaged or cannot be used.
    """
    work = EngineWork(room, broken)
    async with Engine.open(home, tell=work.hear, held=True) as engine, at_work(room, engine):
        await work.start(engine)
        try:
            yield work
        finally:
            await work.stop()
