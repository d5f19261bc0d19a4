"""Zone data that is replaced: due times follow the rules of now, once each, and it is told."""

import zoneinfo
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from assent_engine.due import zone_data
from assent_engine.engine import Engine
from engine.durable.worlds import Json, approved
from engine.scheduling.homes import MONDAY, Driven, became, doing, hourly, times
from engine.scheduling.zones import fixed, put

HOUR = timedelta(hours=1)
HERE = "Test/Here"
NOON: Json = {"type": "cron", "expression": "0 12 * * *", "timezone": HERE}


@pytest.fixture
def zones(tmp_path: Path) -> Iterator[Path]:
    """The only zone data of the system; in it the clock of Test/Here is one hour ahead."""
    folder = tmp_path / "zones"
    put(folder, HERE, fixed(3600, "ONE"))
    zoneinfo.reset_tzpath([folder])
    zone_data.forget()
    yield folder
    zoneinfo.reset_tzpath()
    zone_data.forget()


@pytest.fixture
def driven(tmp_path: Path) -> Driven:
    return Driven(tmp_path / "home")


async def told(engine: Engine) -> list[str]:
    return [one.text for one in await engine.store.read.notices() if one.key.startswith("zone/")]


def day(count: int, hour: int) -> datetime:
    return MONDAY.replace(hour=hour) + timedelta(days=count)


async def test_due_times_to_come_follow_new_rules_and_none_comes_twice(
    driven: Driven, zones: Path
) -> None:
    async with driven.open() as engine:
        await driven.look(engine, "start")
        await approved(engine, doing(NOON))
        await driven.look(engine, "wake")
        await driven.pass_until(engine, day(1, 8))
        assert await engine.schedule.earliest() == day(1, 11)
        put(zones, HERE, fixed(7200, "TWO"))
        await driven.look(engine, "zone_data")
        assert await engine.schedule.earliest() == day(1, 10)
        await driven.pass_until(engine, day(2, 9))
        assert times(await became(engine)) == {"02 11:00": "ran", "03 10:00": "ran"}
        assert len(await engine.store.read.runs()) == 2


async def test_what_new_rules_have_moved_into_the_past_is_caught_up(
    driven: Driven, zones: Path
) -> None:
    async with driven.open() as engine:
        await approved(engine, doing(NOON))
        driven.clock.set_wall(MONDAY + 1.5 * HOUR)
        put(zones, HERE, fixed(7200, "TWO"))
        await driven.look(engine, "zone_data")
        await driven.pass_until(engine, day(1, 9))
        assert times(await became(engine)) == {"02 10:00": "caught_up"}


async def test_rules_that_move_what_ran_to_a_later_moment_make_another_due_time_of_it(
    driven: Driven, zones: Path
) -> None:
    async with driven.open() as engine:
        await approved(engine, doing(NOON))
        await driven.pass_until(engine, day(0, 11))
        put(zones, HERE, fixed(0, "UTC"))
        await driven.look(engine, "zone_data")
        await driven.pass_until(engine, day(1, 9))
        assert times(await became(engine)) == {"02 11:00": "ran", "02 12:00": "ran"}


async def test_an_update_while_nothing_ran_is_noticed_at_the_next_start(
    driven: Driven, zones: Path
) -> None:
    async with driven.open() as engine:
        await approved(engine, doing(NOON))
        await driven.look(engine, "start")
        await driven.pass_until(engine, day(0, 12))
    put(zones, HERE, fixed(7200, "TWO"))
    driven.clock.set_wall(day(1, 10) + HOUR / 2)
    async with driven.open() as engine:
        await driven.look(engine, "start")
        (text,) = await told(engine)
        found = times(await became(engine))
        assert await engine.schedule.earliest() == day(2, 10)
    assert HERE in text
    assert found == {"02 11:00": "ran", "03 10:00": "caught_up"}


async def test_only_a_zone_in_use_whose_rules_are_other_ones_is_told_of(
    driven: Driven, zones: Path
) -> None:
    async with driven.open() as engine:
        await approved(engine, doing(NOON))
        for _ in range(2):
            await driven.look(engine, "zone_data")
        assert await told(engine) == []
        put(zones, "Test/Elsewhere", fixed(60, "X"))
        put(zones, HERE, fixed(3600, "ONE"))
        await driven.look(engine, "zone_data")
        assert await told(engine) == []
        put(zones, HERE, fixed(7200, "TWO"))
        for _ in range(2):
            await driven.look(engine, "zone_data")
        assert len(await told(engine)) == 1


async def test_a_trigger_whose_zone_is_gone_stands_still_and_holds_nothing_up(
    driven: Driven, zones: Path
) -> None:
    async with driven.open() as engine:
        await approved(engine, doing(NOON))
        policy_id = await approved(engine, doing(hourly()))
        (zones / HERE).unlink()
        await driven.look(engine, "zone_data")
        await driven.pass_until(engine, MONDAY + 2.5 * HOUR)
        assert times(await became(engine)) == {"02 10:00": "ran", "02 11:00": "ran"}
        (text,) = await told(engine)
        assert HERE in text
        assert [one.due for one in await engine.schedule.upcoming(1)] == [MONDAY + 3 * HOUR]
        put(zones, HERE, fixed(3600, "ONE"))
        await driven.pass_until(engine, MONDAY + 3.5 * HOUR)
        rows = await engine.store.read.occurrences()
    words = [row.status for row in rows if row.policy_id != policy_id]
    assert words == ["caught_up"]


def test_a_package_that_puts_a_zone_in_place_leaves_its_mark(zones: Path) -> None:
    before = zone_data.marks()
    assert before == zone_data.marks()
    put(zones, HERE, fixed(3600, "ONE"))
    assert before != zone_data.marks()


def test_the_release_is_the_one_that_the_data_names(zones: Path) -> None:
    (zones / "tzdata.zi").write_text("# version 2031c\n# redo posix_only\n")
    assert zone_data.release() == "2031c"
    (zones / "tzdata.zi").unlink()
    (zones / "+VERSION").write_text("2031d\n")
    assert zone_data.release() == "2031d"
