"""Stalling: the owner is told, once, of a run under way that makes no progress for too long."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from assent_engine.clock import Clock, Timer
from assent_engine.moments import timestamp
from assent_engine.notices import NoticeLevel
from assent_engine.store import Store
from assent_engine.store.records import NewNotice


@dataclass(slots=True)
class Stalling:
    """Watches one run by what it records; `seconds` None watches nothing.

    The notice's key is the run's, so that a restart does not tell of it again.
    """

    store: Store
    clock: Clock
    run_id: str
    name: str
    seconds: int | None
    _waits: int = 0
    _timer: Timer | None = None

    @contextmanager
    def watching(self, quiet_since: datetime | None) -> Iterator[None]:
        """Watch a run that is under way; `quiet_since` is when a crash had cut it off."""
        passed = (self.clock.now() - quiet_since).total_seconds() if quiet_since else 0
        self._count(max(passed, 0))
        try:
            yield
        finally:
            self._stop()

    def progressed(self) -> None:
        """Count anew: something was recorded."""
        self._count(0)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Let a wait of the policy's own pass; it is no lack of progress."""
        self._waits += 1
        self._stop()
        try:
            yield
        finally:
            self._waits -= 1
            self.progressed()

    def _count(self, passed: float) -> None:
        self._stop()
        if self.seconds is not None and self._waits == 0:
            self._timer = self.clock.timer(max(self.seconds - passed, 0), self._tell)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _tell(self) -> None:
        text = f"{self.name} has made no progress for {self.seconds} seconds and goes on trying."
        at = timestamp(self.clock.now())
        key = f"{self.run_id}/stalled"
        self.store.enqueue(NewNotice(key, text, NoticeLevel.PROBLEM, self.run_id, at))
