"""Forks: how many at once, what a breach stops, and that nothing begun below is dropped."""

import asyncio
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from assent_engine.engine import Engine
from assent_engine.registry import StepFailed
from assent_engine.store.records import JournalEntry
from assent_schemas.statuses import RunStatus
from engine.durable.worlds import (
    Bench,
    FakeClock,
    Held,
    Json,
    Number,
    Outside,
    accept,
    accept_then_break,
    approved,
    chain,
    each,
    policy,
    ran,
    rewind,
    task,
    turns,
)


class Gate:
    """A step's calls wait here until as many have come as the test wants."""

    def __init__(self, bench: Bench, wanted: int) -> None:
        self.now = self.most = 0
        self.open = asyncio.Event()

        @bench.registry.add_step("number.gate", "Waits")
        async def gate(given: Number) -> Json:
            self.now += 1
            self.most = max(self.most, self.now)
            if self.most >= wanted:
                self.open.set()
            await self.open.wait()
            self.now -= 1
            return {"n": given.n}


@pytest.mark.parametrize(("limit", "most"), [(0, 6), (2, 2), (4, 4)])
async def test_no_more_iterations_run_at_once_than_the_map_allows(
    bench: Bench, limit: int, most: int
) -> None:
    gate = Gate(bench, most)
    state = each([1, 2, 3, 4, 5, 6], task("number.gate", "$.n"), max_concurrency=limit)
    async with bench.open() as engine:
        report = await ran(engine, policy(state))
    assert gate.most == most
    assert report.output == [{"n": at} for at in (1, 2, 3, 4, 5, 6)]


async def test_with_a_concurrency_of_one_the_items_come_in_order(bench: Bench) -> None:
    state = each([3, 1, 2], task("order.place", "$.n"), max_concurrency=1)
    async with bench.open() as engine:
        await ran(engine, policy(state))
    assert [one["n"] for one in bench.outside.orders.values()] == [3, 1, 2]


async def test_the_first_failure_stops_the_siblings_and_those_not_yet_begun(bench: Bench) -> None:
    inner = {
        "start_at": "Which",
        "states": {
            "Which": {
                "type": "Choice",
                "choices": [{"variable": "$.n", "numeric_equals": 1, "next": "Bad"}],
                "default": "Long",
            },
            "Bad": task("number.broken", "$.n"),
            "Long": {"type": "Wait", "seconds": 1000, "next": "Place"},
            "Place": task("order.place", "$.n"),
        },
    }
    bench.clock = FakeClock()
    async with bench.open() as engine:
        report = await ran(engine, policy({**each([1, 2, 3], task("x")), "iterator": inner}))
    assert (report.status, report.error) == (RunStatus.FAILED, "Broken")
    assert bench.outside.orders == {}


async def test_the_breach_is_on_disk_before_a_sibling_is_stopped(bench: Bench) -> None:
    found: list[list[str]] = []
    async with bench.open() as engine:

        @bench.registry.add_step("number.patient", "Waits to be stopped")
        async def patient(given: Number) -> Json:
            try:
                return await asyncio.Event().wait()  # type: ignore[return-value]
            except asyncio.CancelledError:
                with closing(sqlite3.connect(bench.home.database)) as connection:
                    rows = connection.execute("SELECT kind FROM journal ORDER BY seq").fetchall()
                found.append([kind for (kind,) in rows])
                raise

        report = await ran(engine, fork(task("number.broken", 1), task("number.patient", 1)))
    assert report.error == "Broken"
    (kinds,) = found
    assert kinds[-1] == "breach"


async def test_a_siblings_side_effect_that_has_begun_is_finished_and_logged(bench: Bench) -> None:
    held = Held()
    fail_when(bench, held)
    bench.outside.script = [held]
    async with bench.open() as engine:
        report = await ran(engine, fork(task("number.late", 1), task("order.place", 1)))
        saga = await engine.store.read.saga_log(report.run_id)
    assert (report.status, report.error) == (RunStatus.FAILED, "Late")
    assert [one.idempotency_key for one in saga] == list(bench.outside.orders)
    assert len(saga) == 1


async def test_a_sibling_whose_deed_is_unsure_makes_the_run_one_for_the_owner(
    bench: Bench,
) -> None:
    held = Held(accept_then_break)
    fail_when(bench, held)
    bench.outside.script = [held]
    bench.outside.reachable = False
    async with bench.open() as engine:
        report = await ran(engine, fork(task("number.late", 1), task("order.place", 1)))
        assert (report.status, report.error) == (RunStatus.NEEDS_OWNER, "effect.unsure")
        bench.outside.reachable = True
        done = await engine.runs.resume(report.run_id)
        saga = await engine.store.read.saga_log(report.run_id)
    assert (done.status, done.error) == (RunStatus.FAILED, "Late")
    assert len(saga) == len(bench.outside.calls) == 1


@pytest.mark.parametrize("known", [True, False])
async def test_an_order_begun_in_a_fork_that_is_stopped_twice_is_not_dropped(
    bench: Bench, *, known: bool
) -> None:
    held, inner_stops, outer_stops = Held(), asyncio.Event(), asyncio.Event()

    async def slowly(outside: Outside, key: str, order: Json) -> Any:
        held.begun.set()
        await outer_stops.wait()
        await turns()
        return await (accept if known else accept_then_break)(outside, key, order)

    fail_when(bench, held)

    @bench.registry.add_step("number.later", "Fails when the inner fork is being stopped")
    async def later(given: Number) -> Json:
        await inner_stops.wait()
        await turns()
        raise StepFailed("Later")

    bench.outside.script, bench.outside.reachable = [slowly], known
    nested = fork(task("number.late", 1), task("order.place", 1))["states"]["A"]
    async with bench.open() as engine:
        when_breached(engine, inner_stops, outer_stops)
        report = await ran(engine, fork(task("number.later", 1), nested))
        saga = await engine.store.read.saga_log(report.run_id)
        assert len(saga) == int(known)
        bench.outside.reachable = True
        done = report if known else await engine.runs.resume(report.run_id)
        saga = await engine.store.read.saga_log(report.run_id)
    expected = RunStatus.FAILED if known else RunStatus.NEEDS_OWNER
    assert (report.status, done.status) == (expected, RunStatus.FAILED)
    assert len(saga) == len(bench.outside.calls) == 1


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("last", ["breach", "step"])
@pytest.mark.parametrize("depth", [0, 1, 2])
async def test_a_side_effect_begun_below_a_breach_is_settled_after_a_crash(
    bench: Bench, last: str, depth: int, *, accepted: bool
) -> None:
    """Killed right after the breach record, or after the failure and before that record."""
    held = Held()
    fail_when(bench, held)
    bench.outside.script = [held]
    inner = task("order.place", "$.n")
    for _ in range(depth):
        inner = each([1], inner)
    # The failing item comes first, so that a replay meets its failure before the sibling's order.
    document = fork(task("number.late", 1), each([1], inner))
    async with bench.open() as engine:
        report = await ran(engine, document)
        assert report.error == "Late"
    with closing(sqlite3.connect(bench.home.database)) as connection:
        sql = "SELECT max(seq) FROM journal WHERE kind = ? AND scope NOT LIKE 'A.1/1/1/%'"
        ((seq,),) = connection.execute(sql, (last,)).fetchall()
    rewind(bench, report.run_id, seq)
    if not accepted:
        bench.outside.orders.clear()
    async with bench.open() as engine:
        again = await engine.runs.resume(report.run_id)
        saga = await engine.store.read.saga_log(report.run_id)
        journal = await engine.store.read.journal(report.run_id)
    assert (again.status, again.error) == (RunStatus.FAILED, "Late")
    assert len(bench.outside.orders) == len(saga)
    intents = [(one.scope, one.key) for one in journal if one.kind == "intent"]
    settled = [(one.scope, one.key) for one in journal if one.kind == "step"]
    assert len(intents) == 1
    assert set(intents) <= set(settled)


async def test_a_side_effect_of_an_iteration_that_a_replay_no_longer_reaches_is_settled(
    bench: Bench,
) -> None:
    """Two at a time: item 1 made room for item 2, whose order had begun when item 0 failed."""
    held = Held()
    fail_when(bench, held)
    bench.outside.script = [held]
    resources = ["number.late", "number.add", "order.place"]
    choices = [{"variable": "$.n", "numeric_equals": n, "next": f"S{n}"} for n in range(3)]
    steps = {f"S{n}": task(resource, "$.n") for n, resource in enumerate(resources)}
    which = {"type": "Choice", "choices": choices}
    inner = {"start_at": "Which", "states": {"Which": which, **steps}}
    two_at_once = {**each([0, 1, 2], task("x"), max_concurrency=2), "iterator": inner}
    document = policy(two_at_once, on_failure="keep")
    async with bench.open() as engine:
        report = await ran(engine, document)
        journal = await engine.store.read.journal(report.run_id)
    failure = next(one.seq for one in journal if one.kind == "step" and "Late" in one.data)
    assert [one.kind for one in journal[failure:]] == ["breach", "step", "closed", "end"]
    rewind(bench, report.run_id, failure)
    async with bench.open() as engine:
        again = await engine.runs.resume(report.run_id)
        saga = await engine.store.read.saga_log(report.run_id)
    assert (again.status, again.error) == (RunStatus.FAILED, "Late")
    assert [one.idempotency_key for one in saga] == list(bench.outside.orders)
    assert len(bench.outside.calls) == 1


async def test_a_map_of_nothing_is_an_empty_list(bench: Bench) -> None:
    async with bench.open() as engine:
        report = await ran(engine, policy(each([], task("order.place", "$.n"))))
    assert (report.status, report.output) == (RunStatus.COMPLETED, [])


async def test_a_breach_that_is_caught_lets_the_run_go_on(bench: Bench) -> None:
    catch = [{"error_equals": ["Broken"], "next": "B", "result_path": "$.failure"}]
    failing = each([1], task("number.broken", "$.n"), catch=catch)
    async with bench.open() as engine:
        report = await ran(engine, policy(failing, task("order.place", 5)))
    assert report.status is RunStatus.COMPLETED
    assert [one["n"] for one in bench.outside.orders.values()] == [5]


async def test_a_thousand_orders_side_by_side_share_their_syncs(bench: Bench) -> None:
    syncs = []
    async with bench.open() as engine:
        policy_id = await approved(
            engine, policy(each(list(range(1000)), task("order.place", "$.n")))
        )
        transaction = engine.store._writer._transaction

        async def counted(records: list[Any]) -> bool:
            syncs.append(len(records))
            return await transaction(records)

        engine.store._writer._transaction = counted  # type: ignore[method-assign]
        report = await engine.runs.start(policy_id)
    assert report.status is RunStatus.COMPLETED
    assert len(bench.outside.orders) == 1000
    assert len(syncs) <= 20


def fork(*branches: Json) -> Json:
    state = {"type": "Parallel", "branches": [chain(one) for one in branches], "end": True}
    return policy(state, on_failure="keep")


def fail_when(bench: Bench, held: Held) -> None:
    """A step that fails once a sibling's order is under way, which finishes only after that."""

    @bench.registry.add_step("number.late", "Fails late")
    async def late(given: Number) -> Json:
        await held.begun.wait()
        held.finish.set()
        raise StepFailed("Late")


def when_breached(engine: Engine, *events: asyncio.Event) -> None:
    """Set one event after the other, each once one more breach is on disk."""
    waiting, transaction = list(events), engine.store._writer._transaction

    async def watched(records: list[Any]) -> bool:
        done = await transaction(records)
        for one in records:
            if isinstance(one, JournalEntry) and one.kind == "breach":
                waiting.pop(0).set()
        return done

    engine.store._writer._transaction = watched  # type: ignore[method-assign]
