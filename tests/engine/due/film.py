"""The oracle: due times as a film with one frame a minute, taken over UTC from the local clock.

It shares nothing with the engine but the zone data: its own reading of expressions, its own search
for clock changes, no library for cron.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

FIRST = datetime(2023, 12, 1, tzinfo=UTC)
LAST = datetime(2031, 6, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = 24 * 60
LENGTH = (LAST - FIRST) // MINUTE
MARGIN = 2 * DAY
NAMES = {"SUN": "0", "MON": "1", "FRI": "5"}
RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))

Offsets = tuple[tuple[int, int], ...]
"""From which minute of the film on, how many minutes the local clock is ahead of UTC."""


@dataclass(frozen=True)
class Shape:
    """An expression and what the rules call it."""

    expression: str
    keeps_elapsed_time: bool


SHAPES = (
    Shape("30 2 * * *", False),
    Shape("15 0 * * *", False),
    Shape("*/20 1-3 * * *", False),
    Shape("5 1,2,3,23 */2 * 7", False),
    Shape("0 9 * * MON-FRI", False),
    Shape("45 23 13 * FRI", False),
    Shape("0 0 1 * *", False),
    Shape("17 2,14 29 2,3,10,11 0", False),
    Shape("*/25 * * * *", True),
    Shape("10 0-23 * * 6,0", True),
    Shape("30 */2 * * *", True),
    Shape("0 1-23/3 * 3,4,9-11 *", True),
)


def numbers(text: str, low: int, high: int) -> set[int]:
    """The numbers of one field."""
    found: set[int] = set()
    for item in text.split(","):
        span, _, step = item.partition("/")
        first, _, last = (f"{low}-{high}" if span == "*" else span).partition("-")
        last = last or first
        values = range(int(NAMES.get(first, first)), int(NAMES.get(last, last)) + 1)
        found |= set(values[:: int(step or 1)])
    return found


def is_day(day: date, fields: list[str]) -> bool:
    """Whether a day is one of the expression's: either field, if neither begins with a star."""
    days, months, weekdays = (numbers(fields[at], *RANGES[at]) for at in (2, 3, 4))
    in_month = day.day in days
    in_week = bool({day.isoweekday(), day.isoweekday() % 7} & weekdays)
    starred = fields[2][0] == "*" or fields[4][0] == "*"
    return day.month in months and (in_month and in_week if starred else in_month or in_week)


@cache
def matches(expression: str) -> bytes:
    """One byte for each minute of a local clock: whether the expression names it."""
    fields = expression.split()
    minutes, hours = (numbers(fields[at], *RANGES[at]) for at in (0, 1))
    named = bytes(at % 60 in minutes and at // 60 in hours for at in range(DAY))
    days = (FIRST.date() + timedelta(days=at) for at in range(-2, LENGTH // DAY + 2))
    return b"".join(named if is_day(day, fields) else bytes(DAY) for day in days)


def offset(minute: int, zone: ZoneInfo) -> int:
    """How far the local clock is ahead of UTC, in minutes."""
    ahead = (FIRST + minute * MINUTE).astimezone(zone).utcoffset() or timedelta()
    assert ahead % MINUTE == timedelta()
    return ahead // MINUTE


def offsets(zone: ZoneInfo) -> Offsets:
    """The clock changes: looked for by quarter days, and in those minute by minute."""
    found = [(0, offset(0, zone))]
    for quarter in range(0, LENGTH, DAY // 4):
        if offset(min(quarter + DAY // 4, LENGTH), zone) != found[-1][1]:
            for minute in range(quarter, quarter + DAY // 4 + 1):
                if (ahead := offset(minute, zone)) != found[-1][1]:
                    found.append((minute, ahead))
    return tuple(found)


@lru_cache(maxsize=len(SHAPES))
def film(shape: Shape, changes: Offsets) -> bytes:
    """One byte for each minute since FIRST: whether the shape is due then."""
    named = matches(shape.expression)
    ends = [minute for minute, _ in changes[1:]] + [LENGTH]
    frames = bytearray()
    for (begin, ahead), end in zip(changes, ends, strict=True):
        frames += named[begin + ahead + MARGIN : end + ahead + MARGIN]
    for (_, before), (minute, behind) in pairwise(changes):
        now = minute + before + MARGIN
        old_clock = named[now : now + abs(behind - before)]
        for passed in range(len(old_clock)):
            frame = minute + passed
            if behind < before:
                frames[frame] &= shape.keeps_elapsed_time
            elif shape.keeps_elapsed_time:
                frames[frame] |= old_clock[passed]
            else:
                frames[minute] |= old_clock[passed]
    return bytes(frames)
