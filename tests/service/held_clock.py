"""A clock whose timers ring when a test says so."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from assent_engine.clock import Timer


@dataclass
class HeldTimer:
    seconds: float
    action: Callable[[], None]
    over: bool = False

    def cancel(self) -> None:
        self.over = True


@dataclass
class HeldClock:
    """Timers that ring when the test says so."""

    timers: list[HeldTimer] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep_until(self, deadline: datetime) -> None:
        raise NotImplementedError

    def timer(self, seconds: float, action: Callable[[], None]) -> Timer:
        self.timers.append(HeldTimer(seconds, action))
        return self.timers[-1]

    def ring(self, seconds: float) -> None:
        for one in [one for one in self.timers if one.seconds == seconds and not one.over]:
            one.over = True
            one.action()
