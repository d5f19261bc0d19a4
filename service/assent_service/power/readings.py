"""Readings of the system's clocks: from two of them follow how long it slept and was set by."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from assent_engine.due.zone_data import Marks, marks
from assent_engine.scheduling.zone import read_zone

Seconds = Callable[[], float]
SLEPT = 1.0
"""Seconds asleep that count as a sleep."""
SET = 2.0
"""Seconds by which the wall clock must leave its course to count as set; slewing stays below."""


@dataclass(frozen=True, slots=True)
class Readings:
    """Seconds on three clocks: `wall` since the epoch, `awake` without sleep, `whole` with it.

    `zone` is the computer's, by its IANA name; `zone_data` the marks of what is known of zones.
    """

    wall: float
    awake: float
    whole: float
    zone: str = "UTC"
    zone_data: Marks = frozenset()

    @classmethod
    def now(cls) -> "Readings":
        """The clocks of this system; read one after the other, so exact to microseconds."""
        zone, data = read_zone(), marks()
        return cls(time.time(), *_AWAKE_AND_WHOLE(), zone, data)


@dataclass(frozen=True, slots=True)
class Passed:
    """What lay between two readings, in seconds: sleep, and by how much the wall clock was set.

    `moved_to` is the zone where it is another one now; `new_zone_data` whether that was replaced.
    """

    asleep: float
    set_by: float
    moved_to: str | None = None
    new_zone_data: bool = False

    @classmethod
    def between(cls, before: Readings, after: Readings) -> "Passed":
        whole, awake = after.whole - before.whole, after.awake - before.awake
        moved_to = after.zone if after.zone != before.zone else None
        replaced = after.zone_data != before.zone_data
        return cls(whole - awake, after.wall - before.wall - whole, moved_to, replaced)

    @property
    def slept(self) -> bool:
        return self.asleep >= SLEPT

    @property
    def was_set(self) -> bool:
        return abs(self.set_by) >= SET


def _linux() -> tuple[float, float]:
    return time.clock_gettime(time.CLOCK_MONOTONIC), time.clock_gettime(time.CLOCK_BOOTTIME)


def _macos() -> tuple[float, float]:
    """Apple's CLOCK_MONOTONIC_RAW counts sleep, its CLOCK_UPTIME_RAW does not."""
    awake: int = getattr(time, "CLOCK_UPTIME_RAW", 8)
    return time.clock_gettime(awake), time.clock_gettime(time.CLOCK_MONOTONIC_RAW)


def _windows() -> tuple[float, float]:
    """GetTickCount64 counts sleep in milliseconds, the unbiased time does not, in 100 ns."""
    import ctypes

    windll = getattr(ctypes, "windll")  # noqa: B009 - known on Windows only
    unbiased = ctypes.c_ulonglong()
    windll.kernel32.QueryUnbiasedInterruptTime(ctypes.byref(unbiased))
    windll.kernel32.GetTickCount64.restype = ctypes.c_ulonglong
    return unbiased.value / 10_000_000, windll.kernel32.GetTickCount64() / 1_000


def _elsewhere() -> tuple[float, float]:
    """Where no clock tells of sleep there is none to be told of but by the wall clock."""
    return time.monotonic(), time.monotonic()


_SYSTEMS = {"linux": _linux, "darwin": _macos, "win32": _windows}
_AWAKE_AND_WHOLE = _SYSTEMS.get(sys.platform, _elsewhere)
