"""Being told to end: by signal, on every system."""

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_WORDS = ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK")


@contextmanager
def told_to_end() -> Iterator[asyncio.Event]:
    """An event that is set once the process is asked to end; asking again changes nothing."""
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    signals = [getattr(signal, name) for name in _WORDS if hasattr(signal, name)]
    if sys.platform == "win32":
        yield from _by_handler(loop, told, signals)
        return
    for one in signals:
        loop.add_signal_handler(one, told.set)
    try:
        yield told
    finally:
        for one in signals:
            loop.remove_signal_handler(one)


def _by_handler(
    loop: asyncio.AbstractEventLoop, told: asyncio.Event, signals: list[signal.Signals]
) -> Iterator[asyncio.Event]:
    """Where loops take no signals the handler wakes the loop."""

    def hear(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(told.set)

    before = {one: signal.signal(one, hear) for one in signals}
    try:
        yield told
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
