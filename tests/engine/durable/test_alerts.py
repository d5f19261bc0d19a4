"""Alerts: failures in a row, a recovery and a lack of progress are told of, each once."""

import asyncio
from typing import Any

from pydantic import BaseModel, ConfigDict

from assent_engine.engine import Engine
from assent_schemas.statuses import RunStatus
from engine.durable.worlds import Bench, FakeClock, approved, each, policy, ran, task, turns


class Nothing(BaseModel):
    """Whatever it is given counts for nothing."""

    model_config = ConfigDict(extra="allow")


def add_moody(bench: Bench, moods: list[bool]) -> None:
    """A step that works or not, as told."""

    @bench.registry.add_step("work.moody", "Works or not.")
    async def moody(_given: Nothing) -> int:
        if not moods.pop(0):
            raise RuntimeError
        return 1


async def told(engine: Engine) -> list[str]:
    return [one.text.removeprefix("A policy ") for one in await engine.store.read.notices()]


async def test_failures_are_told_of_from_so_many_in_a_row_on(bench: Bench) -> None:
    add_moody(bench, [False, False, True, False, False, False, False, True, True])
    found: list[int] = []
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(task("work.moody"), alert_after=3))
        for _ in range(9):
            await engine.runs.start(policy_id)
            found.append(len(await told(engine)))
        assert (await told(engine))[-1] == "works again after 4 failures."
    assert found == [0, 0, 0, 0, 0, 1, 2, 3, 3]


async def test_failures_are_counted_over_a_restart(bench: Bench) -> None:
    add_moody(bench, [False, False, True])
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(task("work.moody"), alert_after=2))
        await engine.runs.start(policy_id)
    async with bench.open() as engine:
        await engine.runs.start(policy_id)
        assert (await told(engine)) == ["ended FAILED: RuntimeError."]
    async with bench.open() as engine:
        await engine.runs.start(policy_id)
        assert (await told(engine))[1:] == ["works again after 2 failures."]


async def test_failures_at_the_same_time_are_each_counted(bench: Bench) -> None:
    add_moody(bench, [False] * 10)
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(task("work.moody"), alert_after=8))
        await asyncio.gather(*(engine.runs.start(policy_id) for _ in range(10)))
        assert len(await told(engine)) == 3


async def test_a_failure_that_did_something_is_told_of_at_once(bench: Bench) -> None:
    document = policy(task("order.place", 1), task("number.broken", 1), alert_after=9)
    async with bench.open() as engine:
        await ran(engine, document)
        (text,) = await told(engine)
    assert "It reversed: order.place" in text


async def test_a_cancelled_run_is_no_failure(bench: Bench) -> None:
    wait = {"type": "Wait", "seconds": 3600, "end": True}
    async with bench.open() as engine:
        report = await ran(engine, policy(wait, alert_after=2))
        await engine.runs.cancel(report.run_id, by="owner")
        (row,) = await engine.store.read.policies()
        assert row.failures == 0
        assert len(await told(engine)) == 1


def add_slow(bench: Bench, seconds: float) -> asyncio.Event:
    """A step that takes so long, and then until it is let go."""
    finish = asyncio.Event()

    @bench.registry.add_step("work.slow", "Takes its time.")
    async def slow(_given: Nothing) -> int:
        bench.clock.advance(seconds)
        await finish.wait()
        return 1

    return finish


STALLED = "has made no progress for 60 seconds and goes on trying."


async def stalled(bench: Bench, seconds: float, **more: Any) -> list[str]:
    bench.clock, finish = FakeClock(), add_slow(bench, seconds)
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(task("work.slow"), **more))
        run = asyncio.create_task(engine.runs.start(policy_id))
        while bench.clock.now() == FakeClock().now():
            await turns()
        finish.set()
        assert (await run).status is RunStatus.COMPLETED
        return await told(engine)


async def test_a_run_without_progress_is_told_of_and_goes_on(bench: Bench) -> None:
    assert await stalled(bench, 61, progress_deadline_seconds=60) == [STALLED]


async def test_a_run_that_takes_no_longer_than_that_is_not(bench: Bench) -> None:
    assert await stalled(bench, 59, progress_deadline_seconds=60) == []


async def test_a_policy_that_sets_no_such_deadline_is_never_told_of(bench: Bench) -> None:
    assert await stalled(bench, 10**6) == []


async def test_each_outcome_is_progress(bench: Bench) -> None:
    @bench.registry.add_step("work.steady", "Takes 50 seconds.")
    async def steady(_given: Nothing) -> int:
        bench.clock.advance(50)
        return 1

    bench.clock = FakeClock()
    document = policy(each([1, 2, 3], task("work.steady")), progress_deadline_seconds=60)
    async with bench.open() as engine:
        assert (await ran(engine, document)).status is RunStatus.COMPLETED
        assert await told(engine) == []


async def test_a_wait_of_its_own_is_no_lack_of_progress(bench: Bench) -> None:
    wait = {"type": "Wait", "seconds": 50, "end": True}
    async with bench.open() as engine:
        document = policy(wait, progress_deadline_seconds=20)
        assert (await ran(engine, document)).status is RunStatus.COMPLETED
        assert await told(engine) == []


async def cut_off(engine: Engine, bench: Bench, work: Any) -> None:
    """Drive a run into its slow step, and stop there as a crash does."""
    run, before = asyncio.create_task(work), bench.clock.now()
    while bench.clock.now() == before:
        await turns()
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)


async def test_a_run_that_a_crash_cut_off_is_told_of_once(bench: Bench) -> None:
    bench.clock = FakeClock()
    add_slow(bench, 30)
    async with bench.open() as engine:
        document = policy(task("work.slow"), progress_deadline_seconds=60)
        policy_id = await approved(engine, document)
        await cut_off(engine, bench, engine.runs.start(policy_id))
        assert await told(engine) == []
    for _ in range(3):
        bench.clock.advance(40)
        async with bench.open() as engine:
            await cut_off(engine, bench, engine.runs.recover())
        async with bench.open() as engine:
            assert await told(engine) == [STALLED]
