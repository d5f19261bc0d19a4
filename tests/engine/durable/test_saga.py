"""Sagas: what a run did is reversed when it does not end well, in order, once, or you are asked."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import Any

import pytest

from assent_engine.engine import Engine
from assent_engine.runner import RunReport
from assent_engine.store.records import JournalEntry
from assent_schemas.errors import Refused
from assent_schemas.statuses import RunStatus
from engine.durable.worlds import (
    Behaviour,
    Bench,
    FakeClock,
    Held,
    Json,
    Outside,
    accept,
    approved,
    break_before,
    chain,
    during_the_first_step,
    each,
    policy,
    ran,
    refuse,
    rewind,
    take_back,
    take_back_then_break,
    task,
    turns,
)

TEN = 10


def failing_after(orders: int, **more: Any) -> Json:
    """So many orders, then a step that fails."""
    placed = [task("order.place", n) for n in range(orders)]
    return policy(*placed, task("number.broken"), **more)


def undone_orders(bench: Bench) -> list[int]:
    """The numbers of the orders that were taken back, in that order."""
    return [bench.outside.orders[key]["n"] for key in bench.outside.undone.values()]


async def settled(engine: Engine, report: RunReport) -> list[str | None]:
    return [one.settled for one in await engine.store.read.saga_log(report.run_id)]


@pytest.mark.parametrize("orders", range(TEN + 1))
async def test_a_run_that_fails_after_k_orders_takes_all_of_them_back_the_latest_first(
    bench: Bench, orders: int
) -> None:
    async with bench.open() as engine:
        report = await ran(engine, failing_after(orders))
        (notice,) = await engine.store.read.notices(report.run_id)
        assert await settled(engine, report) == ["compensated"] * orders
    assert (report.status, report.error) == (RunStatus.FAILED, "Broken")
    assert undone_orders(bench) == list(reversed(range(orders)))
    assert ("It reversed: " in notice.text) == bool(orders)


@pytest.mark.parametrize("orders", [1, 3])
async def test_a_crash_after_any_journal_entry_ends_with_each_order_taken_back_once(
    bench: Bench, orders: int
) -> None:
    async with bench.open() as engine:
        report = await ran(engine, failing_after(orders))
        journal = await engine.store.read.journal(report.run_id)
    for entry in reversed(journal[:-1]):
        rewind(bench, report.run_id, entry.seq)
        async with bench.open() as engine:
            again = await engine.runs.resume(report.run_id)
            assert await settled(engine, report) == ["compensated"] * orders
        assert (again.status, again.error) == (RunStatus.FAILED, "Broken")
        assert undone_orders(bench) == list(reversed(range(orders)))


async def test_the_intent_of_a_compensation_is_on_disk_before_it_is_called(bench: Bench) -> None:
    seen: list[tuple[str, str]] = []
    async with bench.open() as engine:

        async def look(outside: Outside, key: str, order: Json) -> Any:
            (run,) = await engine.store.read.runs()
            seen.append(
                next((e.scope, e.kind) for e in reversed(await engine.store.read.journal(run.id)))
            )
            outside.undone[key] = order["key"]
            return {}

        bench.outside.undo_script = [look]
        await ran(engine, failing_after(1))
    assert seen == [("undo/3/", "intent")]


async def test_a_compensation_that_is_refused_is_tried_again(bench: Bench) -> None:
    bench.outside.undo_script = [refuse, refuse]
    async with bench.open() as engine:
        report = await ran(engine, failing_after(1))
        assert await settled(engine, report) == ["compensated"]
    assert len(bench.outside.undoing) == 3
    assert len(bench.outside.undone) == 1


async def test_a_compensation_that_breaks_off_after_the_deed_is_looked_up_not_repeated(
    bench: Bench,
) -> None:
    bench.outside.undo_script = [take_back_then_break]
    async with bench.open() as engine:
        report = await ran(engine, failing_after(1))
    assert report.status is RunStatus.FAILED
    assert len(bench.outside.undoing) == 1


async def test_a_compensation_that_keeps_failing_goes_to_the_inbox_and_the_others_run(
    bench: Bench,
) -> None:
    bench.outside.undo_script = [refuse, refuse, refuse]
    async with bench.open() as engine:
        report = await ran(engine, failing_after(3))
        (case,) = await engine.store.read.interventions(report.run_id)
        assert await settled(engine, report) == ["compensated", "compensated", None]
    assert (report.status, case.code, case.status) == (
        RunStatus.NEEDS_OWNER,
        "compensation.failed",
        "open",
    )
    assert undone_orders(bench) == [1, 0]


async def test_the_remaining_compensations_wait_where_that_is_declared(bench: Bench) -> None:
    bench.outside.undo_script = [refuse, refuse, refuse]
    async with bench.open() as engine:
        report = await ran(engine, failing_after(3, on_compensation_failure="wait"))
        assert await settled(engine, report) == [None, None, None]
    assert report.status is RunStatus.NEEDS_OWNER
    assert undone_orders(bench) == []


async def test_an_irreversible_deed_is_kept_by_declaration_and_the_others_are_reversed(
    bench: Bench,
) -> None:
    document = policy(task("order.place", 1), task("order.blind", 2), task("number.broken", 0))
    async with bench.open() as engine:
        report = await ran(engine, document)
        (notice,) = await engine.store.read.notices(report.run_id)
        assert await settled(engine, report) == ["compensated", "kept"]
    assert report.status is RunStatus.FAILED
    assert "keeps: order.blind" in notice.text


async def test_a_policy_may_declare_that_what_was_done_is_kept(bench: Bench) -> None:
    async with bench.open() as engine:
        report = await ran(engine, failing_after(2, on_failure="keep"))
        assert await settled(engine, report) == [None, None]
        (notice,) = await engine.store.read.notices(report.run_id)
    assert report.status is RunStatus.FAILED
    assert not bench.outside.undone
    assert notice.text.count("order.place") == 2


async def test_a_completed_run_reverses_nothing(bench: Bench) -> None:
    async with bench.open() as engine:
        report = await ran(engine, policy(task("order.place", 1)))
    assert report.status is RunStatus.COMPLETED
    assert not bench.outside.undone


async def test_what_was_done_before_the_time_was_up_is_reversed_after_it(bench: Bench) -> None:
    bench.clock = FakeClock()

    async def late(outside: Outside, key: str, order: Json) -> Any:
        bench.clock.advance(61)
        return await accept(outside, key, order)

    bench.outside.script = [late]
    async with bench.open() as engine:
        report = await ran(
            engine, policy(task("order.place", 1), task("number.add"), timeout_seconds=60)
        )
        assert await settled(engine, report) == ["compensated"]
    assert report.status is RunStatus.TIMED_OUT


async def test_orders_of_a_map_are_reversed_the_latest_first(bench: Bench) -> None:
    one_by_one = each([1, 2, 3], task("order.place", "$.n"), max_concurrency=1)
    async with bench.open() as engine:
        report = await ran(engine, policy(one_by_one, task("number.broken")))
    assert report.status is RunStatus.FAILED
    assert undone_orders(bench) == [3, 2, 1]


async def test_a_caught_error_reverses_nothing_by_itself(bench: Bench) -> None:
    catch = [{"error_equals": ["States.ALL"], "next": "B", "result_path": None}]
    inner = [task("order.place", 1), task("number.broken")]
    async with bench.open() as engine:
        report = await ran(engine, policy(each([1], *inner, catch=catch), task("number.add")))
    assert report.status is RunStatus.COMPLETED
    assert not bench.outside.undone


def caught() -> Json:
    """An order before, one within a Map that then fails, and a catcher that compensates."""
    rule = {"error_equals": ["States.ALL"], "next": "C", "result_path": None, "compensate": True}
    inner = [task("order.place", 2), task("number.broken")]
    return policy(task("order.place", 1), each([1], *inner, catch=[rule]), task("number.add"))


async def test_a_catcher_that_compensates_reverses_what_its_own_state_did(bench: Bench) -> None:
    async with bench.open() as engine:
        report = await ran(engine, caught())
        assert await settled(engine, report) == [None, "compensated"]
    assert report.status is RunStatus.COMPLETED
    assert undone_orders(bench) == [2]


async def test_a_crash_around_a_catchers_compensation_reverses_once(bench: Bench) -> None:
    async with bench.open() as engine:
        report = await ran(engine, caught())
        journal = await engine.store.read.journal(report.run_id)
    for entry in reversed(journal[:-1]):
        rewind(bench, report.run_id, entry.seq)
        async with bench.open() as engine:
            again = await engine.runs.resume(report.run_id)
        assert again.status is RunStatus.COMPLETED
        assert undone_orders(bench) == [2]


async def test_a_disabled_policy_reverses_nothing_until_it_is_enabled_again(bench: Bench) -> None:
    async with bench.open() as engine:
        policy_id = await approved(engine, failing_after(1))

        async def disable(outside: Outside, key: str, order: Json) -> Any:
            await engine.policies.disable(policy_id, by="owner")
            return await break_before(outside, key, order)

        bench.outside.undo_script = [disable]
        report = await engine.runs.start(policy_id)
        assert report.status is RunStatus.PAUSED
        await engine.policies.enable(policy_id, by="owner")
        again = await engine.runs.resume(report.run_id)
        assert await settled(engine, report) == ["compensated"]
    assert again.status is RunStatus.FAILED


async def test_a_cancelled_run_finishes_what_is_under_way_and_reverses_it(bench: Bench) -> None:
    bench.clock, held = FakeClock(), Held()
    bench.outside.script = [held]
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(task("order.place", 1), task("order.place", 2)))
        run = asyncio.create_task(engine.runs.start(policy_id))
        await held.begun.wait()
        (row,) = await engine.store.read.runs()
        assert await engine.runs.cancel(row.id, by="owner") is None
        held.finish.set()
        report = await run
    assert (report.status, report.error) == (RunStatus.CANCELLED, "Run.Cancelled")
    assert undone_orders(bench) == [1]
    assert len(bench.outside.calls) == 1


@pytest.mark.parametrize("then", [refuse, take_back_then_break])
async def test_a_catchers_reversal_under_way_when_a_run_is_cancelled_is_gone_on_with(
    bench: Bench, then: Behaviour
) -> None:
    begun, finish = asyncio.Event(), asyncio.Event()

    async def held(outside: Outside, key: str, order: Json) -> Any:
        begun.set()
        await finish.wait()
        return await then(outside, key, order)

    bench.outside.undo_script = [held]
    async with bench.open() as engine:
        policy_id = await approved(engine, caught())
        run = asyncio.create_task(engine.runs.start(policy_id))
        await begun.wait()
        (row,) = await engine.store.read.runs()
        assert await engine.runs.cancel(row.id, by="owner") is None
        finish.set()
        report = await run
        assert await settled(engine, report) == ["compensated"] * 2
        journal = await engine.store.read.journal(report.run_id)
    assert report.status is RunStatus.CANCELLED
    assert undone_orders(bench) == [2, 1]
    tries = [(one.scope, one.key) for one in journal if one.kind == "step"]
    assert len(tries) == len(set(tries))
    await replays_alike(bench, report, len(journal))


def stopped_while_reversing(*after: Json, **catch: Any) -> Json:
    """A catcher's reversal is stopped by a sibling that fails; then the run goes on."""
    rule = {"error_equals": ["States.ALL"], "next": "B", "result_path": None}
    inner = each([1], task("order.place", 2), task("number.broken"))
    inner["catch"] = [{**rule, "compensate": True}]
    branches = [chain(task("number.add"), task("number.broken")), chain(inner, task("number.add"))]
    both = {"type": "Parallel", "branches": branches, "end": True, "catch": [{**rule, **catch}]}
    return policy(both, *after)


async def reversing_was_stopped(bench: Bench, document: Json, then: Behaviour) -> RunReport:
    """The run's end, where the sibling fails while the reversal is under way."""
    reversal = Held(then)
    bench.outside.undo_script = [reversal]
    during_the_first_step(bench, reversal.begun.wait)
    async with bench.open() as engine:
        run = asyncio.create_task(engine.runs.start(await approved(engine, document)))
        await reversal.begun.wait()
        (row,) = await engine.store.read.runs()
        while not any(one.kind == "breach" for one in await root_entries(engine, row.id)):
            await turns()
        reversal.finish.set()
        return await run


async def root_entries(engine: Engine, run_id: str) -> list[JournalEntry]:
    return [one for one in await engine.store.read.journal(run_id) if one.scope == ""]


@pytest.mark.parametrize("catch", [{}, {"compensate": True}])
async def test_a_reversal_that_was_under_way_when_its_catcher_was_stopped_is_known_of(
    bench: Bench, catch: Json
) -> None:
    document = stopped_while_reversing(task("number.add"), **catch)
    report = await reversing_was_stopped(bench, document, take_back)
    assert report.status is RunStatus.COMPLETED
    async with bench.open() as engine:
        assert await settled(engine, report) == ["compensated"]
        journal = await engine.store.read.journal(report.run_id)
    assert undone_orders(bench) == [2]
    begun = next(one.seq for one in journal if one.scope.startswith("undo/"))
    for seq in range(len(journal) - 1, begun - 1, -1):
        rewind(bench, report.run_id, seq)
        async with bench.open() as engine:
            again = await engine.runs.resume(report.run_id)
            assert await settled(engine, report) == ["compensated"]
        assert again.status is RunStatus.COMPLETED
        assert undone_orders(bench) == [2]


async def test_a_reversal_that_failed_before_a_snapshot_is_gone_on_with_after_a_crash(
    bench: Bench,
) -> None:
    long = [task("number.long", result_path="$.long") for _ in range(8)]
    document = stopped_while_reversing(*long, task("number.broken"))
    report = await reversing_was_stopped(bench, document, refuse)
    assert report.status is RunStatus.FAILED
    async with bench.open() as engine:
        journal = await engine.store.read.journal(report.run_id)
        row = await engine.store.read.run(report.run_id)
    assert row is not None
    assert row.cursor_seq > 0
    assert undone_orders(bench) == [2]
    tries = [(one.scope, one.key) for one in journal if one.kind == "step"]
    assert len(tries) == len(set(tries))
    for seq in range(len(journal) - 1, row.cursor_seq, -1):
        rewind(bench, report.run_id, seq)
        async with bench.open() as engine:
            again = await engine.runs.resume(report.run_id)
            assert await settled(engine, report) == ["compensated"]
            entries = await engine.store.read.journal(report.run_id)
        assert again.status is RunStatus.FAILED
        assert undone_orders(bench) == [2]
        tries = [(one.scope, one.key) for one in entries if one.kind == "step"]
        assert len(tries) == len(set(tries))


async def replays_alike(bench: Bench, report: RunReport, entries: int) -> None:
    """Cut off after any entry, the run comes to the same end and reverses nothing again."""
    undone = undone_orders(bench)
    for seq in range(entries - 1, 0, -1):
        rewind(bench, report.run_id, seq)
        with closing(sqlite3.connect(bench.home.database, isolation_level=None)) as connection:
            connection.execute("UPDATE workflow_executions SET cancelling = 'compensate'")
        async with bench.open() as engine:
            again = await engine.runs.resume(report.run_id)
        assert again.status is RunStatus.CANCELLED
        assert undone_orders(bench) == undone


@pytest.mark.parametrize("keep", [True, False])
async def test_a_run_that_waits_is_cancelled_and_its_orders_kept_or_reversed(
    bench: Bench, *, keep: bool
) -> None:
    bench.clock = FakeClock()
    wait = {"type": "Wait", "seconds": 3600, "end": True}
    async with bench.open() as engine:
        report = await ran(engine, policy(task("order.place", 1), wait))
        assert report.status is RunStatus.WAITING
        ended = await engine.runs.cancel(report.run_id, keep=keep, by="owner")
        assert ended is not None
        audit = [one.action for one in await engine.store.read.audit()]
    assert ended.status is RunStatus.CANCELLED
    assert undone_orders(bench) == ([] if keep else [1])
    assert "cancel" in audit


async def test_a_cancellation_outlives_a_crash(bench: Bench) -> None:
    bench.clock = FakeClock()
    wait = {"type": "Wait", "seconds": 3600, "end": True}
    async with bench.open() as engine:
        report = await ran(engine, policy(task("order.place", 1), wait))
    with closing(sqlite3.connect(bench.home.database, isolation_level=None)) as connection:
        connection.execute("UPDATE workflow_executions SET cancelling = 'compensate'")
    async with bench.open() as engine:
        again = await engine.runs.resume(report.run_id)
    assert again.status is RunStatus.CANCELLED
    assert undone_orders(bench) == [1]


@asynccontextmanager
async def held_at(
    part: object, name: str, monkeypatch: pytest.MonkeyPatch, *, after: bool
) -> AsyncIterator[asyncio.Event]:
    """Hold a run before or after a part of its way; yields once it is there, goes on at the end."""
    there, go_on, work = asyncio.Event(), asyncio.Event(), getattr(part, name)

    async def holding(*given: Any, **named: Any) -> Any:
        done = await work(*given, **named) if after else None
        there.set()
        await go_on.wait()
        return done if after else await work(*given, **named)

    monkeypatch.setattr(type(part), name, lambda _self, *given, **named: holding(*given, **named))
    async with asyncio.timeout(60):
        yield there
    go_on.set()


@pytest.mark.parametrize("keep", [True, False])
async def test_a_word_that_was_taken_is_followed_though_the_last_step_is_done_by_then(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, *, keep: bool
) -> None:
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(task("order.place", 1)))
        carrying = engine.runs._carrying
        async with held_at(carrying, "_driven_out", monkeypatch, after=True) as there:
            run = asyncio.create_task(engine.runs.start(policy_id))
            await there.wait()
            (row,) = await engine.store.read.runs()
            assert await engine.runs.cancel(row.id, keep=keep, by="owner") is None
        report = await run
    assert report.status is RunStatus.CANCELLED
    assert undone_orders(bench) == ([] if keep else [1])


async def test_a_word_that_comes_as_the_run_is_ended_is_refused_and_changes_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bench.open() as engine:
        policy_id = await approved(engine, failing_after(1, on_failure="keep"))
        async with held_at(engine.runs.endings, "end", monkeypatch, after=False) as there:
            run = asyncio.create_task(engine.runs.start(policy_id))
            await there.wait()
            (row,) = await engine.store.read.runs()
            with pytest.raises(Refused, match=r"run\.ending"):
                await engine.runs.cancel(row.id, by="owner")
        assert (await run).status is RunStatus.FAILED
        (row,) = await engine.store.read.runs()
        audit = [one.action for one in await engine.store.read.audit()]
    assert row.cancelling is None
    assert "cancel" not in audit


async def test_of_two_words_the_last_counts_while_it_can(bench: Bench) -> None:
    bench.clock = FakeClock()
    wait = {"type": "Wait", "seconds": 3600, "end": True}
    async with bench.open() as engine:
        report = await ran(engine, policy(task("order.place", 1), wait))
        first = engine.runs.cancel(report.run_id, keep=True, by="owner")
        second = engine.runs.cancel(report.run_id, by="owner")
        said = await asyncio.gather(first, second, return_exceptions=True)
        (row,) = await engine.store.read.runs()
    assert row.status is RunStatus.CANCELLED
    taken = [one for one in said if not isinstance(one, Refused)]
    assert undone_orders(bench) == ([1] if row.cancelling == "compensate" else [])
    assert taken


async def test_a_reversal_that_was_changed_in_the_database_is_not_carried_out(
    bench: Bench,
) -> None:
    bench.outside.undo_script = [refuse, refuse, refuse]
    async with bench.open() as engine:
        report = await ran(engine, failing_after(1, on_compensation_failure="wait"))
        assert report.status is RunStatus.NEEDS_OWNER
    with closing(sqlite3.connect(bench.home.database, isolation_level=None)) as connection:
        connection.execute("""UPDATE saga_log SET compensation_input = '{"key":"another"}'""")
    async with bench.open() as engine:
        again = await engine.runs.resume(report.run_id)
    assert (again.status, again.error) == (RunStatus.NEEDS_OWNER, "journal.broken")
    assert len(bench.outside.undoing) == 3


@pytest.mark.parametrize("seen", [True, False])
async def test_a_run_let_go_amid_a_reversal_knows_what_of_it_was_done(
    bench: Bench, *, seen: bool
) -> None:
    async with bench.open() as engine:
        report = await ran(engine, failing_after(2))
        journal = await engine.store.read.journal(report.run_id)
    intent = next(one.seq for one in journal if one.scope.startswith("undo/"))
    rewind(bench, report.run_id, intent)
    if not seen:
        bench.outside.undone.clear()
    async with bench.open() as engine:
        ended = await engine.runs.cancel(report.run_id, keep=True, by="owner")
        assert await settled(engine, report) == [None, "compensated" if seen else None]
    assert ended is not None
    assert (ended.status, ended.error) == (RunStatus.FAILED, "Broken")
