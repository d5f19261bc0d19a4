"""The stall watch: a thread that notices an event loop which no longer turns.

It sleeps as long as the loop does: a loop that waits for something is no stall, and an idle one
costs nothing.
"""

import asyncio
import selectors
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any

NOTICED, ALARMING = 5.0, 30.0
"""Seconds that one turn of the loop may take before it is noted, and before it is an alarm."""
Stalled = Callable[[float, str], None]


class StallWatch:
    """Watches one loop, made by `new_loop` in the thread that runs it.

    `stalled` is called, on the watching thread, with the level that was passed and where the loop
    stands, once for each level of a stall; `over` with the seconds that it took, when it ends.
    """

    def __init__(
        self,
        stalled: Stalled,
        over: Callable[[float], None],
        levels: Sequence[float] = (NOTICED, ALARMING),
    ) -> None:
        self._stalled, self._over, self._levels = stalled, over, levels
        self._busy_since: float | None = None
        self._dormant = False
        self._rouse, self._ended = threading.Event(), threading.Event()
        self._watched = threading.get_ident()
        self._thread = threading.Thread(target=self._watch, name="assent-stalls", daemon=True)

    def new_loop(self) -> asyncio.AbstractEventLoop:
        """A loop whose waiting is seen; the watch begins."""
        self._watched = threading.get_ident()
        self._thread.start()
        if sys.platform == "win32":
            return asyncio.ProactorEventLoop(_proactor(self))
        return asyncio.SelectorEventLoop(_Selector(self))

    def stop(self) -> None:
        """End the watch; before it began, too."""
        self._ended.set()
        self._rouse.set()
        if self._thread.ident is not None:
            self._thread.join()

    def waiting(self) -> None:
        """The loop has nothing to do."""
        self._busy_since = None

    def working(self) -> None:
        """The loop has something to do."""
        self._busy_since = time.monotonic()
        if self._dormant:
            self._rouse.set()

    def _watch(self) -> None:
        while not self._ended.is_set():
            self._rouse.clear()
            self._dormant = True
            if self._busy_since is None:
                self._rouse.wait()
            self._dormant = False
            # A loop wakes for many short turns at a time: they rouse this thread once.
            self._ended.wait(self._levels[0])
            if (since := self._busy_since) is not None:
                self._follow(since)

    def _follow(self, since: float) -> None:
        """See one turn of the loop out."""
        passed = 0
        for level in (*self._levels, float("inf")):
            if not self._outlasts(since, level):
                break
            passed += 1
            self._stalled(level, self._stack())
        if passed:
            self._over(time.monotonic() - since)

    def _outlasts(self, since: float, seconds: float) -> bool:
        """Whether the turn that began then takes so long."""
        while self._busy_since == since and not self._ended.is_set():
            left = since + seconds - time.monotonic()
            if left <= 0:
                return True
            self._ended.wait(min(left, self._levels[0]))
        return False

    def _stack(self) -> str:
        frame = sys._current_frames().get(self._watched)  # noqa: SLF001 - there is no other way
        return "".join(traceback.format_stack(frame)) if frame else ""


class _Selector(selectors.DefaultSelector):
    """Tells when it waits."""

    def __init__(self, watch: StallWatch) -> None:
        super().__init__()
        self._watch = watch

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._watch.waiting()
        try:
            return super().select(timeout)
        finally:
            self._watch.working()


def _proactor(watch: StallWatch) -> Any:
    """As `_Selector`, on Windows."""
    base: Any = getattr(asyncio, "IocpProactor")  # noqa: B009 - no such name elsewhere

    class Proactor(base):  # type: ignore[misc]
        def select(self, timeout: float | None = None) -> Sequence[Any]:
            watch.waiting()
            try:
                return list(super().select(timeout))
            finally:
                watch.working()

    return Proactor()
