"""Heartbeats: a step that gives no sign of life is given up, one that does is left to work."""

import asyncio

from pydantic import BaseModel

from assent_engine.registry import StepContext
from assent_schemas.statuses import RunStatus
from engine.durable.worlds import Bench, policy, ran, task

BEATS = 3
BETWEEN = 0.4


class Nothing(BaseModel):
    """No input."""


async def a_while() -> None:
    """As long as real work takes between two beats."""
    try:
        async with asyncio.timeout(BETWEEN):
            await asyncio.Event().wait()
    except TimeoutError:
        pass


async def test_a_step_without_a_sign_of_life_is_given_up(bench: Bench) -> None:
    @bench.registry.add_step("work.silent", "Never ends.")
    async def silent(_given: Nothing) -> int:
        await asyncio.Event().wait()
        return 0

    async with bench.open() as engine:
        report = await ran(engine, policy(task("work.silent", heartbeat_seconds=1)))
    assert (report.status, report.error) == (RunStatus.FAILED, "States.HeartbeatTimeout")


async def test_a_lost_heartbeat_is_caught_as_a_timeout(bench: Bench) -> None:
    @bench.registry.add_step("work.silent", "Never ends.")
    async def silent(_given: Nothing) -> int:
        await asyncio.Event().wait()
        return 0

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
            await a_while()
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
