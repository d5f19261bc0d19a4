"""Side effects: started once per key, settled before anyone hears of them, logged."""

import asyncio
import threading
from typing import Any

import pytest

from assent_engine.registry import Compensation, Done, NotDone, Reconciled, StepContext, Unsure
from assent_engine.runner import calls
from assent_schemas import exact_json
from assent_schemas.statuses import RunStatus
from engine.durable.worlds import (
    Bench,
    Order,
    Outside,
    Placed,
    accept,
    accept_then_break,
    accept_then_hang,
    answer_nonsense,
    approved,
    break_before,
    each,
    hang,
    policy,
    ran,
    refuse,
    task,
)

RETRY = [{"error_equals": ["States.ALL"], "interval_seconds": 1, "max_attempts": 5}]
PLACE = policy(task("order.place", 1))
PLACE_AGAIN = policy(task("order.place", 1, retry=RETRY))


async def test_the_intent_is_on_disk_before_the_step_is_called(bench: Bench) -> None:
    async with bench.open() as engine:

        async def look(outside: Outside, key: str, order: dict[str, Any]) -> Any:
            (run,) = await engine.store.read.runs()
            kinds = [(one.kind, one.key) for one in await engine.store.read.journal(run.id)]
            assert kinds == [("start", ""), ("intent", "A.1/1")]
            return await accept(outside, key, order)

        bench.outside.script = [look]
        report = await ran(engine, PLACE)
    assert report.status is RunStatus.COMPLETED


async def test_a_known_failure_is_tried_again_with_the_same_idempotency_key(bench: Bench) -> None:
    bench.outside.script = [refuse, refuse]
    async with bench.open() as engine:
        report = await ran(engine, PLACE_AGAIN)
        journal = await engine.store.read.journal(report.run_id)
    assert report.status is RunStatus.COMPLETED
    assert bench.outside.calls == [f"{report.run_id}/A.1"] * 3
    intents = [one.key for one in journal if one.kind == "intent"]
    assert intents == ["A.1/1", "A.1/2", "A.1/3"]
    assert bench.outside.asked == []


async def test_a_step_that_fails_twice_and_then_times_out_never_places_two_orders(
    bench: Bench,
) -> None:
    bench.outside.script = [refuse, refuse, accept_then_hang]
    async with bench.open() as engine:
        report = await ran(engine, PLACE_AGAIN)
        saga = await engine.store.read.saga_log(report.run_id)
    assert report.status is RunStatus.COMPLETED
    assert list(bench.outside.orders) == [f"{report.run_id}/A.1"]
    assert len(bench.outside.calls) == 3
    assert [one.idempotency_key for one in saga] == list(bench.outside.orders)
    assert report.output == {"key": f"{report.run_id}/A.1", "n": 1}


async def test_a_timeout_that_the_outside_never_saw_is_tried_again(bench: Bench) -> None:
    bench.outside.script = [hang]
    async with bench.open() as engine:
        report = await ran(engine, PLACE_AGAIN)
        journal = await engine.store.read.journal(report.run_id)
    outcomes = [exact_json.decode(one.data) for one in journal if one.kind == "step"]
    assert [one.get("error") for one in outcomes] == ["States.Timeout", None]
    assert len(bench.outside.orders) == 1


async def test_an_order_that_arrives_after_it_was_given_up_is_still_the_only_one(
    bench: Bench,
) -> None:
    async def late(outside: Outside, key: str, order: dict[str, Any]) -> Any:
        outside.take(key, order)
        return await accept(outside, key, order)

    bench.outside.script = [hang, late]
    async with bench.open() as engine:
        report = await ran(engine, PLACE_AGAIN)
    assert report.status is RunStatus.COMPLETED
    assert len(bench.outside.orders) == 1


async def test_an_unexpected_error_after_the_deed_is_found_out_and_is_no_failure(
    bench: Bench,
) -> None:
    bench.outside.script = [accept_then_break]
    async with bench.open() as engine:
        report = await ran(engine, PLACE_AGAIN)
    assert report.status is RunStatus.COMPLETED
    assert len(bench.outside.calls) == 1


async def test_an_unexpected_error_before_the_deed_is_a_failure_by_its_own_name(
    bench: Bench,
) -> None:
    bench.outside.script = [break_before]
    async with bench.open() as engine:
        report = await ran(engine, PLACE)
    assert (report.status, report.error) == (RunStatus.FAILED, "ConnectionResetError")
    assert bench.outside.asked == [f"{report.run_id}/A.1"]


async def test_a_timeout_error_of_the_steps_own_is_not_taken_for_ours(bench: Bench) -> None:
    async def own(outside: Outside, key: str, order: dict[str, Any]) -> Any:
        raise TimeoutError("the socket gave up")

    bench.outside.script = [own]
    async with bench.open() as engine:
        report = await ran(engine, PLACE)
    assert (report.error, report.cause) == ("TimeoutError", "the socket gave up")


async def test_a_result_that_is_not_what_was_declared_does_not_make_the_deed_undone(
    bench: Bench,
) -> None:
    bench.outside.script = [answer_nonsense]
    async with bench.open() as engine:
        report = await ran(engine, PLACE_AGAIN)
        saga = await engine.store.read.saga_log(report.run_id)
    assert report.status is RunStatus.COMPLETED
    assert len(bench.outside.calls) == len(saga) == 1


async def test_a_deed_that_cannot_be_looked_up_is_for_the_owner_to_settle(bench: Bench) -> None:
    bench.outside.script = [accept_then_break]
    async with bench.open() as engine:
        report = await ran(engine, policy(task("order.blind", 1, retry=RETRY)))
        notices = await engine.store.read.notices(report.run_id)
    assert (report.status, report.error) == (RunStatus.NEEDS_OWNER, "effect.unsure")
    assert len(bench.outside.calls) == 1
    assert [one.level for one in notices] == ["problem"]
    assert "order.blind" in notices[0].text


async def test_an_unsure_deed_waits_until_the_outside_can_answer_and_is_not_repeated(
    bench: Bench,
) -> None:
    bench.outside.script = [accept_then_break]
    bench.outside.reachable = False
    async with bench.open() as engine:
        report = await ran(engine, PLACE_AGAIN)
        assert report.status is RunStatus.NEEDS_OWNER
        again = await engine.runs.resume(report.run_id)
        assert again.status is RunStatus.NEEDS_OWNER
        bench.outside.reachable = True
        done = await engine.runs.resume(report.run_id)
    assert done.status is RunStatus.COMPLETED
    assert len(bench.outside.calls) == 1


async def test_a_look_up_that_never_answers_leaves_it_to_the_owner(bench: Bench) -> None:
    async def silent(_context: StepContext) -> Reconciled:
        bench.outside.skip(calls.LOOK_UP_SECONDS + 1)
        return await asyncio.Event().wait()  # type: ignore[return-value]

    @bench.registry.add_step(
        "order.mute", "x", side_effect=True, irreversible="x", reconcile=silent
    )
    async def mute(order: Order) -> Placed:
        raise ConnectionResetError

    async with bench.open() as engine:
        report = await ran(engine, policy(task("order.mute", 1)))
    assert (report.status, report.error) == (RunStatus.NEEDS_OWNER, "effect.unsure")


async def test_a_result_of_the_look_up_that_was_not_declared_is_for_the_owner(
    bench: Bench,
) -> None:
    async def odd(_context: StepContext) -> Reconciled:
        return Done({"unheard": "of"})

    @bench.registry.add_step("order.odd", "x", side_effect=True, irreversible="x", reconcile=odd)
    async def place(order: Order) -> Placed:
        raise ConnectionResetError

    async with bench.open() as engine:
        report = await ran(engine, policy(task("order.odd", 1)))
    assert (report.status, report.error) == (RunStatus.NEEDS_OWNER, "effect.unsure")


async def test_a_call_given_up_in_its_thread_is_not_repeated_while_it_may_still_happen(
    bench: Bench,
) -> None:
    loop, release, started = asyncio.get_running_loop(), threading.Event(), []

    async def not_yet(_context: StepContext) -> Reconciled:
        return NotDone()

    @bench.registry.add_step(
        "order.slow", "x", side_effect=True, irreversible="x", reconcile=not_yet, timeout=30
    )
    def slow(order: Order) -> Placed:
        started.append(order.n)
        loop.call_soon_threadsafe(bench.outside.skip, 31)
        release.wait()
        return Placed(key="x", n=order.n)

    document = policy(task("order.slow", 1, retry=RETRY))
    try:
        async with bench.open() as engine:
            report = await ran(engine, document)
            assert (report.status, report.error) == (RunStatus.NEEDS_OWNER, "effect.unsure")
            again = await engine.runs.resume(report.run_id)
            assert again.status is RunStatus.NEEDS_OWNER
        assert started == [1]
    finally:
        release.set()


async def test_a_step_in_a_thread_that_raises_a_timeout_has_ended_and_is_looked_up(
    bench: Bench,
) -> None:
    async def not_done(_context: StepContext) -> Reconciled:
        return NotDone()

    @bench.registry.add_step(
        "order.socket", "x", side_effect=True, irreversible="x", reconcile=not_done
    )
    def place(order: Order) -> Placed:
        raise TimeoutError("connect")

    async with bench.open() as engine:
        report = await ran(engine, policy(task("order.socket", 1)))
    assert (report.status, report.error) == (RunStatus.FAILED, "TimeoutError")


async def test_the_saga_log_holds_what_reverses_the_deed(bench: Bench) -> None:
    async with bench.open() as engine:
        report = await ran(engine, PLACE)
        (entry,) = await engine.store.read.saga_log(report.run_id)
        journal = await engine.store.read.journal(report.run_id)
    key = f"{report.run_id}/A.1"
    assert (entry.resource, entry.compensation) == ("order.place", "order.cancel")
    assert exact_json.decode(entry.compensation_input or "") == {"key": key}
    assert exact_json.decode(entry.input) == {"n": 1}
    assert exact_json.decode(entry.result) == {"key": key, "n": 1}
    assert entry.idempotency_key == key
    (outcome,) = [one for one in journal if one.kind == "step"]
    assert entry.seq == outcome.seq


async def test_the_saga_entry_is_committed_together_with_the_outcome(bench: Bench) -> None:
    batches: list[set[str]] = []
    async with bench.open() as engine:
        writer = engine.store._writer
        transaction = writer._transaction

        async def watched(records: list[Any]) -> bool:
            batches.append({type(one).__name__ for one in records})
            return await transaction(records)

        writer._transaction = watched  # type: ignore[method-assign]
        await ran(engine, PLACE)
    assert [one for one in batches if "SagaEntry" in one] == [{"JournalEntry", "SagaEntry"}]


async def test_a_reversal_that_cannot_be_worked_out_loses_neither_outcome_nor_log(
    bench: Bench,
) -> None:
    def confused(_given: Any, _result: Any) -> dict[str, Any]:
        raise KeyError("what?")

    @bench.registry.add_step(
        "order.odd", "x", side_effect=True, compensation=Compensation("order.cancel", confused)
    )
    async def place(order: Order) -> Placed:
        return Placed(key="k", n=order.n)

    async with bench.open() as engine:
        report = await ran(engine, policy(task("order.odd", 1)))
        (entry,) = await engine.store.read.saga_log(report.run_id)
    assert report.status is RunStatus.COMPLETED
    assert (entry.compensation, entry.compensation_input) == ("order.cancel", None)
    assert "what?" in (entry.irreversible or "")


async def test_an_irreversible_deed_is_logged_with_its_reason(bench: Bench) -> None:
    async with bench.open() as engine:
        report = await ran(engine, policy(task("order.blind", 1)))
        (entry,) = await engine.store.read.saga_log(report.run_id)
    assert (entry.compensation, entry.irreversible) == (None, "gone")


async def test_refused_input_is_a_failure_with_nothing_called(bench: Bench) -> None:
    state = {**task("order.place"), "parameters": {"n.$": "States.Format('many')"}}
    async with bench.open() as engine:
        report = await ran(engine, policy(state))
    assert (report.status, report.error) == (RunStatus.FAILED, "Step.InvalidInput")
    assert bench.outside.calls == []


async def test_the_kept_deeds_of_a_failed_run_are_named_in_its_notice(bench: Bench) -> None:
    async with bench.open() as engine:
        report = await ran(engine, policy(task("order.place", 1), task("number.broken")))
        (notice,) = await engine.store.read.notices(report.run_id)
    assert report.status is RunStatus.FAILED
    assert "order.place" in notice.text


@pytest.mark.parametrize("ambiguity", [accept_then_break, break_before, accept_then_hang, hang])
async def test_many_orders_with_lost_answers_are_each_placed_once(
    bench: Bench, ambiguity: Any
) -> None:
    items = list(range(12))
    bench.outside.script = [accept, ambiguity, refuse] * 4
    async with bench.open() as engine:
        report = await ran(engine, policy(each(items, task("order.place", "$.n", retry=RETRY))))
        saga = await engine.store.read.saga_log(report.run_id)
    assert report.status is RunStatus.COMPLETED
    assert sorted(one["n"] for one in bench.outside.orders.values()) == items
    assert {one.idempotency_key for one in saga} == set(bench.outside.orders)
    assert len(saga) == len(items)


async def test_an_unsure_answer_from_the_outside_stops_the_run_with_its_reason(
    bench: Bench,
) -> None:
    async def unsure(_context: StepContext) -> Reconciled:
        return Unsure("the broker is on holiday")

    @bench.registry.add_step("order.far", "x", side_effect=True, irreversible="x", reconcile=unsure)
    async def place(order: Order) -> Placed:
        raise ConnectionResetError

    async with bench.open() as engine:
        report = await engine.runs.start(await approved(engine, policy(task("order.far", 1))))
    assert "on holiday" in (report.cause or "")
