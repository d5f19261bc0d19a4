"""Records of due times: thinned by age and number, never what is needed, and verified."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from assent_engine.engine import Engine
from assent_engine.retention import DEFAULT, Keep
from assent_engine.safekeeping import thinning_occurrences
from assent_engine.scheduling.happenings import Event
from engine.durable.worlds import approved
from engine.scheduling.homes import MONDAY, Driven, became, doing, hourly, key, ordering

HOUR = timedelta(hours=1)
EVENT = {"type": "event", "name": "x", "overlap": "buffer_all"}
LONGER = (
    "UPDATE occurrences SET count = 2, through = replace(due, 'T12', 'T13') WHERE due LIKE '%T12%'"
)
OLD = replace(DEFAULT, occurrences=5 * HOUR)
FEW = replace(DEFAULT, most_occurrences=3)


@pytest.fixture
def driven(tmp_path: Path) -> Driven:
    return Driven(tmp_path / "home")


async def ten_hours(driven: Driven, engine: Engine) -> str:
    policy_id = await approved(engine, doing(hourly()))
    await driven.pass_until(engine, MONDAY + 10 * HOUR)
    return policy_id


async def findings(engine: Engine) -> list[str]:
    return [one.detail for one in (await engine.check_store()).findings]


@pytest.mark.parametrize(("keep", "left"), [(OLD, 5), (FEW, 3), (DEFAULT, 10)])
@pytest.mark.parametrize("batch", [1, 500])
async def test_the_oldest_records_go_by_age_and_by_number(
    driven: Driven, keep: Keep, left: int, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thinning_occurrences, "BATCH", batch)
    async with driven.open() as engine:
        policy_id = await ten_hours(driven, engine)
        for _ in range(2):
            await engine.thin(keep)
        found = await became(engine)
        thinned = await engine.store.read.occurrences_thinned()
        assert sorted(found) == [MONDAY + (11 - at) * HOUR for at in range(left, 0, -1)]
        counts = {key_: count for key_, (_, count) in thinned.items()}
        assert counts == ({(policy_id, key(hourly())): 10 - left} if left < 10 else {})
        assert await findings(engine) == []


async def test_what_was_thinned_does_not_run_again_when_the_clock_is_set_back(
    driven: Driven,
) -> None:
    async with driven.open() as engine:
        await ten_hours(driven, engine)
        await engine.thin(FEW)
        driven.clock.set_wall(MONDAY + 0.5 * HOUR)
        await driven.look(engine, "clock_changed")
        await driven.pass_until(engine, MONDAY + 11 * HOUR)
        assert len(await engine.store.read.runs()) == 11
        assert sorted(await became(engine)) == [MONDAY + at * HOUR for at in (8, 9, 10, 11)]
        assert await findings(engine) == []


async def test_what_waits_and_what_an_open_run_was_started_by_stays(driven: Driven) -> None:
    async with driven.open() as engine:
        await approved(engine, ordering(EVENT))
        driven.gate.clear()
        for _ in range(3):
            await engine.schedule.emit(Event("x"))
        driven.clock.set_wall(MONDAY + 100 * HOUR)
        await engine.thin(replace(OLD, most_occurrences=0))
        words = list((await became(engine)).values())
        assert words == ["ran", "queued", "queued"]
        driven.gate.set()
        await engine.schedule.drained()
        await engine.thin(replace(OLD, most_occurrences=0))
        assert await became(engine) == {}


@pytest.mark.parametrize(
    ("sql", "detail"),
    [
        ("DELETE FROM occurrences WHERE due LIKE '%T12%'", "1 due times"),
        ("UPDATE occurrences SET run_id = 'none' WHERE due LIKE '%T12%'", "no such run"),
        ("UPDATE occurrences SET status = 'skipped' WHERE due LIKE '%T12%'", "names a run"),
        ("UPDATE occurrences SET status = 'asked', run_id = NULL WHERE due LIKE '%T12%'", "asked"),
        ("UPDATE occurrences SET count = 2 WHERE due LIKE '%T12%'", "number does not fit"),
        (LONGER, "two records"),
    ],
)
async def test_records_that_were_changed_are_found(driven: Driven, sql: str, detail: str) -> None:
    async with driven.open() as engine:
        await ten_hours(driven, engine)
        assert await findings(engine) == []
    with closing(sqlite3.connect(driven.path / "assent.sqlite")) as connection:
        connection.execute(sql)
        connection.commit()
    async with driven.open() as engine:
        assert any(detail in one for one in await findings(engine))
