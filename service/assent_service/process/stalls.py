"""A watchdog over the event loop: a thread that notices when it stops turning."""

import asyncio
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field

EVERY = 15.0
"""Seconds between two questions to the loop."""
LIMIT = 5.0
"""Seconds after which a loop that has not answered is stalled."""
_DEEPEST = 40


@dataclass(slots=True)
class StallWatch:
    """Asks the loop now and then whether it turns.

    `alive` is called, on the thread, at each answer; `stalled` once for each stall, with the
    stacks of all threads, while it lasts; `over` with its length in seconds, when it has ended.
    """

    alive: Callable[[], None]
    stalled: Callable[[str], None]
    over: Callable[[float], None]
    every: float = EVERY
    limit: float = LIMIT
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Watch the running loop."""
        loop = asyncio.get_running_loop()
        self._thread = threading.Thread(
            target=self._watch, args=(loop,), name="assent-stalls", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        while not self._stop.wait(self.every):
            asked, answered = time.monotonic(), threading.Event()
            try:
                loop.call_soon_threadsafe(answered.set)
            except RuntimeError:
                return
            if not answered.wait(self.limit):
                self.stalled(stacks())
                self._wait_for(answered)
                self.over(time.monotonic() - asked)
            if not self._stop.is_set():
                self.alive()

    def _wait_for(self, answered: threading.Event) -> None:
        while not answered.wait(self.limit) and not self._stop.is_set():
            pass


def stacks() -> str:
    """Where each thread of this process stands."""
    names = {one.ident: one.name for one in threading.enumerate()}
    told = []
    for ident, frame in sys._current_frames().items():  # noqa: SLF001 - there is no other way
        where = "".join(traceback.format_stack(frame)[-_DEEPEST:])
        told.append(f"{names.get(ident, ident)}:\n{where}")
    return "\n".join(told)
