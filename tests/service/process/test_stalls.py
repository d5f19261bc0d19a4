"""The watchdog over the event loop, on a real loop and a real thread."""

import asyncio
import threading

from assent_service.process.stalls import StallWatch


class Ear:
    def __init__(self) -> None:
        self.alive, self.seen, self.over = threading.Event(), threading.Event(), threading.Event()
        self.stacks: list[str] = []
        self.lasted: list[float] = []

    def hear(self, stacks: str) -> None:
        self.stacks.append(stacks)
        self.seen.set()

    def end(self, seconds: float) -> None:
        self.lasted.append(seconds)
        self.over.set()

    def watch(self) -> StallWatch:
        return StallWatch(self.alive.set, self.hear, self.end, every=0.01, limit=0.05)


async def test_a_loop_that_turns_is_alive_and_never_stalled() -> None:
    ear = Ear()
    watch = ear.watch()
    watch.limit = 30
    watch.start()
    assert await asyncio.to_thread(ear.alive.wait, 30)
    await asyncio.to_thread(watch.stop)
    assert ear.stacks == []


async def test_a_stall_is_told_of_once_with_where_it_stands_and_how_long_it_was() -> None:
    ear = Ear()
    watch = ear.watch()
    watch.start()
    hold_the_loop_until(ear.seen)
    assert not ear.alive.is_set()
    assert await asyncio.to_thread(ear.over.wait, 30)
    assert "hold_the_loop_until" in ear.stacks[0]
    assert ear.lasted[0] >= 0.05
    await asyncio.to_thread(watch.stop)


def hold_the_loop_until(seen: threading.Event) -> None:
    assert seen.wait(30)


async def test_it_ends_at_once_and_after_its_loop_too() -> None:
    ear = Ear()
    watch = StallWatch(ear.alive.set, ear.hear, ear.end)
    watch.start()
    watch.stop()
    watch.stop()
