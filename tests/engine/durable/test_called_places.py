"""Concurrency keys of called policies: a called run takes a place as any run does."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from assent_engine.engine import Engine
from assent_engine.store.rows import RunRow
from assent_schemas.statuses import RunStatus
from engine.durable.asking import at_every_death, branches, call, chained, opened, question, yes
from engine.durable.test_concurrency import Gate, until
from engine.durable.worlds import Bench, FakeClock, Json, approved, chain, policy, task

ALONE: Json = {"concurrency": {}}
BROKER: Json = {"concurrency": {"key": "broker"}}
DEPOT: Json = {"concurrency": {"key": "depot"}}
PAUSE = {"type": "Wait", "seconds": 3600, "end": True}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "home", FakeClock())


async def places(engine: Engine) -> list[tuple[str, str | None]]:
    return [(row.status, row.place) for row in await engine.store.read.runs()]


async def row_of(engine: Engine, run_id: str) -> RunRow:
    row = await engine.store.read.run(run_id)
    assert row is not None
    return row


async def test_a_called_run_holds_a_place_of_its_own_key(bench: Bench) -> None:
    gate = Gate(bench)
    async with bench.open() as engine:
        called = await approved(engine, chained(task("work.gated", 1), name="Called", **ALONE))
        caller = await approved(engine, policy(call("Called")))
        running = asyncio.create_task(engine.runs.start(caller))
        await until(1, gate.order)
        waits = await engine.runs.start(called)
        assert waits.status is RunStatus.PENDING
        gate.open.set()
        assert (await running).status is RunStatus.COMPLETED
        assert (await row_of(engine, waits.run_id)).status is RunStatus.COMPLETED
    assert gate.most == 1


async def test_a_call_without_a_place_parks_its_caller_until_one_is_free(bench: Bench) -> None:
    async with bench.open() as engine:
        holding = await approved(engine, policy(PAUSE, **BROKER))
        await approved(engine, chained(task("order.place", 1), name="Called", **BROKER))
        caller = await approved(engine, policy(call("Called"), task("order.place", 2)))
        held = await engine.runs.start(holding)
        report = await engine.runs.start(caller)
        assert (report.status, report.cause) == (RunStatus.WAITING, "waits for a place of its key")
        assert ("PENDING", "waits") in await places(engine)
        again = await engine.runs.resume(report.run_id)
        assert again.status is RunStatus.WAITING
        bench.clock.advance(3600)
        await engine.runs.resume(held.run_id)
        # Whoever frees the place carries the caller on.
        assert (await row_of(engine, report.run_id)).status is RunStatus.COMPLETED
    assert len(bench.outside.orders) == 2


async def test_a_call_of_a_called_run_waits_as_well_and_goes_on_with_all(bench: Bench) -> None:
    gate = Gate(bench)
    async with bench.open() as engine:
        holding = await approved(engine, policy(task("work.gated", 1), **BROKER))
        await approved(engine, chained(task("order.place", 1), name="Inner", **BROKER))
        await approved(engine, chained(call("Inner"), name="Middle"))
        caller = await approved(engine, policy(call("Middle"), task("order.place", 2)))
        held = asyncio.create_task(engine.runs.start(holding))
        await until(1, gate.order)
        report = await engine.runs.start(caller)
        assert report.status is RunStatus.WAITING
        queued = await engine.runs.start(holding)
        assert queued.status is RunStatus.PENDING
        gate.open.set()
        await held
        rows = [await row_of(engine, run_id) for run_id in (report.run_id, queued.run_id)]
        assert [row.status for row in rows] == [RunStatus.COMPLETED] * 2
        assert (await engine.check_store()).findings == []
    assert gate.most == 1


async def test_after_a_restart_a_call_still_waits_for_its_place(bench: Bench) -> None:
    async with bench.open() as engine:
        held = await engine.runs.start(await approved(engine, policy(PAUSE, **BROKER)))
        await approved(engine, chained(task("order.place", 1), name="Called", **BROKER))
        report = await engine.runs.start(await approved(engine, policy(call("Called"))))
    async with bench.open() as engine:
        assert {one.status for one in await engine.runs.recover()} == {RunStatus.WAITING}
        bench.clock.advance(3600)
        found = {one.run_id: one.status for one in await engine.runs.recover()}
        assert found[held.run_id] is RunStatus.COMPLETED
        assert (await row_of(engine, report.run_id)).status is RunStatus.COMPLETED
    assert len(bench.outside.orders) == 1


async def test_called_side_by_side_they_run_one_after_the_other(bench: Bench) -> None:
    gate = Gate(bench)
    async with bench.open() as engine:
        await approved(engine, chained(task("work.gated", 1), name="Called", **ALONE))
        both = branches(*(chain(call("Called")) for _ in range(3)))
        running = asyncio.create_task(engine.runs.start(await approved(engine, policy(both))))
        await until(1, gate.order)
        gate.open.set()
        report = await running
    assert report.status is RunStatus.COMPLETED
    assert (gate.most, len(gate.order)) == (1, 3)


async def test_what_a_run_calls_is_within_its_own_place(bench: Bench) -> None:
    async with bench.open() as engine:
        await approved(engine, chained(task("order.place", 1), name="Inner", **BROKER))
        await approved(engine, chained(call("Inner"), name="Middle"))
        report = await engine.runs.start(await approved(engine, policy(call("Middle"), **BROKER)))
        assert report.status is RunStatus.COMPLETED
        assert [place for _, place in await places(engine)] == ["held", None, None]


async def test_a_policy_that_skips_is_an_error_of_the_call(bench: Bench) -> None:
    catch = [{"error_equals": ["Policy.NotStarted"], "next": "B", "result_path": None}]
    skips = {"concurrency": {"key": "broker", "on_conflict": "skip"}}
    async with bench.open() as engine:
        await engine.runs.start(await approved(engine, policy(PAUSE, **BROKER)))
        await approved(engine, chained(task("order.place", 1), name="Called", **skips))
        caller = policy(call("Called", catch=catch), {"type": "Succeed"})
        report = await engine.runs.start(await approved(engine, caller))
    assert report.status is RunStatus.COMPLETED
    assert bench.outside.calls == []


async def test_two_callers_that_wait_for_each_other_are_told_and_one_goes_on(bench: Bench) -> None:
    async with bench.open() as engine:
        for name, key in (("To the broker", BROKER), ("To the depot", DEPOT)):
            await approved(engine, chained(task("number.add", 1), name=name, **key))
        one = await approved(engine, policy(question(), call("To the depot"), **BROKER))
        two = await approved(engine, policy(question(), call("To the broker"), **DEPOT))
        first, second = await engine.runs.start(one), await engine.runs.start(two)
        rows = {row.run_id: row for row in await opened(engine)}
        await yes(engine, rows[first.run_id])
        waits = await engine.runs.resume(first.run_id)
        assert (waits.status, waits.cause) == (RunStatus.WAITING, "waits for a place of its key")
        await yes(engine, rows[second.run_id])
        refused = await engine.runs.resume(second.run_id)
        assert (refused.status, refused.error) == (RunStatus.FAILED, "Policy.NotStarted")
        assert "would wait for a run that waits" in (refused.cause or "")
        assert (await row_of(engine, first.run_id)).status is RunStatus.COMPLETED


async def test_a_call_that_waits_for_its_place_ends_with_its_time(bench: Bench) -> None:
    async with bench.open() as engine:
        await engine.runs.start(await approved(engine, policy(PAUSE, **BROKER)))
        await approved(engine, chained(task("order.place", 1), name="Called", **BROKER))
        caller = await approved(engine, policy(call("Called", timeout_seconds=60)))
        report = await engine.runs.start(caller)
        assert report.status is RunStatus.WAITING
        bench.clock.advance(60)
        done = await engine.runs.resume(report.run_id)
    assert (done.status, done.error) == (RunStatus.FAILED, "States.Timeout")
    assert bench.outside.calls == []


async def test_a_caller_that_is_cancelled_while_it_waits_leaves_the_queue(bench: Bench) -> None:
    async with bench.open() as engine:
        await engine.runs.start(await approved(engine, policy(PAUSE, **BROKER)))
        await approved(engine, chained(task("order.place", 1), name="Called", **BROKER))
        report = await engine.runs.start(await approved(engine, policy(call("Called"))))
        ended = await engine.runs.cancel(report.run_id, by="owner")
        assert ended is not None
        assert ended.status is RunStatus.CANCELLED
        assert [status for status, _ in await places(engine)] == [
            "WAITING",
            "CANCELLED",
            "CANCELLED",
        ]
        assert (await engine.check_store()).findings == []


async def test_wherever_the_process_dies_places_are_counted_right(tmp_path: Path) -> None:
    async def prepare(engine: Engine) -> str:
        await approved(engine, chained(task("order.place", 1), question(), name="Called", **ALONE))
        both = branches(chain(call("Called")), chain(call("Called")))
        return await approved(engine, policy(both, task("order.place", 3)))

    async def ended(bench: Bench, engine: Engine) -> Any:
        statuses = [row.status for row in await engine.store.read.runs()]
        return statuses, len(bench.outside.orders), len(bench.outside.calls)

    end, deaths = await at_every_death(tmp_path, prepare, ended)
    assert end == ([RunStatus.COMPLETED] * 3, 3, 3)
    assert deaths > 15
