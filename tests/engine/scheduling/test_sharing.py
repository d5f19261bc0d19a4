"""Due times that come one by one while a policy may not run share one record, with their number."""

from datetime import timedelta
from pathlib import Path

import pytest

from assent_engine.engine import Engine
from assent_engine.store.rows import OccurrenceRow
from engine.durable.worlds import approved
from engine.scheduling.homes import MONDAY, Driven, doing, hourly

HOUR = timedelta(hours=1)
LONG = 60


@pytest.fixture
def driven(tmp_path: Path) -> Driven:
    return Driven(tmp_path / "home")


def spans(rows: list[OccurrenceRow]) -> list[tuple[str, str, str, int]]:
    return [(row.due[8:13], row.through[8:13], row.reason or row.status, row.count) for row in rows]


async def all_of(engine: Engine) -> list[tuple[str, str, str, int]]:
    return spans(await engine.store.read.occurrences())


async def test_a_long_pause_that_is_awake_has_one_record_and_catches_up_the_newest(
    driven: Driven,
) -> None:
    async with driven.open() as engine:
        await approved(engine, doing(hourly()))
        await engine.pauses.pause(until=MONDAY + (LONG + 0.5) * HOUR, by="owner")
        looks = await driven.pass_until(engine, MONDAY + LONG * HOUR)
        assert len(looks) >= LONG
        assert await all_of(engine) == [("02T10", "04T20", "paused", LONG - 1)]
        await driven.pass_until(engine, MONDAY + (LONG + 0.6) * HOUR)
        assert (await all_of(engine))[1:] == [("04T21", "04T21", "caught_up", 1)]


async def test_a_policy_that_is_disabled_for_long_has_one_record_for_all_of_it(
    driven: Driven,
) -> None:
    async with driven.open() as engine:
        policy_id = await approved(engine, doing(hourly()))
        await driven.pass_until(engine, MONDAY + HOUR)
        await engine.policies.disable(policy_id, by="owner")
        await driven.pass_until(engine, MONDAY + LONG * HOUR)
        await engine.policies.enable(policy_id, by="owner")
        await driven.pass_until(engine, MONDAY + (LONG + 1) * HOUR)
        found = await all_of(engine)
    assert found == [
        ("02T10", "02T10", "ran", 1),
        ("02T11", "04T21", "disabled", LONG - 1),
        ("04T22", "04T22", "ran", 1),
    ]


async def test_due_times_whose_approval_has_lapsed_share_their_record_with_its_reason(
    driven: Driven,
) -> None:
    async with driven.open() as engine:
        other = await approved(engine, doing(name="Other"))
        call = {"type": "Task", "resource": "policy.run", "parameters": {"policy": "Other"}}
        states = {"A": {**call, "end": True}}
        await approved(engine, doing(hourly(), name="Calls", states=states))
        await approved(engine, {**doing(name="Other", description="x"), "policy_id": other})
        await driven.pass_until(engine, MONDAY + 5 * HOUR)
        (row,) = await engine.store.read.occurrences()
        assert spans([row]) == [("02T10", "02T14", "not_approved", 5)]
        assert row.detail


async def test_a_clock_that_is_set_back_into_a_shared_record_shortens_it(driven: Driven) -> None:
    async with driven.open() as engine:
        policy_id = await approved(engine, doing(hourly()))
        await engine.policies.disable(policy_id, by="owner")
        await driven.pass_until(engine, MONDAY + 6 * HOUR)
        driven.clock.set_wall(MONDAY + 3.5 * HOUR)
        await driven.look(engine, "clock_changed")
        assert await all_of(engine) == [("02T10", "02T12", "disabled", 3)]
        await driven.pass_until(engine, MONDAY + 5 * HOUR)
        assert await all_of(engine) == [("02T10", "02T14", "disabled", 5)]


async def test_what_was_out_of_force_in_between_shares_nothing(driven: Driven) -> None:
    async with driven.open() as engine:
        policy_id = await approved(engine, doing(hourly()))
        await engine.policies.disable(policy_id, by="owner")
        await driven.pass_until(engine, MONDAY + 2 * HOUR)
        await approved(engine, {**doing(hourly(seconds=60)), "policy_id": policy_id})
        driven.clock.set_wall(MONDAY + 4 * HOUR)
        await approved(engine, {**doing(hourly()), "policy_id": policy_id})
        await engine.policies.disable(policy_id, by="owner")
        await driven.pass_until(engine, MONDAY + 6 * HOUR)
        rows = [row for row in await engine.store.read.occurrences() if "disabled" in row.reason]
        counts = [row.count for row in rows if row.trigger == rows[-1].trigger]
        assert counts == [2, 2]
