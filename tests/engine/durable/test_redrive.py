"""Redrive: a run that failed goes on from where it failed, and only there."""

import asyncio
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from assent_engine.engine import Engine
from assent_engine.interventions import Choice, Decision
from assent_engine.runner import RunReport, Runs
from assent_engine.runner.unknown import doubts
from assent_schemas.errors import Refused
from assent_schemas.statuses import RunStatus
from engine.durable.worlds import (
    Bench,
    FakeClock,
    Held,
    Json,
    Outside,
    accept,
    accept_then_break,
    approved,
    break_before,
    chain,
    each,
    policy,
    ran,
    refuse,
    rewind,
    task,
)

KEEP = {"on_failure": "keep"}


async def failed(engine: Engine, document: Json) -> RunReport:
    report = await ran(engine, document)
    assert report.status is RunStatus.FAILED
    return report


async def sound(engine: Engine) -> None:
    """Nothing in the store contradicts anything else."""
    assert (await engine.check_store()).findings == []


async def test_a_redriven_run_does_the_failed_step_anew_and_nothing_before_it(
    bench: Bench,
) -> None:
    bench.outside.script = [accept, refuse]
    document = policy(task("number.add"), task("order.place", 1), task("order.place", 2), **KEEP)
    async with bench.open() as engine:
        report = await failed(engine, document)
        again = await engine.runs.redrive(report.run_id, by="owner")
        await sound(engine)
    assert again.status is RunStatus.COMPLETED
    assert again.run_id == report.run_id
    assert [one["n"] for one in bench.outside.orders.values()] == [1, 2]
    assert bench.outside.reads == [0]
    keys = [key.rpartition("/")[2] for key in bench.outside.calls]
    assert keys == ["B.1", "C.1", "C.1"]


async def test_of_a_map_only_the_failed_and_the_stopped_items_are_done_anew(bench: Bench) -> None:
    bench.outside.script = [accept, accept, refuse]
    orders = each([1, 2, 3, 4], task("order.place", "$.n"), max_concurrency=1)
    async with bench.open() as engine:
        report = await failed(engine, policy(orders, **KEEP))
        assert len(bench.outside.calls) == 3
        again = await engine.runs.redrive(report.run_id, by="owner")
        await sound(engine)
    assert again.status is RunStatus.COMPLETED
    assert len(bench.outside.calls) == 5
    assert [one["n"] for one in again.output] == [1, 2, 3, 4]


async def test_a_run_that_fails_again_is_redriven_again(bench: Bench) -> None:
    bench.outside.script = [accept, refuse, refuse]
    orders = each([1, 2, 3], task("order.place", "$.n"), max_concurrency=1)
    async with bench.open() as engine:
        report = await failed(engine, policy(orders, **KEEP))
        second = await engine.runs.redrive(report.run_id, by="owner")
        assert second.status is RunStatus.FAILED
        await sound(engine)
        third = await engine.runs.redrive(report.run_id, by="owner")
        await sound(engine)
    assert third.status is RunStatus.COMPLETED
    assert len(bench.outside.orders) == 3
    assert len(bench.outside.calls) == 5


async def test_attempts_start_over_with_the_same_idempotency_key(bench: Bench) -> None:
    retry = [{"error_equals": ["States.ALL"], "max_attempts": 1}]
    bench.outside.script = [refuse, refuse, refuse]
    async with bench.open() as engine:
        report = await failed(engine, policy(task("order.place", 1, retry=retry), **KEEP))
        again = await engine.runs.redrive(report.run_id, by="owner")
    assert again.status is RunStatus.COMPLETED
    assert bench.outside.calls == [f"{report.run_id}/A.1"] * 4


async def test_a_failed_retry_of_a_map_leaves_no_trace_of_its_later_attempts(bench: Bench) -> None:
    retry = [{"error_equals": ["States.ALL"], "max_attempts": 1}]
    document = policy(each([1, 2], task("number.broken", "$.n"), retry=retry), **KEEP)
    async with bench.open() as engine:
        report = await failed(engine, document)
        again = await engine.runs.redrive(report.run_id, by="owner")
        await sound(engine)
    assert (again.status, again.error) == (RunStatus.FAILED, "Broken")


async def test_a_crash_after_the_redrive_was_recorded_goes_on_with_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.outside.script = [accept, refuse]
    async with bench.open() as engine:
        document = policy(task("order.place", 1), task("order.place", 2), **KEEP)
        report = await failed(engine, document)

        async def stopped(*_: Any) -> RunReport:
            raise asyncio.CancelledError

        with monkeypatch.context() as patched:
            patched.setattr(Runs, "_resume", stopped)
            with pytest.raises(asyncio.CancelledError):
                await engine.runs.redrive(report.run_id, by="owner")
        await sound(engine)
    async with bench.open() as engine:
        again = await engine.runs.resume(report.run_id)
    assert again.status is RunStatus.COMPLETED
    assert len(bench.outside.calls) == 3


async def test_a_step_that_acted_and_failed_over_its_result_is_never_called_again(
    bench: Bench,
) -> None:
    state = task("order.place", 1, result_selector={"x.$": "$.missing"})
    async with bench.open() as engine:
        report = await failed(engine, policy(state, **KEEP))
        again = await engine.runs.redrive(report.run_id, by="owner")
    assert again.status is RunStatus.FAILED
    assert len(bench.outside.calls) == 1


async def unsure_then(engine: Engine, document: Json, choice: Choice) -> RunReport:
    """The end of a run whose owner says this of an order that may have happened."""
    report = await ran(engine, document)
    (case,) = await engine.store.read.interventions(report.run_id)
    await engine.inbox.resolve(case.id, Decision(choice, "owner", "test"))
    return await engine.runs.resume(report.run_id)


async def test_an_order_of_which_nobody_learned_is_looked_up_before_it_is_placed_anew(
    bench: Bench,
) -> None:
    bench.outside.script, bench.outside.reachable = [accept_then_break], False
    async with bench.open() as engine:
        report = await unsure_then(engine, policy(task("order.place", 1), **KEEP), Choice.ABORT)
        assert report.status is RunStatus.CANCELLED
        assert len(await doubts(engine.store.read, report.run_id)) == 1
        bench.outside.reachable = True
        again = await engine.runs.redrive(report.run_id, by="owner")
        await sound(engine)
        assert await doubts(engine.store.read, report.run_id) == []
    assert again.status is RunStatus.COMPLETED
    assert len(bench.outside.calls) == 1


async def test_what_nobody_can_look_up_is_asked_about_again_when_its_run_is_redriven(
    bench: Bench,
) -> None:
    bench.outside.script = [accept_then_break]
    async with bench.open() as engine:
        report = await unsure_then(engine, policy(task("order.blind", 1), **KEEP), Choice.ABORT)
        again = await engine.runs.redrive(report.run_id, by="owner")
    assert again.status is RunStatus.NEEDS_OWNER
    assert len(bench.outside.calls) == 1


async def test_what_was_said_before_a_redrive_is_no_word_on_the_doubts_after_it(
    bench: Bench,
) -> None:
    bench.outside.script = [accept_then_break]
    async with bench.open() as engine:
        report = await unsure_then(engine, policy(task("order.blind", 1), **KEEP), Choice.SKIP)
        assert report.status is RunStatus.FAILED
        again = await engine.runs.redrive(report.run_id, by="owner")
        cases = await engine.store.read.interventions(report.run_id)
        await sound(engine)
    assert again.status is RunStatus.NEEDS_OWNER
    assert [case.status for case in cases] == ["decided", "open"]
    assert len(bench.outside.calls) == 1


async def test_a_call_that_was_stopped_once_and_done_since_is_not_called_again(
    bench: Bench,
) -> None:
    bench.outside.script, bench.outside.reachable = [break_before, accept, refuse], False
    async with bench.open() as engine:
        report = await ran(engine, policy(task("order.place", 1), task("order.place", 2), **KEEP))
        bench.outside.reachable = True
        await engine.runs.cancel(report.run_id, keep=True, by="owner")
        for _ in range(2):
            report = await engine.runs.redrive(report.run_id, by="owner")
        await sound(engine)
    assert report.status is RunStatus.COMPLETED
    keys = [key.rpartition("/")[2] for key in bench.outside.calls]
    assert keys == ["A.1", "A.1", "B.1", "B.1"]


async def test_what_was_cancelled_can_go_on(bench: Bench) -> None:
    bench.clock, held = FakeClock(), Held()
    bench.outside.script = [held]
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(task("order.place", 1), task("order.place", 2)))
        run = asyncio.create_task(engine.runs.start(policy_id))
        await held.begun.wait()
        (row,) = await engine.store.read.runs()
        await engine.runs.cancel(row.id, keep=True, by="owner")
        held.finish.set()
        assert (await run).status is RunStatus.CANCELLED
        again = await engine.runs.redrive(row.id, by="owner")
        await sound(engine)
    assert again.status is RunStatus.COMPLETED
    assert len(bench.outside.calls) == 2


def killed_at(bench: Bench, run_id: str, seq: int, cancelling: str) -> None:
    """As if the process had died after this entry, and the owner then said to end the run."""
    rewind(bench, run_id, seq)
    bench.outside.undone.clear()
    with closing(sqlite3.connect(bench.home.database, isolation_level=None)) as connection:
        connection.execute("UPDATE workflow_executions SET cancelling = ?", (cancelling,))


async def test_a_reversal_that_was_stopped_twice_goes_on_when_its_run_is_redriven(
    bench: Bench,
) -> None:
    rule = {"error_equals": ["States.ALL"], "next": "B", "result_path": None, "compensate": True}
    inner = [task("order.place", 1), task("number.broken")]
    document = policy(each([1], *inner, catch=[rule]), task("number.add"))
    async with bench.open() as engine:
        report = await ran(engine, document)
        journal = await engine.store.read.journal(report.run_id)
    begun = next(one.seq for one in journal if one.scope.startswith("undo/"))
    killed_at(bench, report.run_id, begun, "compensate")
    async with bench.open() as engine:
        await engine.runs.resume(report.run_id)
        journal = await engine.store.read.journal(report.run_id)
    pause = next(one.seq for one in journal if one.kind == "sleep")
    killed_at(bench, report.run_id, pause, "keep")
    async with bench.open() as engine:
        await engine.runs.resume(report.run_id)
        again = await engine.runs.redrive(report.run_id, by="owner")
        await sound(engine)
        log = await engine.store.read.saga_log(report.run_id)
    assert again.status is RunStatus.COMPLETED
    assert [one.settled for one in log] == ["compensated"]
    assert len(bench.outside.undone) == 1


async def test_a_run_out_of_time_has_its_whole_time_again(bench: Bench) -> None:
    bench.clock = FakeClock()

    async def late(outside: Outside, key: str, order: Json) -> Any:
        bench.clock.advance(61)
        return await accept(outside, key, order)

    bench.outside.script = [late]
    document = policy(task("order.place", 1), task("number.add"), timeout_seconds=60, **KEEP)
    async with bench.open() as engine:
        report = await ran(engine, document)
        assert report.status is RunStatus.TIMED_OUT
        again = await engine.runs.redrive(report.run_id, by="owner")
    assert again.status is RunStatus.COMPLETED


async def test_a_wait_that_was_cancelled_goes_on_waiting_for_the_same_moment(bench: Bench) -> None:
    bench.clock = FakeClock()
    wait = {"type": "Wait", "seconds": 3600, "end": True}
    async with bench.open() as engine:
        report = await ran(engine, policy(task("number.add"), wait))
        await engine.runs.cancel(report.run_id, keep=True, by="owner")
        again = await engine.runs.redrive(report.run_id, by="owner")
        assert again.status is RunStatus.WAITING
        bench.clock.advance(3600)
        done = await engine.runs.resume(report.run_id)
    assert done.status is RunStatus.COMPLETED


async def test_the_owner_may_redrive_what_it_is_asked_about(bench: Bench) -> None:
    document = policy(task("order.place", 1), task("number.broken"), on_failure="intervene")
    async with bench.open() as engine:
        report = await ran(engine, document)
        assert report.status is RunStatus.NEEDS_OWNER
        again = await engine.runs.redrive(report.run_id, by="owner")
        cases = await engine.store.read.interventions(report.run_id)
    assert again.status is RunStatus.NEEDS_OWNER
    assert [one.status for one in cases] == ["withdrawn", "open"]
    assert len(bench.outside.calls) == 1


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (policy(task("number.add")), "run.not_failed"),
        (policy(task("order.place", 1), task("number.broken")), "run.reversed"),
    ],
)
async def test_a_run_that_went_well_or_was_reversed_is_not_redriven(
    bench: Bench, document: Json, code: str
) -> None:
    async with bench.open() as engine:
        report = await ran(engine, document)
        with pytest.raises(Refused) as refusal:
            await engine.runs.redrive(report.run_id, by="owner")
    assert refusal.value.problem.code == code


async def test_a_policy_that_may_not_run_is_not_redriven(bench: Bench) -> None:
    async with bench.open() as engine:
        report = await failed(engine, policy(task("number.broken"), **KEEP))
        (row,) = await engine.store.read.runs()
        await engine.policies.disable(row.policy_id, by="owner")
        with pytest.raises(Refused) as refusal:
            await engine.runs.redrive(report.run_id, by="owner")
        (after,) = await engine.store.read.runs()
    assert refusal.value.problem.code == "policy.disabled"
    assert after.status is RunStatus.FAILED


async def test_a_redriven_run_is_not_thinned_while_it_is_open(bench: Bench) -> None:
    bench.clock = FakeClock()
    wait = {"type": "Wait", "seconds": 3600, "end": True}
    document = {
        "name": "P",
        **chain(task("order.flaky", 1), wait),
        **KEEP,
    }
    async with bench.open() as engine:
        report = await failed(engine, document)
        again = await engine.runs.redrive(report.run_id, by="owner")
        assert again.status is RunStatus.WAITING
        bench.clock.advance(10 * 365 * 86400)
        assert await engine.thin() == 0
        done = await engine.runs.resume(report.run_id)
    assert done.status is RunStatus.COMPLETED


async def test_the_cursors_of_a_run_show_its_data_at_each_state(bench: Bench) -> None:
    async with bench.open() as engine:
        report = await ran(engine, policy(task("number.add", 1), task("number.add", "$.n")))
        cursors = await engine.runs.cursors(report.run_id)
    assert {key: one["value"] for key, one in cursors.items()} == {"A.1": {}, "B.1": {"n": 2}}
