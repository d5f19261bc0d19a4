"""Clocks that jump, zones that change, and days of 23 and 25 hours."""

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from assent_engine.engine import Engine
from engine.durable.worlds import approved
from engine.scheduling.homes import MONDAY, Driven, became, doing, hourly, times
from engine.scheduling.jumps import jumped

HOUR, YEAR = timedelta(hours=1), timedelta(days=365)


@pytest.fixture
def driven(tmp_path: Path) -> Driven:
    return Driven(tmp_path / "home")


async def changed(driven: Driven, engine: Engine, now: datetime) -> None:
    driven.clock.set_wall(now)
    await driven.look(engine, "clock_changed")


async def test_a_clock_that_is_set_back_repeats_nothing_that_ran(driven: Driven) -> None:
    async with driven.open() as engine:
        await approved(engine, doing(hourly()))
        await driven.pass_until(engine, MONDAY + 3 * HOUR)
        await changed(driven, engine, MONDAY + 0.5 * HOUR)
        await driven.pass_until(engine, MONDAY + 4 * HOUR)
        assert list((await became(engine)).values()) == ["ran"] * 4
        assert len(await engine.store.read.runs()) == 4


async def test_a_clock_that_was_a_year_ahead_costs_no_due_time_of_that_year(
    driven: Driven,
) -> None:
    async with driven.open() as engine:
        await approved(engine, doing(hourly()))
        await changed(driven, engine, MONDAY + YEAR + 0.5 * HOUR)
        await changed(driven, engine, MONDAY + 1.5 * HOUR)
        await driven.pass_until(engine, MONDAY + 3 * HOUR)
        found = await became(engine)
    words = {
        MONDAY + HOUR: "skipped later_one",
        MONDAY + 2 * HOUR: "ran",
        MONDAY + 3 * HOUR: "ran",
        MONDAY + YEAR: "caught_up",
    }
    assert found == words


async def test_a_clock_that_is_set_forward_catches_up(driven: Driven) -> None:
    async with driven.open() as engine:
        await approved(engine, doing(hourly()))
        await changed(driven, engine, MONDAY + 2.5 * HOUR)
        found = times(await became(engine))
    assert found == {"02 10:00": "skipped later_one", "02 11:00": "caught_up"}


async def test_another_zone_moves_what_is_to_come_and_nothing_that_was(driven: Driven) -> None:
    async with driven.open() as engine:
        await approved(engine, doing({"type": "cron", "expression": "0 12 * * *"}))
        await driven.pass_until(engine, MONDAY + 4 * HOUR)
        assert await engine.schedule.earliest() == MONDAY + 27 * HOUR
        driven.zone = "America/New_York"
        await driven.look(engine, "clock_changed")
        assert await engine.schedule.earliest() == MONDAY + 8 * HOUR
        await driven.pass_until(engine, MONDAY + 9 * HOUR)
        assert times(await became(engine)) == {"02 12:00": "ran", "02 17:00": "ran"}


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-03-29", ["01:00", "01:30"]), ("2026-10-25", ["00:30", "02:30"])],
)
async def test_on_days_of_clock_changes_a_daily_time_comes_once(
    driven: Driven, day: str, expected: list[str]
) -> None:
    midnight = datetime.fromisoformat(f"{day}T00:00:00+00:00")
    driven.zone = "Europe/Berlin"
    driven.clock.set_wall(midnight - HOUR)
    async with driven.open() as engine:
        times_of_day = {"type": "cron", "expression": "30 2,3 * * *"}
        await approved(engine, doing(times_of_day))
        await driven.pass_until(engine, midnight + 3 * HOUR)
        rows = await engine.store.read.occurrences()
    assert [one.due[11:16] for one in rows] == expected
    assert [one.status for one in rows] == ["ran", "ran"]


@pytest.mark.parametrize("seed", range(12))
async def test_jumps_of_the_clock_neither_double_nor_lose_a_due_time(
    tmp_path: Path, seed: int
) -> None:
    await jumped(tmp_path / "home", random.Random(seed))
