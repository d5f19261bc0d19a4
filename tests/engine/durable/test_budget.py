"""One transition budget over a durable run: parallel scopes, side effects, snapshots."""

import asyncio
import sqlite3
from contextlib import closing
from typing import Any

from assent_engine.budget import Budget
from assent_engine.ports import Progress
from assent_schemas import exact_json
from assent_schemas.statuses import RunStatus
from engine.durable.worlds import Bench, FakeClock, Outside, approved, each, policy, ran, task

SPENT = "Run.TransitionLimitExceeded"


def counted(bench: Bench, run_id: str) -> int:
    """The run's total as its snapshot has it."""
    with closing(sqlite3.connect(bench.home.database)) as connection:
        query = "SELECT cursor FROM workflow_executions WHERE id = ?"
        (text,) = connection.execute(query, (run_id,)).fetchone()
    return int(exact_json.decode(text)["transitions"])


def test_what_a_part_spends_counts_above_until_it_is_closed() -> None:
    whole = Budget(5)
    part = whole.part()
    assert all(part.part().spend() for _ in range(3))
    assert (part.close(), whole.used) == (3, 3)
    assert part.spend(100)
    assert (whole.used, whole.exhausted) == (3, False)
    assert whole.spend(2)
    assert not whole.spend()
    assert (whole.used, whole.exhausted) == (5, True)


async def test_all_scopes_of_a_run_share_its_budget_and_nothing_catches_its_end(
    bench: Bench,
) -> None:
    state = each([1, 2, 3], task("number.add", "$.n"))
    state["catch"] = [{"error_equals": ["States.ALL"], "next": "B"}]
    document = policy(state, {"type": "Pass"}, max_transitions=4)
    document["states"]["B"]["end"] = True
    async with bench.open() as engine:
        done = await ran(engine, document)
        cut = await ran(engine, {**document, "name": "Less", "max_transitions": 3})
    assert (done.status, done.error) == (RunStatus.FAILED, SPENT)
    assert (cut.status, cut.error) == (RunStatus.FAILED, SPENT)


async def test_a_side_effect_under_way_is_settled_when_the_budget_ends(bench: Bench) -> None:
    arrived = asyncio.Event()

    async def slowly(outside: Outside, key: str, order: Any) -> Any:
        arrived.set()
        for _ in range(20):
            await asyncio.sleep(0)
        return outside.take(key, order)

    bench.outside.script = [slowly]
    spender = {
        "start_at": "W",
        "states": {"W": {"type": "Pass", "next": "V"}, "V": {"type": "Pass", "end": True}},
    }
    buyer = policy(task("order.place", 1))
    both = {
        "type": "Parallel",
        "branches": [{key: buyer[key] for key in ("start_at", "states")}, spender],
        "end": True,
    }
    async with bench.open() as engine:
        report = await ran(engine, policy(both, max_transitions=3))
        log = await engine.store.read.saga_log(report.run_id)
    assert report.error == SPENT
    assert len(bench.outside.orders) == len(log) == len(bench.outside.calls)


async def test_a_resumed_run_counts_on_from_its_snapshot_after_forks(bench: Bench) -> None:
    bench.clock = clock = FakeClock()
    texts = [task("number.long", at) for at in range(6)]
    wait = {"type": "Wait", "seconds": 3600}
    states = [each([1, 2], task("number.add", "$.n")), *texts, wait, task("number.add", 1)]
    states[0]["result_path"] = None
    for most, expected in ((11, RunStatus.COMPLETED), (10, RunStatus.FAILED)):
        document = policy(*states, max_transitions=most, name=f"Most {most}")
        async with bench.open() as engine:
            parked = await ran(engine, document)
            assert parked.status == RunStatus.WAITING
        assert counted(bench, parked.run_id) > 3
        clock.advance(seconds=3600)
        async with bench.open() as engine:
            assert (await engine.runs.resume(parked.run_id)).status == expected


async def test_a_hundred_thousand_transitions_resume_from_a_snapshot(bench: Bench) -> None:
    bench.clock = clock = FakeClock()
    entered: list[str] = []
    bench.tell = lambda one: _enter(one, entered)
    done = {"variable": "$.n", "numeric_equals": 50_000, "next": "Wait"}
    states = {
        "Add": {"type": "Pass", "parameters": {"n.$": "States.MathAdd($.n, 1)"}, "next": "Ask"},
        "Ask": {"type": "Choice", "choices": [done], "default": "Add"},
        "Wait": {"type": "Wait", "seconds": 3600, "next": "End"},
        "End": {"type": "Succeed"},
    }
    document = {
        "name": "Long",
        "start_at": "Add",
        "states": states,
        "context_defaults": {"n": 0},
        "max_transitions": 1_000_000,
    }
    async with bench.open() as engine:
        parked = await engine.runs.start(await approved(engine, document))
    assert parked.status == RunStatus.WAITING
    assert counted(bench, parked.run_id) == 100_000
    clock.advance(seconds=3600)
    entered.clear()
    async with bench.open() as engine:
        report = await engine.runs.resume(parked.run_id)
    assert report.output == {"n": 50_000}
    assert entered == ["Wait.1", "End.1"]


def _enter(one: Progress, entered: list[str]) -> None:
    if one.event == "state.entered":
        entered.append(one.key)
