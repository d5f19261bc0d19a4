"""Recovery: after a stop or a crash one call goes on with what can go on by itself."""

import asyncio
from typing import Any

import pytest

from assent_engine.clock import Clock
from assent_engine.engine import Engine
from assent_engine.interventions import Choice, Decision
from assent_engine.runner.history import History
from assent_engine.store import Store
from assent_engine.store.faults import broken
from assent_engine.store.rows import RunRow
from assent_schemas.errors import StoreError
from assent_schemas.statuses import RunStatus
from engine.durable.worlds import Bench, FakeClock, approved, break_before, policy, ran, task, turns

WAIT = {"type": "Wait", "seconds": 3600, "end": True}


async def stood(engine: Engine, run_id: str) -> RunRow:
    row = await engine.store.read.run(run_id)
    assert row is not None
    return row


async def stopped(bench: Bench, engine: Engine, document: dict[str, object]) -> str:
    """A run whose task was cancelled in its short wait; its id."""
    policy_id = await approved(engine, document)
    run = asyncio.create_task(engine.runs.start(policy_id))
    while not bench.events("wait.started"):
        await turns()
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    return bench.events("wait.started")[0].run_id


SHORT = {"type": "Wait", "seconds": 30}


async def test_a_clean_stop_leaves_a_snapshot_and_no_step_runs_again(bench: Bench) -> None:
    bench.clock = FakeClock()
    document = policy(task("number.add", 1), SHORT, task("number.add", "$.n"))
    async with bench.open() as engine:
        run_id = await stopped(bench, engine, document)
    async with bench.open() as engine:
        row = await stood(engine, run_id)
        assert (row.status, row.current_step) == (RunStatus.RUNNING, "B")
        # The sleep belongs to the state that was under way: it is replayed over the snapshot.
        assert row.cursor_seq == len(await engine.store.read.journal(run_id)) - 1
        bench.clock.advance(30)
        (report,) = await engine.runs.recover()
    assert report.output == {"n": 3}
    assert bench.outside.reads == [1, 2]


async def test_a_run_that_waits_long_leaves_a_snapshot_too(bench: Bench) -> None:
    bench.clock = FakeClock()
    async with bench.open() as engine:
        report = await ran(engine, policy(task("number.add", 1), WAIT))
    async with bench.open() as engine:
        row = await stood(engine, report.run_id)
        assert (row.status, row.current_step) == (RunStatus.WAITING, "B")
        bench.clock.advance(3600)
        (again,) = await engine.runs.recover()
    assert (again.status, again.output) == (RunStatus.COMPLETED, {"n": 2})
    assert bench.outside.reads == [1]


async def test_runs_that_wait_for_the_owner_are_left_alone_until_decided(bench: Bench) -> None:
    bench.outside.reachable = False
    bench.outside.script = [break_before]
    async with bench.open() as engine:
        report = await ran(engine, policy(task("order.place", 1)))
        assert report.status is RunStatus.NEEDS_OWNER
        assert await engine.runs.recover() == []
        (case,) = await engine.store.read.interventions()
        await engine.inbox.resolve(case.id, Decision(Choice.RETRY, "ann", "test"))
        (again,) = await engine.runs.recover()
    assert again.status is RunStatus.COMPLETED


async def test_a_paused_run_is_left_alone_until_its_policy_is_on_again(bench: Bench) -> None:
    bench.clock = FakeClock()
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(WAIT, task("number.add", 1)))
        run = await engine.runs.start(policy_id)
        await engine.policies.disable(policy_id, by="owner")
        assert (await engine.runs.resume(run.run_id)).status is RunStatus.PAUSED
        assert await engine.runs.recover() == []
        await engine.policies.enable(policy_id, by="owner")
        assert [one.status for one in await engine.runs.recover()] == [RunStatus.WAITING]


async def test_many_runs_are_recovered_side_by_side(bench: Bench) -> None:
    bench.clock = FakeClock()
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(WAIT))
        for _ in range(5):
            await engine.runs.start(policy_id)
    bench.clock.advance(3600)
    async with bench.open() as engine:
        found = [one.status for one in await engine.runs.recover()]
    assert found == [RunStatus.COMPLETED] * 5


async def test_what_nobody_awaited_is_read_by_whoever_goes_on_with_the_run(bench: Bench) -> None:
    async with bench.open() as engine:
        report = await ran(engine, policy(WAIT))
        row = await stood(engine, report.run_id)
        before = await History.read(engine.store, bench.clock, row, "")
        before.recorder.enqueue("", "B.1", "now", {})
        after = await History.read(engine.store, bench.clock, row, "")
    assert after.recorder.journal.head == before.recorder.journal.head


async def test_where_one_run_raises_the_others_go_on_and_it_is_told_of(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.clock = FakeClock()
    async with bench.open() as engine:
        first = await ran(engine, policy(WAIT, task("number.add", 1)))
        second = await ran(engine, policy(WAIT, task("number.add", 2), name="Other"))
    bench.clock.advance(3600)
    read = History.read

    async def spoilt(store: Store, clock: Clock, row: RunRow, name: str) -> History:
        if row.id == first.run_id:
            raise ZeroDivisionError("nobody foresaw it")
        return await read(store, clock, row, name)

    monkeypatch.setattr(History, "read", spoilt)
    reported: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, said: reported.append(said))
    async with bench.open() as engine:
        (report,) = await engine.runs.recover()
        assert (report.run_id, report.status) == (second.run_id, RunStatus.COMPLETED)
        assert not (await stood(engine, first.run_id)).status.ended
        (told,) = bench.events("run.dropped")
        assert told.run_id == first.run_id
        assert "ZeroDivisionError" in told.about["problem"]["detail"]
        assert isinstance(reported[0]["exception"], ZeroDivisionError)
        monkeypatch.undo()
        (again,) = await engine.runs.recover()
        assert (again.run_id, again.status) == (first.run_id, RunStatus.COMPLETED)


async def test_where_the_store_fails_one_run_the_others_are_not_cut_off(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.clock = FakeClock()
    async with bench.open() as engine:
        first = await ran(engine, policy(WAIT))
        second = await ran(engine, policy(WAIT, name="Other"))
    bench.clock.advance(3600)
    read = History.read

    async def failing(store: Store, clock: Clock, row: RunRow, name: str) -> History:
        if row.id == first.run_id:
            raise broken("the disk is gone")
        return await read(store, clock, row, name)

    monkeypatch.setattr(History, "read", failing)
    async with bench.open() as engine:
        with pytest.raises(StoreError, match="disk is gone"):
            await engine.runs.recover()
        assert (await stood(engine, second.run_id)).status is RunStatus.COMPLETED
