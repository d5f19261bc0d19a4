"""Due times against the oracle: every zone, twelve shapes, every month of seven years (T8).

A case is one zone, shape and month: what is due next from a random moment of the month on, or in a
month with a clock change everything due from a random moment near it on. Then the moments in and
around the hours that a change drops or repeats. ASSENT_SEED chooses the moments and the sample.
"""

import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice, pairwise, takewhile
from random import Random
from zoneinfo import ZoneInfo, available_timezones

import pytest

from assent_engine.due import due
from assent_schemas.triggers import CronTrigger
from engine.due.film import DAY, FIRST, MINUTE, SHAPES, Offsets, Shape, film, offsets

SEED = int(os.environ.get("ASSENT_SEED") or time.time())
YEARS = range(2024, 2031)
NEXT = 3
NEAR = 30 * 60
SAMPLE = 12
TOLD_APART = ("Australia/Lord_Howe", "Antarctica/Troll", "Africa/Cairo", "America/Havana")
"""Half an hour, two hours, and changes at midnight: in every sample."""


@dataclass(frozen=True)
class Case:
    """From when on, and how far: up to a minute of the film, or so many due times."""

    zone: str
    shape: Shape
    after: datetime
    until: int | None = None

    def expected(self, changes: Offsets) -> list[datetime]:
        frames = film(self.shape, changes)
        found: list[datetime] = []
        minute = (self.after - FIRST) // MINUTE
        while (minute := frames.find(1, minute + 1, self.until)) >= 0:
            found.append(FIRST + minute * MINUTE)
            if self.until is None and len(found) == NEXT:
                break
        return found

    def found(self) -> list[datetime]:
        trigger = CronTrigger(type="cron", expression=self.shape.expression, timezone=self.zone)
        moments = due(trigger, self.after, "UTC")
        if self.until is None:
            return list(islice(moments, NEXT))
        end = FIRST + self.until * MINUTE
        return list(takewhile(lambda moment: moment < end, moments))


@cache
def changes_of(zone: str) -> Offsets:
    return offsets(ZoneInfo(zone))


def instant(minute: int, random: Random) -> datetime:
    """A moment of a minute, as often as not its very beginning."""
    return FIRST + minute * MINUTE + random.choice((timedelta(), random.random() * MINUTE))


def months() -> list[tuple[int, int]]:
    """The first minute of every month and the first after it."""
    firsts = [datetime(year, month, 1, tzinfo=UTC) for year in YEARS for month in range(1, 13)]
    begins = [(first - FIRST) // MINUTE for first in [*firsts, datetime(2031, 1, 1, tzinfo=UTC)]]
    return list(pairwise(begins))


def monthly(zone: str, random: Random) -> Iterator[Case]:
    """A case for every shape and month."""
    changes = [minute for minute, _ in changes_of(zone)]
    for begin, end in months():
        change = next((minute for minute in changes if begin <= minute < end), None)
        for shape in SHAPES:
            if change is None:
                yield Case(zone, shape, instant(random.randrange(begin, end), random))
            else:
                after = instant(random.randrange(change - NEAR, change), random)
                yield Case(zone, shape, after, change + NEAR)


def around_changes(zone: str, random: Random) -> Iterator[Case]:
    """For every change and shape a moment close to it, before or after."""
    for change, _ in changes_of(zone)[1:]:
        for shape in SHAPES:
            after = instant(random.randrange(change - 150, change + 150), random)
            yield Case(zone, shape, after, change + DAY)


def differences(zones: Iterable[str], random: Random) -> tuple[int, list[str]]:
    """How many cases there were, and those in which the engine and the oracle disagree."""
    count, wrong = 0, []
    for zone in zones:
        for case in [*monthly(zone, random), *around_changes(zone, random)]:
            count += 1
            found, expected = case.found(), case.expected(changes_of(zone))
            if found != expected:
                wrong.append(f"{case}: {found} is not {expected}")
    return count, wrong


def chance() -> Random:
    return Random(SEED)


def report(zones: list[str]) -> tuple[int, list[str]]:
    begin = time.process_time()
    # Zones whose clocks agree stand side by side: the films of one history are kept at a time.
    count, wrong = differences(sorted(zones, key=changes_of), chance())
    seconds = time.process_time() - begin
    figures = f"seed {SEED}: {len(zones)} zones, {count} cases, {len(wrong)} differences"
    print(f"{figures}, {seconds:.1f} s of processor time")  # noqa: T201 - the figures are wanted
    return count, wrong[:3]


def test_a_sample_of_zones_agrees_with_the_oracle_in_every_month_and_around_every_change() -> None:
    others = sorted(available_timezones() - set(TOLD_APART))
    zones = [*TOLD_APART, *chance().sample(others, SAMPLE - len(TOLD_APART))]
    count, wrong = report(zones)
    assert (wrong, SEED) == ([], SEED)
    assert count >= SAMPLE * len(SHAPES) * len(months())


@pytest.mark.skipif("ASSENT_FULL" not in os.environ, reason="takes minutes: set ASSENT_FULL=1")
def test_every_zone_agrees_with_the_oracle_in_every_month_and_around_every_change() -> None:
    count, wrong = report(sorted(available_timezones()))
    assert (wrong, SEED) == ([], SEED)
    assert count >= 500_000
