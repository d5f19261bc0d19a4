"""Control over a run: its deadline, long waits, cancellation, snapshots, and its end."""

import asyncio
from typing import Any

import pytest

from assent_engine.journal import Journal
from assent_engine.store.records import LedgerEntry
from assent_schemas import exact_json
from assent_schemas.errors import Refused
from assent_schemas.statuses import RunStatus
from engine.durable.chains import ledger_problems
from engine.durable.worlds import (
    Bench,
    FakeClock,
    Held,
    Json,
    Number,
    Outside,
    accept,
    approved,
    break_before,
    chain,
    each,
    policy,
    ran,
    rewind,
    task,
)

HOUR = {"type": "Wait", "seconds": 3600, "end": True}


async def test_a_run_whose_time_is_up_finishes_the_order_under_way_and_begins_no_other(
    bench: Bench,
) -> None:
    bench.clock, held = FakeClock(), Held()
    bench.outside.script = [held]
    orders = task("order.place", 1), task("order.place", 2)
    document = policy(*orders, timeout_seconds=50, on_failure="keep")
    async with bench.open() as engine:
        policy_id = await approved(engine, document)
        run = asyncio.create_task(engine.runs.start(policy_id))
        await held.begun.wait()
        bench.clock.advance(51)
        await asyncio.sleep(0)
        held.finish.set()
        report = await run
        saga = await engine.store.read.saga_log(report.run_id)
        (notice,) = await engine.store.read.notices(report.run_id)
        journal = await engine.store.read.journal(report.run_id)
    assert (report.status, report.error) == (RunStatus.TIMED_OUT, "States.Timeout")
    assert [one["n"] for one in bench.outside.orders.values()] == [1]
    assert len(saga) == 1
    assert "order.place" in notice.text
    assert [one.kind for one in journal] == ["start", "intent", "step", "closed", "end"]


async def test_an_order_that_is_unsure_when_the_time_is_up_is_for_the_owner(bench: Bench) -> None:
    bench.clock, held = FakeClock(), Held(break_before)
    bench.outside.script, bench.outside.reachable = [held], False
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(task("order.place", 1), timeout_seconds=60))
        run = asyncio.create_task(engine.runs.start(policy_id))
        await held.begun.wait()
        bench.clock.advance(61)
        await asyncio.sleep(0)
        held.finish.set()
        report = await run
        assert report.status is RunStatus.NEEDS_OWNER
        bench.outside.reachable = True
        done = await engine.runs.resume(report.run_id)
    assert done.status is RunStatus.TIMED_OUT
    assert len(bench.outside.calls) == 1


@pytest.mark.parametrize("resource", ["order.place", "number.add"])
async def test_a_run_resumed_after_its_deadline_begins_nothing_new(
    bench: Bench, resource: str
) -> None:
    bench.clock = FakeClock()
    document = policy(HOUR, task(resource, 1), timeout_seconds=7200)
    async with bench.open() as engine:
        parked = await ran(engine, document)
        bench.clock.advance(7200)
        report = await engine.runs.resume(parked.run_id)
    assert report.status is RunStatus.TIMED_OUT
    assert (bench.outside.calls, bench.outside.reads) == ([], [])


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("depth", [0, 1, 2, 3])
async def test_an_order_begun_before_a_crash_is_settled_though_the_time_is_up_since(
    bench: Bench, depth: int, *, accepted: bool
) -> None:
    state = task("order.place", "$.n") if depth else task("order.place", 7)
    for _ in range(depth):
        state = each([7], state)
    bench.clock = FakeClock()
    async with bench.open() as engine:
        report = await ran(engine, policy(state, timeout_seconds=60))
        journal = await engine.store.read.journal(report.run_id)
    rewind(bench, report.run_id, next(one.seq for one in journal if one.kind == "intent"))
    if not accepted:
        bench.outside.orders.clear()
    bench.clock.advance(3600)
    async with bench.open() as engine:
        done = await engine.runs.resume(report.run_id)
        saga = await engine.store.read.saga_log(report.run_id)
        journal = await engine.store.read.journal(report.run_id)
    assert done.status is (RunStatus.COMPLETED if accepted else RunStatus.TIMED_OUT)
    assert len(bench.outside.orders) == len(saga) == int(accepted)
    assert len(bench.outside.calls) == 1
    intent = next(one for one in journal if one.kind == "intent")
    settled = {one.kind for one in journal if (one.scope, one.key) == (intent.scope, intent.key)}
    assert settled & {"step", "withdrawn"}


@pytest.mark.parametrize("reachable", [True, False])
@pytest.mark.parametrize("depth", [0, 1, 2, 3, 4])
async def test_an_order_begun_beside_what_may_not_begin_any_more_is_settled(
    bench: Bench, depth: int, *, reachable: bool
) -> None:
    bench.clock, placed = FakeClock(), asyncio.Event()

    @bench.registry.add_step("number.after", "Reads when the order was placed")
    async def after(given: Number) -> Json:
        await placed.wait()
        return {"n": given.n}

    async def tell_that_it_was_placed(outside: Outside, key: str, order: Json) -> Any:
        placed.set()
        return await accept(outside, key, order)

    bench.outside.script = [tell_that_it_was_placed]
    state = task("order.place", 7)
    for _ in range(depth):
        state = each([7], state)
    branches = [chain(task("number.after", 1)), chain(state)]
    document = policy({"type": "Parallel", "branches": branches, "end": True}, timeout_seconds=60)
    async with bench.open() as engine:
        report = await ran(engine, document)
    rewind(bench, report.run_id, 2)
    bench.clock.advance(3600)
    bench.outside.reachable = reachable
    async with bench.open() as engine:
        done = await engine.runs.resume(report.run_id)
        saga = await engine.store.read.saga_log(report.run_id)
    assert done.status is (RunStatus.TIMED_OUT if reachable else RunStatus.NEEDS_OWNER)
    assert len(saga) == int(reachable)
    assert len(bench.outside.calls) == 1


async def test_a_run_that_ends_in_time_is_not_timed_out(bench: Bench) -> None:
    bench.clock = FakeClock()
    async with bench.open() as engine:
        report = await ran(engine, policy(task("number.add", 1), timeout_seconds=60))
    assert report.status is RunStatus.COMPLETED


async def test_a_run_that_has_only_its_end_left_is_not_timed_out(bench: Bench) -> None:
    bench.clock = FakeClock()
    async with bench.open() as engine:
        report = await ran(engine, policy(task("order.place", 1), timeout_seconds=60))
    rewind(bench, report.run_id, 3)
    bench.clock.advance(3600)
    async with bench.open() as engine:
        done = await engine.runs.resume(report.run_id)
    assert (done.status, done.output) == (RunStatus.COMPLETED, report.output)


async def test_a_long_wait_parks_the_run_until_its_time_has_come(bench: Bench) -> None:
    bench.clock = FakeClock()
    async with bench.open() as engine:
        parked = await ran(engine, policy(task("order.place", 1), HOUR, task("number.add", 2)))
        assert parked.status is RunStatus.WAITING
        assert await engine.store.read.notices() == []
        bench.clock.advance(3000)
        assert (await engine.runs.resume(parked.run_id)).status is RunStatus.WAITING
    async with bench.open() as engine:
        assert [row.id for row in await engine.runs.open_runs()] == [parked.run_id]
        bench.clock.advance(600)
        done = await engine.runs.resume(parked.run_id)
        assert await engine.runs.open_runs() == []
    assert (done.status, done.output) == (RunStatus.COMPLETED, {"n": 3})
    assert len(bench.outside.calls) == 1


async def test_the_moment_a_wait_ends_is_recorded_and_not_reckoned_again(bench: Bench) -> None:
    bench.clock = FakeClock()
    async with bench.open() as engine:
        parked = await ran(engine, policy(HOUR, task("number.add", 2)))
        bench.clock.advance(3000)
        await engine.runs.resume(parked.run_id)
        bench.clock.advance(600)
        assert (await engine.runs.resume(parked.run_id)).status is RunStatus.COMPLETED


async def test_a_short_wait_is_sat_through(bench: Bench) -> None:
    bench.clock = FakeClock()
    async with bench.open() as engine:
        policy_id = await approved(engine, policy({**HOUR, "seconds": 30}, task("number.add", 2)))
        run = asyncio.create_task(engine.runs.start(policy_id))
        waiting = asyncio.Event()
        bench.tell = lambda one: waiting.set() if one.event == "wait.started" else None
        await waiting.wait()
        bench.clock.advance(30)
        assert (await run).status is RunStatus.COMPLETED


async def test_interrupting_finishes_the_order_under_way_and_the_run_can_go_on(
    bench: Bench,
) -> None:
    held = Held()
    bench.outside.script = [held]
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(task("order.place", 1), task("order.place", 2)))
        run = asyncio.create_task(engine.runs.start(policy_id))
        await held.begun.wait()
        run.cancel()
        await asyncio.sleep(0)
        held.finish.set()
        with pytest.raises(asyncio.CancelledError):
            await run
        (row,) = await engine.runs.open_runs()
        assert len(await engine.store.read.saga_log(row.id)) == 1
    async with bench.open() as engine:
        done = await engine.runs.resume(row.id)
    assert done.status is RunStatus.COMPLETED
    assert [one["n"] for one in bench.outside.orders.values()] == [1, 2]
    assert len(bench.outside.calls) == 2


async def test_interrupting_iterations_finishes_every_order_under_way(bench: Bench) -> None:
    begun, finish = asyncio.Semaphore(0), asyncio.Event()

    async def slowly(outside: Outside, key: str, order: Json) -> Any:
        begun.release()
        await finish.wait()
        return await accept(outside, key, order)

    bench.outside.script = [slowly] * 3
    state = each([1, 2, 3, 4, 5], task("order.place", "$.n"), max_concurrency=3)
    async with bench.open() as engine:
        run = asyncio.create_task(engine.runs.start(await approved(engine, policy(state))))
        for _ in range(3):
            await begun.acquire()
        run.cancel()
        await asyncio.sleep(0)
        finish.set()
        with pytest.raises(asyncio.CancelledError):
            await run
        (row,) = await engine.runs.open_runs()
        assert len(await engine.store.read.saga_log(row.id)) == 3
        done = await engine.runs.resume(row.id)
    assert done.status is RunStatus.COMPLETED
    assert sorted(one["n"] for one in bench.outside.orders.values()) == [1, 2, 3, 4, 5]
    assert len(bench.outside.calls) == 5


async def test_an_interrupted_read_is_simply_done_again(bench: Bench) -> None:
    begun = asyncio.Event()

    @bench.registry.add_step("number.slow", "Slow the first time")
    async def slow(given: Number) -> Json:
        if not begun.is_set():
            begun.set()
            await asyncio.Event().wait()
        return {"n": given.n}

    async with bench.open() as engine:
        run = asyncio.create_task(
            engine.runs.start(await approved(engine, policy(task("number.slow", 4))))
        )
        await begun.wait()
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        (row,) = await engine.runs.open_runs()
        assert (await engine.runs.resume(row.id)).output == {"n": 4}


async def test_a_run_is_driven_by_one_task_only(bench: Bench) -> None:
    held = Held()
    bench.outside.script = [held]
    async with bench.open() as engine:
        run = asyncio.create_task(
            engine.runs.start(await approved(engine, policy(task("order.place", 1))))
        )
        await held.begun.wait()
        (row,) = await engine.runs.open_runs()
        with pytest.raises(Refused) as told:
            await engine.runs.resume(row.id)
        held.finish.set()
        await run
    assert told.value.problem.code == "run.under_way"
    assert len(bench.outside.calls) == 1


async def test_of_two_resumes_at_once_one_goes_on(bench: Bench) -> None:
    async with bench.open() as engine:
        report = await ran(engine, policy(task("order.place", 1)))
    rewind(bench, report.run_id, 2)
    bench.outside.orders.clear()
    async with bench.open() as engine:
        resumes = [engine.runs.resume(report.run_id) for _ in range(3)]
        ends = await asyncio.gather(*resumes, return_exceptions=True)
    assert sum(isinstance(end, Refused) for end in ends) == 2
    assert len(bench.outside.calls) == 2


async def test_a_run_that_has_ended_is_not_resumed(bench: Bench) -> None:
    async with bench.open() as engine:
        report = await ran(engine, policy(task("number.add", 1)))
        with pytest.raises(Refused) as told:
            await engine.runs.resume(report.run_id)
    assert told.value.problem.code == "run.ended"


async def test_a_long_run_is_resumed_from_its_snapshot_without_replaying_what_came_before(
    bench: Bench,
) -> None:
    bench.clock = FakeClock()
    states = [task("number.long", at, result_path="$.last") for at in range(6)]
    async with bench.open() as engine:
        parked = await ran(engine, policy(*states, HOUR, task("order.place", 8)))
        row = await engine.store.read.run(parked.run_id)
        journal = await engine.store.read.journal(parked.run_id)
    assert row is not None
    assert row.cursor is not None
    assert sum(len(one.data) for one in journal[: row.cursor_seq]) > 64 * 1024
    bench.heard.clear()
    bench.clock.advance(3600)
    async with bench.open() as engine:
        done = await engine.runs.resume(parked.run_id)
    assert done.status is RunStatus.COMPLETED
    entered = [one.key for one in bench.events("state.entered")]
    assert entered[0] == f"{row.cursor['state']}.1"
    assert "A.1" not in entered
    assert bench.outside.reads == [0, 1, 2, 3, 4, 5]


async def test_a_small_run_takes_no_snapshot_before_its_end(bench: Bench) -> None:
    async with bench.open() as engine:
        report = await ran(engine, policy(task("number.add", 1), task("number.add", 2)))
        row = await engine.store.read.run(report.run_id)
    assert row is not None
    assert row.cursor_seq == 0
    assert (row.current_step, row.output) == ("B", {"n": 3})


async def test_the_end_of_a_run_is_one_commit_with_journal_ledger_and_status(bench: Bench) -> None:
    async with bench.open() as engine:
        report = await ran(engine, policy(task("number.add", 1)))
        journal = await engine.store.read.journal(report.run_id)
        last = await engine.store.read.last_of_ledger()
    assert last is not None
    assert (last.run_id, last.run_hash) == (report.run_id, journal[-1].hash)
    assert exact_json.decode(journal[-1].data) == {"status": "COMPLETED", "ok": {"n": 2}}
    Journal.load(report.run_id, journal)


async def test_runs_that_end_at_the_same_time_all_stand_in_the_ledger(bench: Bench) -> None:
    async with bench.open() as engine:
        good = await approved(engine, policy(task("number.add", 1)))
        bad = await approved(engine, policy(task("number.broken", 1)))
        starts = [engine.runs.start(good if at % 2 else bad) for at in range(10)]
        reports = await asyncio.gather(*starts)
    async with bench.open() as engine:
        later = await engine.runs.start(good)
        rows = await engine.store.read._all("SELECT * FROM ledger ORDER BY seq")
    entries = [LedgerEntry(*row) for row in rows]
    assert ledger_problems(entries) == []
    assert {one.run_id for one in entries} == {one.run_id for one in [*reports, later]}
    assert len(entries) == 11


async def test_a_failed_run_says_what_failed_and_tells_the_owner(bench: Bench) -> None:
    async with bench.open() as engine:
        report = await ran(engine, policy(task("number.broken", 1)))
        (notice,) = await engine.store.read.notices(report.run_id)
        row = await engine.store.read.run(report.run_id)
    assert row is not None
    assert (row.status, row.error, row.output) == (RunStatus.FAILED, "Broken", None)
    assert (notice.level, "Broken" in notice.text) == ("problem", True)


async def test_input_that_breaks_the_policys_schema_starts_no_run(bench: Bench) -> None:
    schema = {"type": "object", "required": ["n"]}
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(task("number.add", "$.n"), input_schema=schema))
        with pytest.raises(Refused):
            await engine.runs.start(policy_id, {"m": 1})
        assert await engine.store.read.runs() == []
        assert (await engine.runs.start(policy_id, {"n": 1})).output == {"n": 2}


async def test_a_listener_hears_a_run_from_its_start_to_its_end(bench: Bench) -> None:
    async with bench.open() as engine:
        await ran(engine, policy(task("number.add", 1), task("order.place", 2)))
    assert [one.event for one in bench.heard] == [
        "run.started",
        "state.entered", "step.started", "step.ended",
        "state.entered", "intent.recorded", "step.started", "step.ended",
        "run.ended",
    ]  # fmt: skip
