"""Concurrency keys: no more runs at once than the policy says, over any stop and restart."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from assent_engine.engine import Engine
from assent_engine.runner import RunReport
from assent_schemas.errors import Refused
from assent_schemas.statuses import RunStatus
from engine.durable.worlds import Bench, FakeClock, approved, policy, task, turns

WAIT = {"type": "Wait", "seconds": 3600, "end": True}
ALONE: dict[str, Any] = {"concurrency": {}}


class Work(BaseModel):
    n: int = 0


class Gate:
    """A step that does not end before it is told to; who was in it, and the most at once."""

    def __init__(self, bench: Bench) -> None:
        self.open = asyncio.Event()
        self.inside, self.most = 0, 0
        self.order: list[int] = []

        @bench.registry.add_step("work.gated", "Waits at the gate.")
        async def gated(given: Work) -> int:
            self.order.append(given.n)
            self.inside += 1
            self.most = max(self.most, self.inside)
            try:
                await self.open.wait()
            finally:
                self.inside -= 1
            return given.n


def gated(**more: Any) -> dict[str, Any]:
    return policy(task("work.gated", "$.n"), **more)


async def until(count: int, there: list[int]) -> None:
    while len(there) < count:
        await turns()


async def statuses(engine: Engine) -> list[str]:
    return [row.status for row in await engine.runs.open_runs()]


async def test_a_run_without_a_place_is_pending_until_the_one_before_it_ends(bench: Bench) -> None:
    gate = Gate(bench)
    async with bench.open() as engine:
        policy_id = await approved(engine, gated(**ALONE))
        first = asyncio.create_task(engine.runs.start(policy_id, {"n": 1}))
        await until(1, gate.order)
        second = await engine.runs.start(policy_id, {"n": 2})
        assert second.status is RunStatus.PENDING
        assert await statuses(engine) == ["RUNNING", "PENDING"]
        gate.open.set()
        assert (await first).output == 1
        row = await engine.store.read.run(second.run_id)
        assert row is not None
        assert (row.status, row.output) == (RunStatus.COMPLETED, 2)
    assert gate.most == 1


@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_no_more_runs_than_the_limit_are_ever_under_way(bench: Bench, limit: int) -> None:
    gate = Gate(bench)
    async with bench.open() as engine:
        policy_id = await approved(engine, gated(concurrency={"limit": limit}))
        starts = [asyncio.create_task(engine.runs.start(policy_id, {"n": n})) for n in range(8)]
        await until(limit, gate.order)
        gate.open.set()
        await asyncio.gather(*starts)
        ended = [row.output for row in await engine.store.read.runs(RunStatus.COMPLETED)]
    assert gate.most == limit
    assert sorted(ended) == list(range(8))


async def test_those_that_wait_start_in_the_order_in_which_they_came(bench: Bench) -> None:
    gate = Gate(bench)
    async with bench.open() as engine:
        policy_id = await approved(engine, gated(**ALONE))
        first = asyncio.create_task(engine.runs.start(policy_id, {"n": 0}))
        await until(1, gate.order)
        for n in range(1, 5):
            await engine.runs.start(policy_id, {"n": n})
        gate.open.set()
        await first
    assert gate.order == [0, 1, 2, 3, 4]


async def test_a_policy_may_skip_what_would_have_to_wait(bench: Bench) -> None:
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(WAIT, concurrency={"on_conflict": "skip"}))
        assert (await engine.runs.start(policy_id)).status is RunStatus.WAITING
        with pytest.raises(Refused) as refusal:
            await engine.runs.start(policy_id)
        assert refusal.value.problem.code == "run.skipped"
        assert len(await engine.store.read.runs()) == 1
        assert "run.skipped" in (await engine.store.read.audit())[-1].detail


async def test_a_path_keeps_apart_what_differs_there(bench: Bench) -> None:
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(WAIT, concurrency={"key": "$.account"}))
        found = [
            (await engine.runs.start(policy_id, {"account": account})).status
            for account in ("a", "b", "a", 1)
        ]
        assert found == ["WAITING", "WAITING", "PENDING", "WAITING"]
        with pytest.raises(Refused) as refusal:
            await engine.runs.start(policy_id, {"account": ["a"]})
    assert refusal.value.problem.code == "run.no_key"


async def test_a_text_is_shared_by_all_policies_that_name_it(bench: Bench) -> None:
    async with bench.open() as engine:
        one = await approved(engine, policy(WAIT, concurrency={"key": "broker"}))
        other = await approved(engine, policy(WAIT, concurrency={"key": "broker"}))
        third = await approved(engine, policy(WAIT, **ALONE))
        found = [(await engine.runs.start(policy_id)).status for policy_id in (one, other, third)]
    assert found == ["WAITING", "PENDING", "WAITING"]


async def test_without_a_rule_runs_are_under_way_side_by_side(bench: Bench) -> None:
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(WAIT))
        found = [(await engine.runs.start(policy_id)).status for _ in range(3)]
    assert found == ["WAITING"] * 3


async def test_after_a_restart_the_places_are_still_taken(bench: Bench) -> None:
    bench.clock = FakeClock()
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(WAIT, **ALONE))
        held = (await engine.runs.start(policy_id)).run_id
        waits = (await engine.runs.start(policy_id)).run_id
    async with bench.open() as engine:
        assert (await engine.runs.start(policy_id)).status is RunStatus.PENDING
        assert (await engine.runs.resume(waits)).status is RunStatus.PENDING
        found = {one.run_id: one.status for one in await engine.runs.recover()}
        assert sorted(found.values()) == ["PENDING", "PENDING", "WAITING"]
        bench.clock.advance(3600)
        assert (await engine.runs.resume(held)).status is RunStatus.COMPLETED
        row = await engine.store.read.run(waits)
    assert row is not None
    assert row.status is RunStatus.WAITING


async def test_a_run_that_ends_in_a_crash_before_the_next_began_is_followed(tmp_path: Path) -> None:
    """The place is given in a commit of its own: whatever is lost after it, the next one runs."""
    bench = Bench(tmp_path / "home", clock=FakeClock())
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(WAIT, **ALONE))
        held = (await engine.runs.start(policy_id)).run_id
        waits = (await engine.runs.start(policy_id)).run_id
        bench.clock.advance(3600)
        bench.tell = stop_at_the_end(held)
        with pytest.raises(PowerLoss):
            await engine.runs.resume(held)
    bench.tell = bench.heard.append
    async with bench.open() as engine:
        assert await statuses(engine) == ["PENDING"]
        assert [one.run_id for one in await engine.runs.recover()] == [waits]
        assert await statuses(engine) == ["WAITING"]


class PowerLoss(BaseException):
    """The process is gone."""


def stop_at_the_end(run_id: str) -> Any:
    def tell(progress: Any) -> None:
        if (progress.event, progress.run_id) == ("run.ended", run_id):
            raise PowerLoss

    return tell


async def test_a_cancelled_run_leaves_its_place_and_one_that_waits_never_begins(
    bench: Bench,
) -> None:
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(task("order.place", 1), WAIT, **ALONE))
        held, gone, last = [await engine.runs.start(policy_id) for _ in range(3)]
        assert len(bench.outside.orders) == 1
        report = await engine.runs.cancel(gone.run_id, by="owner")
        assert report is not None
        assert report.status is RunStatus.CANCELLED
        await engine.runs.cancel(held.run_id, keep=True, by="owner")
        row = await engine.store.read.run(last.run_id)
    assert row is not None
    assert row.status is RunStatus.WAITING
    assert len(bench.outside.orders) == 2


async def test_the_time_of_a_run_counts_from_when_it_has_its_place(bench: Bench) -> None:
    bench.clock = FakeClock()
    async with bench.open() as engine:
        document = policy(WAIT, timeout_seconds=5000, **ALONE)
        policy_id = await approved(engine, document)
        held = await engine.runs.start(policy_id)
        waits = await engine.runs.start(policy_id)
        bench.clock.advance(4000)
        await engine.runs.resume(held.run_id)
        bench.clock.advance(4000)
        report: RunReport = await engine.runs.resume(waits.run_id)
    assert report.status is RunStatus.COMPLETED


async def test_a_pending_run_whose_policy_is_off_lets_others_pass(bench: Bench) -> None:
    bench.clock = FakeClock()
    key = {"concurrency": {"key": "broker"}}
    async with bench.open() as engine:
        one = await approved(engine, policy(WAIT, **key))
        off = await approved(engine, policy(WAIT, **key))
        held = await engine.runs.start(one)
        waits = [await engine.runs.start(policy_id) for policy_id in (off, one)]
        await engine.policies.disable(off, by="owner")
        bench.clock.advance(3600)
        await engine.runs.resume(held.run_id)
        found = [await engine.store.read.run(one.run_id) for one in waits]
    assert [row.status for row in found if row] == [RunStatus.PAUSED, RunStatus.WAITING]


async def test_a_redriven_run_waits_for_a_place_as_any_other(bench: Bench) -> None:
    bench.clock = FakeClock()
    key = {"concurrency": {"key": "broker"}}
    async with bench.open() as engine:
        failing = await approved(engine, policy(task("number.broken", 1), **key))
        holding = await approved(engine, policy(WAIT, **key))
        failed = await engine.runs.start(failing)
        await engine.runs.start(holding)
        again = await engine.runs.redrive(failed.run_id, by="owner")
        assert again.status is RunStatus.PENDING
        bench.clock.advance(3600)
        await engine.runs.recover()
        row = await engine.store.read.run(failed.run_id)
    assert row is not None
    assert row.status is RunStatus.FAILED
    assert bench.outside.reads == [1, 1]
