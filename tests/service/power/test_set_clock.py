"""timerfd's voice: the kernel's own descriptor, and what is made of its becoming readable."""

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assent_service.power import Told, Unavailable, set_clock

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="timerfd is Linux's")


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The writing end of a pipe that stands for the kernel: only it may set the clock."""
    reading, writing = os.pipe2(os.O_NONBLOCK)
    monkeypatch.setattr(set_clock, "_created", lambda: reading)
    monkeypatch.setattr(set_clock, "_arm", lambda _descriptor: None)
    yield writing
    os.close(writing)


def armed(descriptor: int) -> bool:
    """Whether the kernel knows it as a timer on the wall clock that a set clock cancels."""
    process = Path("/proc/self")
    kind = str((process / "fd" / str(descriptor)).readlink())
    return "timerfd" in kind and "settime flags: 03" in (
        process / "fdinfo" / str(descriptor)
    ).read_text(encoding="ascii")


async def test_the_kernel_gives_a_timer_and_it_is_silent_while_nothing_is_set() -> None:
    voice = set_clock.SetClock()
    told: asyncio.Queue[Told] = asyncio.Queue()
    await voice.start(told.put)
    descriptor = voice._descriptor
    assert descriptor is not None
    assert armed(descriptor)
    await voice.stop()
    assert told.empty()


async def test_each_time_that_it_becomes_readable_is_told_of(pipe: int) -> None:
    voice = set_clock.SetClock()
    told: asyncio.Queue[Told] = asyncio.Queue()
    await voice.start(told.put)
    for _ in range(3):
        os.write(pipe, bytes(8))
        async with asyncio.timeout(30):
            assert await told.get() is Told.TIME
    await voice.stop()


async def test_a_system_without_it_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctypes.CDLL", lambda *_, **__: object())
    voice = set_clock.SetClock()
    with pytest.raises(Unavailable, match="no timerfd"):
        await voice.start(asyncio.Queue[Told]().put)
    await voice.stop()
