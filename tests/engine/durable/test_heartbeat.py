"""Heartbeats: a step that gives no sign of life is given up, one that does is left to work."""

import asyncio
from datetime import timedelta

from pydantic import BaseModel, ConfigDict

from assent_engine.engine import Engine
from assent_engine.registry import StepContext, World
from assent_schemas.statuses import RunStatus
from engine.durable.worlds import Bench, chain, policy, ran, task, turns

BEATS = 3
BETWEEN = 0.9


class Nothing(BaseModel):
    """Whatever it is given counts for nothing."""

    model_config = ConfigDict(extra="allow")


def add_silent(bench: Bench) -> None:
    """A step that hangs for longer than any heartbeat of these tests."""

    @bench.registry.add_step("work.silent", "Never ends.")
    async def silent(_given: Nothing) -> int:
        bench.clock.advance(2)
        await asyncio.Event().wait()
        return 0


async def test_a_step_without_a_sign_of_life_is_given_up(bench: Bench) -> None:
    add_silent(bench)
    async with bench.open() as engine:
        report = await ran(engine, policy(task("work.silent", heartbeat_seconds=1)))
    assert (report.status, report.error) == (RunStatus.FAILED, "States.HeartbeatTimeout")


async def test_a_lost_heartbeat_is_caught_as_a_timeout(bench: Bench) -> None:
    add_silent(bench)
    document = policy(task("work.silent", heartbeat_seconds=1))
    document["states"]["A"]["catch"] = [{"error_equals": ["States.Timeout"], "next": "End"}]
    document["states"]["End"] = {"type": "Succeed"}
    async with bench.open() as engine:
        report = await ran(engine, document)
    assert report.output == {"error": "States.HeartbeatTimeout", "cause": ""}


async def test_a_step_that_beats_may_take_longer_than_its_heartbeat(bench: Bench) -> None:
    @bench.registry.add_step("work.lively", "Beats while it works.")
    async def lively(_given: Nothing, context: StepContext) -> int:
        for _ in range(BEATS):
            context.beat()
            await turns()
            bench.clock.advance(BETWEEN)
        return BEATS

    async with bench.open() as engine:
        report = await ran(engine, policy(task("work.lively", heartbeat_seconds=1)))
    assert (report.status, report.output) == (RunStatus.COMPLETED, BEATS)
    assert BEATS * BETWEEN > 1


async def test_a_beat_without_a_heartbeat_asked_for_does_nothing(bench: Bench) -> None:
    @bench.registry.add_step("work.lively", "Beats once.")
    def lively(_given: Nothing, context: StepContext) -> int:
        context.beat()
        return 1

    async with bench.open() as engine:
        assert (await ran(engine, policy(task("work.lively")))).output == 1


async def test_setting_the_wall_clock_makes_no_step_time_out(bench: Bench) -> None:
    @bench.registry.add_step("work.surprised", "Works while the clock is set.", timeout=60)
    async def surprised(_given: Nothing) -> int:
        bench.clock.set_wall(bench.clock.now() + timedelta(days=1))
        await turns()
        return 1

    async with bench.open() as engine:
        assert (await ran(engine, policy(task("work.surprised")))).output == 1


async def test_a_wait_that_lasts_longer_lets_a_step_beside_it_time_out(bench: Bench) -> None:
    @bench.registry.add_step("work.hanging", "Never ends.", timeout=60)
    async def hanging(_given: Nothing) -> int:
        await asyncio.Event().wait()
        return 0

    wait = {"type": "Wait", "seconds": 55, "end": True}
    branches = [chain(task("work.hanging")), chain(wait, wait)]
    both = {"type": "Parallel", "branches": branches, "end": True}
    async with bench.open() as engine:
        report = await ran(engine, policy(both))
    assert (report.status, report.error) == (RunStatus.FAILED, "States.Timeout")


async def test_the_system_clock_gives_up_a_step_that_hangs(bench: Bench) -> None:
    """In real time, once: all else runs on a virtual clock."""

    @bench.registry.add_step("work.hanging", "Never ends.")
    async def hanging(_given: Nothing) -> int:
        await asyncio.Event().wait()
        return 0

    async with Engine.open(bench.home, registry=bench.registry, world=World()) as engine:
        report = await ran(engine, policy(task("work.hanging", timeout_seconds=1)))
    assert (report.status, report.error) == (RunStatus.FAILED, "States.Timeout")
