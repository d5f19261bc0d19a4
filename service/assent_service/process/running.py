"""The life of the service's process: lock, crash count, door, work, and a clean end."""

import asyncio
import logging
import os
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from assent_engine.clock import SystemClock
from assent_engine.home import SERVICE, Home
from assent_engine.moments import timestamp
from assent_engine.store import Reader
from assent_schemas.errors import AssentError, Problem, StoreError
from assent_service.agent_door.door import agent_door
from assent_service.desk.behind import Held
from assent_service.desk.desk import Desk
from assent_service.desk.room import Room
from assent_service.kept_door import kept_open
from assent_service.owner_door.door import owner_door
from assent_service.process.crashes import REMEDY, CrashLog
from assent_service.process.log import logging_to
from assent_service.process.signals import told_to_end
from assent_service.process.stalls import ALARMING, StallWatch
from assent_service.process.supervisor import Supervisor
from assent_service.review.server import reviews
from assent_service.webhooks.listener import Webhooks, webhooks
from assent_service.work.engine_work import at_its_work

END_WITHIN = 4.5
"""Seconds that the end may take; what is under way then is left as a crash would leave it."""
_LOG = logging.getLogger("assent.service")
Ready = Callable[[Problem | None], None]


@dataclass(slots=True)
class Process:
    """The service of one home, which this process has locked.

    `held` says why the engine may not work, if it may not; `ready` hears of it once the door is
    open.
    """

    home: Home
    supervisor: Supervisor
    ready: Ready
    held: Problem | None = None
    _broken: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, told: asyncio.Event) -> None:
        """From the start until it is told to end; agents are heard as long as the owner is."""
        room = Room.of(self.home.path)
        home, desk = self.home.path, Desk(room)
        async with (
            owner_door(home, desk) as owners,
            agent_door(home, room) as agents,
            kept_open(owners, agents),
            reviews(desk),
            webhooks(room) as listener,
        ):
            if self.held is None:
                await self._work(room, listener, told)
            if self.held is not None and not told.is_set():
                await self._hold(room, listener, self.held, told)
            self.supervisor.stopping()
            _LOG.info("stopping")

    async def _work(self, room: Room, listener: Webhooks, told: asyncio.Event) -> None:
        """Let the engine work until the end, or until it cannot go on: see `held`."""
        try:
            async with at_its_work(self.home, room, self._break):
                await listener.follow()
                self._tell("ready")
                ends = [asyncio.create_task(one.wait()) for one in (told, self._broken)]
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
                for one in ends:
                    one.cancel()
        except AssentError as error:
            self._break(error)

    def _break(self, error: AssentError) -> None:
        self.held = self.held or error.problem
        self._broken.set()

    async def _hold(
        self, room: Room, listener: Webhooks, why: Problem, told: asyncio.Event
    ) -> None:
        """Keep the door open without an engine; what the store holds may be looked at."""
        async with _looking(self.home) as reader:
            room.behind = Held(why, reader)
            room.hub.publish("service.changed", {"state": room.behind.state})
            await listener.follow()
            _LOG.error("the engine is held", extra={"problem": why.as_json()})
            self._tell(f"held: {why.title}")
            await told.wait()

    def _tell(self, status: str) -> None:
        _LOG.info(status)
        self.supervisor.ready(status)
        self.ready(self.held)


@asynccontextmanager
async def _looking(home: Home) -> AsyncIterator[Reader | None]:
    async with AsyncExitStack() as stack:
        reader = None
        with suppress(StoreError):
            reader = await stack.enter_async_context(Reader.open(home.database))
        yield reader


def run(home: Home, ready: Ready) -> None:
    """Be the service of a home until a signal. Raises Refused where another process has it."""
    home.prepare()
    with home.locked(SERVICE), logging_to(home.path):
        crashes = CrashLog(home.path)
        crashed = crashes.begin(SystemClock().now())
        _LOG.info("starting", extra={"pid": os.getpid()})
        if crashed is not None:
            told = {"started": timestamp(crashed), "crashes_known": len(crashes.crashes)}
            _LOG.warning("the service before this one did not end: it crashed", extra=told)
        try:
            _watched(_until_told(home, ready, crashes))
        except BaseException:
            _LOG.critical("crashed", exc_info=True)
            raise
        crashes.end()
        _LOG.info("stopped")


async def _until_told(home: Home, ready: Ready, crashes: CrashLog) -> None:
    supervisor = Supervisor.of()
    process = Process(home, supervisor, ready, _safe_mode(crashes))
    with told_to_end() as told, _fed(supervisor), _ended_in_time(told, crashes):
        await process.run(told)


def _safe_mode(crashes: CrashLog) -> Problem | None:
    if not crashes.too_many:
        return None
    return Problem("service.safe_mode", "Safe mode", crashes.reason, REMEDY)


def _watched(work: Coroutine[Any, Any, None]) -> None:
    """Run an event loop, and notice when it stands still."""
    watch = StallWatch(_stalled, _over)
    try:
        with asyncio.Runner(loop_factory=watch.new_loop) as runner:
            runner.run(work)
    finally:
        watch.stop()


def _stalled(seconds: float, stack: str) -> None:
    level = logging.CRITICAL if seconds >= ALARMING else logging.ERROR
    _LOG.log(level, "the event loop stands still", extra={"seconds": seconds, "stack": stack})
    if level == logging.CRITICAL:
        Supervisor.of().status(f"The event loop has stood still for {seconds:.0f} seconds.")


def _over(seconds: float) -> None:
    _LOG.error("the event loop turns again", extra={"seconds": round(seconds, 1)})


@contextmanager
def _fed(supervisor: Supervisor) -> Iterator[None]:
    """The loop itself tells a supervisor that it turns: one that stands still says nothing."""
    patience, loop = supervisor.watchdog, asyncio.get_running_loop()
    if patience is None:
        yield
        return

    async def feed() -> None:
        while True:
            supervisor.alive()
            await asyncio.sleep(patience / 2)

    feeding = loop.create_task(feed())
    try:
        yield
    finally:
        feeding.cancel()


@contextmanager
def _ended_in_time(told: asyncio.Event, crashes: CrashLog) -> Iterator[None]:
    """Once it is told, the end comes within END_WITHIN, whatever a step may still be doing.

    What was begun is settled after the next start, as after a crash.
    """

    def give_up() -> None:
        _LOG.error("something would not end", extra={"after_seconds": END_WITHIN})
        crashes.end()
        logging.shutdown()
        os._exit(0)

    timer = threading.Timer(END_WITHIN, give_up)
    timer.daemon = True

    async def begin() -> None:
        await told.wait()
        timer.start()

    waiting = asyncio.get_running_loop().create_task(begin())
    try:
        yield
    finally:
        waiting.cancel()
        timer.cancel()
