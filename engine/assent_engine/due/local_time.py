"""Wall-clock times as moments: the rules for the hours that a clock change drops or repeats."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from heapq import heappop, heappush
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY = timedelta(days=1)


def zone_of(name: str) -> tzinfo:
    """The zone of an IANA name; raises ValueError where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name!r}") from None


def once(time: datetime, zone: tzinfo) -> list[datetime]:
    """A time of day comes once: at the end of the gap that drops it, first in a fold."""
    before, behind = _offsets(time, zone)
    return [_end_of_gap(time, zone)] if behind > before else [_less(time, before)]


def through(time: datetime, zone: tzinfo) -> list[datetime]:
    """Every so many hours of elapsed time: twice in a fold, as if there were no gap."""
    before, behind = _offsets(time, zone)
    offsets = (before, behind) if behind < before else (before,)
    return [_less(time, offset) for offset in offsets]


def in_order(
    times: Iterable[datetime],
    reading: Callable[[datetime, tzinfo], list[datetime]],
    zone: tzinfo,
) -> Iterator[datetime]:
    """The moments of ascending wall-clock times, ascending too; some may come twice."""
    waiting: list[datetime] = []
    for time in times:
        for moment in reading(time, zone):
            heappush(waiting, moment)
        # No later time comes before this one by the clock that is furthest ahead.
        while waiting and waiting[0] <= _less(time, max(_offsets(time, zone))):
            yield heappop(waiting)
    yield from sorted(waiting)


def start(after: datetime, zone: tzinfo) -> datetime:
    """The wall-clock time from which on to look for what is due after a moment."""
    now = _wall_clock(after, zone)
    # Near a change an earlier time may be due later: the second in a fold, one out of a gap.
    near = {(after + shift).astimezone(zone).utcoffset() for shift in (-DAY, timedelta(), DAY)}
    return now - DAY if len(near) > 1 else now


def _offsets(time: datetime, zone: tzinfo) -> tuple[timedelta, timedelta]:
    """The offsets before and behind the change that drops or repeats a time; else the same."""
    before = time.replace(tzinfo=zone, fold=0).utcoffset()
    behind = time.replace(tzinfo=zone, fold=1).utcoffset()
    return before or timedelta(), behind or timedelta()


def _less(time: datetime, offset: timedelta) -> datetime:
    return (time - offset).replace(tzinfo=UTC, fold=0)


def _wall_clock(moment: datetime, zone: tzinfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def _end_of_gap(time: datetime, zone: tzinfo) -> datetime:
    before, behind = _offsets(time, zone)
    earliest = _less(time, behind)

    def is_over(seconds: int) -> bool:
        return _wall_clock(earliest + timedelta(seconds=seconds), zone) > time

    span = range((behind - before) // timedelta(seconds=1) + 1)
    return earliest + timedelta(seconds=bisect_left(span, True, key=is_over))
