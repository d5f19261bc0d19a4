"""Runs that wait for long: the store knows when each can go on, and which one's time has come."""

from datetime import timedelta

from assent_engine.engine import Engine
from assent_schemas.statuses import RunStatus
from engine.durable.asking import call, chained
from engine.durable.worlds import Bench, FakeClock, Json, approved, policy, ran, task

HOUR = 3600


def waiting(seconds: int) -> Json:
    return {"type": "Wait", "seconds": seconds, "end": True}


async def test_a_run_that_parks_can_be_woken_when_its_time_has_come(bench: Bench) -> None:
    bench.clock = FakeClock()
    async with bench.open() as engine:
        assert await engine.runs.next_wake() is None
        late = await ran(engine, policy(waiting(2 * HOUR)))
        soon = await ran(engine, policy(waiting(HOUR), name="Soon"))
        assert await engine.runs.next_wake() == bench.clock.now() + timedelta(hours=1)
        assert await engine.runs.woken() == []
        bench.clock.advance(HOUR)
        assert await engine.runs.woken() == [soon.run_id]
        assert (await engine.runs.resume(soon.run_id)).status is RunStatus.COMPLETED
        bench.clock.advance(HOUR)
        assert await engine.runs.woken() == [late.run_id]


async def test_the_time_of_a_wait_outlives_the_process(bench: Bench) -> None:
    bench.clock = FakeClock()
    async with bench.open() as engine:
        report = await ran(engine, policy(waiting(HOUR)))
    bench.clock.advance(HOUR)
    async with bench.open() as engine:
        assert await engine.runs.woken() == [report.run_id]


async def test_a_run_that_waits_in_a_called_one_is_woken_by_its_caller(bench: Bench) -> None:
    bench.clock = FakeClock()
    async with bench.open() as engine:
        await approved(engine, chained(waiting(HOUR), name="Below"))
        report = await ran(engine, policy(call("Below")))
        assert report.status is RunStatus.WAITING
        bench.clock.advance(HOUR)
        assert await engine.runs.woken() == [report.run_id]
        assert (await engine.runs.resume(report.run_id)).status is RunStatus.COMPLETED
        assert await nothing_waits(engine)


async def test_a_run_that_goes_on_or_has_ended_is_not_woken(bench: Bench) -> None:
    bench.clock = FakeClock()
    async with bench.open() as engine:
        report = await ran(engine, policy(task("order.place", 1), waiting(HOUR)))
        bench.clock.advance(HOUR)
        await engine.runs.cancel(report.run_id, by="owner")
        assert await nothing_waits(engine)


async def nothing_waits(engine: Engine) -> bool:
    return (await engine.runs.next_wake(), await engine.runs.woken()) == (None, [])
