"""An event loop without a world: time is virtual, and who goes next is drawn from a seed."""

import asyncio
import heapq
import itertools
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import Context
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeVar, TypeVarTuple

from assent_engine.clock import Timer

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
BEGINNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MOST_STEPS_TO_DIE = 100_000


class Stuck(AssertionError):
    """Everybody waits, and nothing will ever happen."""


class _Call(asyncio.TimerHandle):
    def perform(self) -> None:
        if not self.cancelled():
            self._run()


class SeededLoop(asyncio.BaseEventLoop):
    """Runs any of the callbacks that are ready, one at a time; time passes only between them."""

    def __init__(self, chance: Random, now: float = 0.0) -> None:
        super().__init__()
        self.steps = 0
        self._chance = chance
        self._now = now
        self._calls: list[_Call] = []
        self._later: list[tuple[float, int, _Call]] = []
        self._numbers = itertools.count()
        self._begun: list[asyncio.Task[Any]] = []

    def time(self) -> float:
        return self._now

    def call_soon(
        self,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.Handle:
        call = _Call(self._now, callback, args, self, context)
        self._calls.append(call)
        return call

    call_soon_threadsafe = call_soon

    def call_at(
        self,
        when: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        call = _Call(when, callback, args, self, context)
        heapq.heappush(self._later, (when, next(self._numbers), call))
        return call

    def create_task(self, *args: Any, **named: Any) -> asyncio.Task[Any]:
        task = super().create_task(*args, **named)
        self._begun.append(task)
        return task

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Whoever awaits a task hears of its error; the others died with their process."""

    def run_in_executor(
        self,
        executor: object,  # noqa: ARG002
        func: Callable[[*Ts], T],
        *args: *Ts,
    ) -> "asyncio.Future[T]":
        """What would be done in a thread is done at some moment, in one piece."""
        done: asyncio.Future[T] = self.create_future()
        self.call_soon(_carry_out, done, lambda: func(*args))
        return done

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """A cancelled call is passed over when its time comes."""

    def run(self, work: Coroutine[Any, Any, T], steps: int | None = None) -> asyncio.Task[T]:
        """Run until the work is done, or only for some steps; raises Stuck."""
        with self._running():
            task = self.create_task(work)
            last = None if steps is None else self.steps + steps
            while not task.done() and (last is None or self.steps < last):
                self._step()
        return task

    def end_all(self) -> None:
        """Cancel every task until none is left; no time passes by it. Raises Stuck."""
        now, last = self._now, self.steps + MOST_STEPS_TO_DIE
        with self._running():
            while alive := [task for task in self._begun if not task.done()]:
                for task in alive:
                    task.cancel()
                while self._calls:
                    self._step()
                if self.steps > last:
                    raise Stuck(f"these do not die: {alive}")
        self._begun.clear()
        self._later.clear()
        self._now = now

    def pass_by(self, seconds: float) -> None:
        """Let time pass while nothing is there to notice it."""
        self._now += seconds

    def _step(self) -> None:
        if not self._calls:
            self._pass_time()
        at = int(self._chance.random() * len(self._calls))
        self._calls[at], self._calls[-1] = self._calls[-1], self._calls[at]
        self.steps += 1
        self._calls.pop().perform()

    def _pass_time(self) -> None:
        while self._later and self._later[0][2].cancelled():
            heapq.heappop(self._later)
        if not self._later:
            raise Stuck("nothing is ready, and nothing is due")
        self._now = max(self._now, self._later[0][0])
        while self._later and self._later[0][0] <= self._now:
            self._calls.append(heapq.heappop(self._later)[2])

    @contextmanager
    def _running(self) -> Iterator[None]:
        asyncio._set_running_loop(self)
        try:
            yield
        finally:
            asyncio._set_running_loop(None)


def _carry_out(done: "asyncio.Future[T]", work: Callable[[], T]) -> None:
    # As with a thread: whoever waited may be gone, and the work is done all the same.
    try:
        result = work()
    except Exception as error:  # noqa: BLE001 - whatever it raises is for who waits
        if not done.done():
            done.set_exception(error)
    else:
        if not done.done():
            done.set_result(result)


class VirtualClock:
    """The loop's time as the wall shows it; it can be set, and the loop's time goes on."""

    LONGEST = 30.0
    """Seconds after which a sleeper has noticed that the clock was set."""

    def __init__(self, loop: SeededLoop, chance: Random) -> None:
        self._loop = loop
        self._chance = chance
        self._set_by = timedelta(0)
        self._sleepers: dict[asyncio.Future[None], None] = {}

    def now(self) -> datetime:
        return BEGINNING + timedelta(seconds=self._loop.time()) + self._set_by

    def set_forward(self, seconds: float) -> None:
        """Set the wall clock; back with a negative number. No time passes."""
        self._set_by += timedelta(seconds=seconds)
        for sleeper in self._sleepers:
            self._loop.call_later(self._chance.uniform(0, self.LONGEST), _wake, sleeper)

    async def sleep_until(self, deadline: datetime) -> None:
        # A difference of floats may fall short of the deadline by less than a microsecond.
        while (left := (deadline - self.now()).total_seconds()) > 0:
            await self._sleep(max(left, 1e-6))

    def timer(self, seconds: float, action: Callable[[], None]) -> Timer:
        return self._loop.call_later(seconds, action)

    async def _sleep(self, seconds: float) -> None:
        sleeper: asyncio.Future[None] = self._loop.create_future()
        alarm = self._loop.call_later(seconds, _wake, sleeper)
        self._sleepers[sleeper] = None
        try:
            await sleeper
        finally:
            alarm.cancel()
            del self._sleepers[sleeper]


def _wake(sleeper: asyncio.Future[None]) -> None:
    if not sleeper.done():
        sleeper.set_result(None)
