"""Sleeping for a minute or a month over fifty schedules: exactly the records of the rules."""

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from assent_engine.engine import Engine
from assent_engine.moments import moment
from assent_engine.scheduling.starting import Pace
from assent_engine.store.rows import OccurrenceRow
from engine.durable.worlds import Json, approved
from engine.scheduling.homes import MONDAY, Driven, became, doing, hourly
from engine.scheduling.oracle import Rhythm, Trigger

SCHEDULES = 50
PACE = Pace()
DAY = timedelta(days=1)


def catch_up(chance: random.Random) -> Json:
    rule: Json = {"missed": chance.choice(["none", "latest", "all", "ask"])}
    if chance.random() < 0.5:
        rule["within_seconds"] = chance.choice([60, 3600, 86_400, 1_000_000])
    if rule["missed"] == "all":
        rule["most"] = chance.randint(1, 4)
    return {} if chance.random() < 0.2 else {"catch_up": rule}


def rhythm(chance: random.Random) -> Rhythm:
    """A schedule: an interval, or a cron expression that comes to one in UTC."""
    more = {**catch_up(chance), "overlap": "allow"}
    match chance.choice(["interval", "hourly", "daily", "weekly"]):
        case "interval":
            every = timedelta(seconds=chance.randint(600, 200_000))
            trigger = {"type": "interval", "seconds": int(every.total_seconds())}
            return Rhythm({**trigger, **more}, MONDAY + every, every)
        case "hourly":
            minute = chance.randrange(60)
            first = MONDAY + timedelta(minutes=minute or 60)
            cron, every = f"{minute} * * * *", timedelta(hours=1)
        case "daily":
            hour = chance.randrange(10, 24)
            cron, first, every = f"0 {hour} * * *", MONDAY.replace(hour=hour), DAY
        case _:
            day = chance.randrange(1, 7)
            cron, every = f"30 8 * * {day}", 7 * DAY
            first = MONDAY.replace(hour=8, minute=30) + ((day - 1) or 7) * DAY
    return Rhythm({"type": "cron", "expression": cron, "timezone": "UTC", **more}, first, every)


async def slept(driven: Driven, chance: random.Random) -> None:
    """Awake for two hours, asleep three times, awake again: held against the rules."""
    async with driven.open() as engine:
        await driven.look(engine, "start")
        ids: dict[str, Trigger] = {}
        for number in range(SCHEDULES):
            one = rhythm(chance)
            name = f"P{number}"
            ids[await approved(engine, doing(one.trigger, name=name))] = Trigger(one, MONDAY)
        looks = await driven.pass_until(engine, MONDAY + timedelta(hours=2))
        for _ in range(3):
            asleep = timedelta(minutes=1) + chance.random() * timedelta(days=chance.choice([1, 30]))
            driven.clock.set_wall(driven.clock.now() + asleep)
            looks.append(driven.clock.now())
            await driven.look(engine, "wake")
            looks += await driven.pass_until(engine, driven.clock.now() + timedelta(hours=2))
        await compared(engine, ids, driven, looks)


async def compared(
    engine: Engine, ids: dict[str, Trigger], driven: Driven, looks: list[datetime]
) -> None:
    for policy_id, trigger in ids.items():
        for now in looks:
            trigger.look(now)
        found = await became(engine, policy_id)
        expected = dict(trigger.fates)
        for due, word in expected.items():
            # Nobody answers here: a question that is over has become a no.
            if word == "asked" and found[due] == "skipped unanswered":
                expected[due] = "skipped unanswered"
        assert found == expected, trigger.rhythm
    runs = await engine.store.read.runs()
    started = [one for one in await engine.store.read.occurrences() if one.run_id]
    assert len(runs) == len(started) == len({one.run_id for one in started})
    no_stampede(started)


def no_stampede(started: list[OccurrenceRow]) -> None:
    """What is on time alone starts at once; beside what was missed, all keep to the pace."""
    began = [(moment(one.at), one.status == "caught_up") for one in started]
    for at, _ in began:
        together = [late for one, late in began if at <= one < at + PACE.stagger]
        assert len(together) <= PACE.cap or not any(together)


@pytest.mark.parametrize("seed", range(4))
async def test_every_due_time_of_fifty_schedules_has_exactly_the_record_it_should(
    tmp_path: Path, seed: int
) -> None:
    await slept(Driven(tmp_path / "home"), random.Random(seed))


async def test_fifty_that_were_missed_start_four_at_a_time_the_longest_due_first(
    tmp_path: Path,
) -> None:
    driven = Driven(tmp_path / "home")
    async with driven.open() as engine:
        for number in range(50):
            await approved(engine, doing(hourly(seconds=3600 + number), name=f"P{number}"))
        driven.clock.set_wall(MONDAY + timedelta(hours=1, minutes=30))
        await driven.look(engine, "wake")
        assert len(driven.began) == 4
        await driven.pass_until(engine, driven.clock.now() + timedelta(minutes=5))
        rows = await engine.store.read.occurrences()
    assert [one.status for one in rows] == ["caught_up"] * 50
    assert [one.at for one in rows] == sorted(one.at for one in rows)
    waited = driven.began[-1] - driven.began[0]
    assert waited == 12 * PACE.stagger


async def test_fifty_that_are_due_at_once_and_on_time_wait_for_nobody(tmp_path: Path) -> None:
    driven = Driven(tmp_path / "home")
    async with driven.open() as engine:
        for number in range(50):
            await approved(engine, doing(hourly(), name=f"P{number}"))
        await driven.pass_until(engine, MONDAY + timedelta(hours=1))
        rows = await engine.store.read.occurrences()
    assert [one.status for one in rows] == ["ran"] * 50
    assert driven.began == [MONDAY + timedelta(hours=1)] * 50


async def test_what_is_on_time_keeps_to_the_pace_as_long_as_what_was_missed_starts(
    tmp_path: Path,
) -> None:
    driven = Driven(tmp_path / "home")
    async with driven.open() as engine:
        for number in range(8):
            await approved(engine, doing(hourly(), name=f"Missed {number}"))
        driven.clock.set_wall(MONDAY + timedelta(minutes=30))
        for number in range(8):
            await approved(engine, doing(hourly(), name=f"On time {number}"))
        driven.clock.set_wall(MONDAY + timedelta(minutes=90))
        await driven.look(engine, "wake")
        assert len(driven.began) == 4
        await driven.pass_until(engine, driven.clock.now() + timedelta(minutes=5))
        rows = await engine.store.read.occurrences()
    assert sorted(one.status for one in rows) == ["caught_up"] * 8 + ["ran"] * 8
    no_stampede(rows)
    waited = driven.began[-1] - driven.began[0]
    assert waited == 2 * PACE.stagger
