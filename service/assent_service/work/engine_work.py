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
)
from assent_schemas.errors import AssentError
from assent_service.desk.at_work import at_work
from assent_service.desk.room import Room
from assent_service.file_watch import FileWatch
from assent_service.power import PowerWatch
from assent_service.power.voices import voices
from assent_service.timer import Looked, Timer
from assent_service.work.due import DueWork
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
    _files: FileWatch | None = None
    _watched: asyncio.Lock = field(default_factory=asyncio.Lock)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def hear(self, progress: Progress) -> None:
        """Pass on what a run tells; to be made the engine's listener."""
        self.room.carriers.hear(progress)
        if progress.event == "run.ended":
            self._spawn(self.engine.schedule.run_ended(progress.run_id))

    async def start(self, engine: Engine) -> None:
        """Begin, with what was missed first."""
        self.engine = engine
        self._timer = Timer(DueWork(engine, self.room.carriers), engine.clock, self._failed)
        told = engine.store.heard
        engine.store.heard = lambda records: self._stored(records, told)
        self.power = PowerWatch(
            voices(), engine.clock, self._sleeping, self._woke, self._clock_changed
        )
        await self.power.start()
        for name, why in self.power.silent.items():
            _LOG.info("a sense is missing", extra={"sense": name, "why": why})
        await self._watch_files()
        await self._timer.start()
        self._spawn(keep_recovering(engine))
        self._spawn(keep_up(engine))

    async def stop(self) -> None:
        """Let the look under way end, and nothing else begin."""
        await self.power.stop()
        if self._files is not None:
            await self._files.stop()
        await self._timer.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _stored(self, records: Sequence[Record], told: Callable[[Sequence[Record]], None]) -> None:
        told(records)
        if any(isinstance(one, _CHANGES_DUE) for one in records):
            self._timer.changed()
        if any(isinstance(one, HookCalled) for one in records):
            # A webhook's caller is answered before anything starts.
            self._timer.look(Looked.TIMER)
        if any(isinstance(one, _CHANGES_TRIGGERS) for one in records):
            self._spawn(self._watch_files())

    async def _watch_files(self) -> None:
        """Watch the home's files as long as a trigger asks for it."""
        async with self._watched:
            wanted = bool(await self.engine.store.read.triggers_of("file"))
            if wanted and self._files is None:
                folder, clock = self.engine.home.files, self.engine.clock
                self._files = FileWatch(folder, clock, lambda _path: True, self._file_changed)
                await self._files.start()
            elif not wanted and self._files is not None:
                await self._files.stop()
                self._files = None

    def _file_changed(self, path: str) -> None:
        self._spawn(self._tell_of_file(path))

    async def _tell_of_file(self, path: str) -> None:
        await self.engine.schedule.file_changed(path)

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
