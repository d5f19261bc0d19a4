"""Pauses: durable, of one policy or of all, for a while or for good."""

from datetime import timedelta
from typing import Any

import pytest

from assent_schemas.errors import Refused
from assent_schemas.statuses import RunStatus
from engine.durable.worlds import MORNING, Bench, Json, Outside, accept, approved, policy, task

TWO = policy(task("order.place", 1), task("order.place", 2))
OTHER = {**policy(task("number.add")), "name": "Another"}


async def test_a_pause_of_all_stops_what_is_under_way_and_outlives_a_restart(bench: Bench) -> None:
    async with bench.open() as engine:
        policy_id = await approved(engine, TWO)

        async def paused(outside: Outside, key: str, order: Json) -> Any:
            await engine.pauses.pause(by="owner")
            return await accept(outside, key, order)

        bench.outside.script = [paused]
        report = await engine.runs.start(policy_id)
    assert (report.status, report.error) == (RunStatus.PAUSED, "policy.paused")
    async with bench.open() as engine:
        assert (await engine.runs.resume(report.run_id)).status is RunStatus.PAUSED
        with pytest.raises(Refused, match=r"policy\.paused"):
            await engine.runs.start(policy_id)
        assert len(bench.outside.orders) == 1
        await engine.pauses.end(by="owner")
        done = await engine.runs.resume(report.run_id)
        notices = await engine.store.read.notices(report.run_id)
    assert done.status is RunStatus.COMPLETED
    assert len(notices) == 1


async def test_a_pause_of_one_policy_leaves_the_others_alone(bench: Bench) -> None:
    async with bench.open() as engine:
        paused, other = await approved(engine, TWO), await approved(engine, OTHER)
        await engine.pauses.pause(paused, by="owner")
        with pytest.raises(Refused, match=r"policy\.paused"):
            await engine.runs.start(paused)
        assert (await engine.runs.start(other)).status is RunStatus.COMPLETED


async def test_a_pause_ends_by_itself_when_its_time_has_come(bench: Bench) -> None:
    async with bench.open() as engine:
        policy_id = await approved(engine, OTHER)
        await engine.pauses.pause(until=MORNING + timedelta(hours=1), by="owner")
        with pytest.raises(Refused, match="until 2026-03-02T10:00:00"):
            await engine.runs.start(policy_id)
        await bench.clock.sleep_until(MORNING + timedelta(hours=1))
        assert (await engine.runs.start(policy_id)).status is RunStatus.COMPLETED
        assert await engine.pauses.in_force() == []


async def test_the_last_word_about_a_pause_counts_and_each_is_audited(bench: Bench) -> None:
    async with bench.open() as engine:
        await engine.pauses.pause(until=MORNING + timedelta(hours=1), by="ann")
        await engine.pauses.pause(by="bob")
        (pause,) = await engine.pauses.in_force()
        audit = [(one.who, one.action) for one in await engine.store.read.audit()]
    assert (pause.until, pause.paused_by) == (None, "bob")
    assert audit == [("ann", "pause"), ("bob", "pause")]


async def test_a_pause_that_would_be_over_or_is_not_there_is_refused(bench: Bench) -> None:
    async with bench.open() as engine:
        with pytest.raises(Refused, match=r"pause\.over"):
            await engine.pauses.pause(until=MORNING, by="owner")
        with pytest.raises(Refused, match=r"pause\.none"):
            await engine.pauses.end(by="owner")
