"""The watch over the event loop, on a real loop and a real thread."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any

from assent_service.process.stalls import StallWatch


class Ear:
    """What the watch tells; `seen` is set at the last level, `over` at the end of a stall."""

    def __init__(self, levels: tuple[float, ...] = (0.02, 0.05)) -> None:
        self.seen, self.over, self.levels = threading.Event(), threading.Event(), levels
        self.told: list[tuple[float, str]] = []
        self.lasted: list[float] = []

    def stalled(self, level: float, stack: str) -> None:
        self.told.append((level, stack))
        if level == self.levels[-1]:
            self.seen.set()

    def ended(self, seconds: float) -> None:
        self.lasted.append(seconds)
        self.over.set()

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        watch = StallWatch(self.stalled, self.ended, self.levels)
        try:
            with asyncio.Runner(loop_factory=watch.new_loop) as runner:
                runner.run(work)
        finally:
            watch.stop()


def hold_the_loop_until(seen: threading.Event) -> None:
    assert seen.wait(30)


def test_a_stall_is_told_of_once_a_level_with_where_it_stands_and_how_long_it_was() -> None:
    ear = Ear()

    async def stall() -> None:
        await asyncio.sleep(0)
        hold_the_loop_until(ear.seen)
        await asyncio.to_thread(ear.over.wait, 30)

    ear.run(stall())
    assert [level for level, _ in ear.told] == [0.02, 0.05]
    assert all("hold_the_loop_until" in stack for _, stack in ear.told)
    assert ear.lasted[0] >= 0.05


def test_a_loop_that_waits_is_no_stall() -> None:
    ear = Ear((0.001,))

    async def wait() -> None:
        loop = asyncio.get_running_loop()
        for _ in range(3):
            over = loop.create_future()
            # The loop sleeps, for as long as it takes, until another thread wakes it.
            threading.Timer(0.05, loop.call_soon_threadsafe, (over.set_result, None)).start()
            await over

    ear.run(wait())
    assert [stack for _, stack in ear.told if "select" in stack.rsplit("\n", 4)[-3]] == []


def test_it_ends_with_its_loop_and_before_it_began_too() -> None:
    ear = Ear()
    StallWatch(ear.stalled, ear.ended).stop()
    ear.run(asyncio.sleep(0))
    assert ear.told == []
