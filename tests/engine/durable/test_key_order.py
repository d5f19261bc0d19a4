"""Text made from an object comes out the same live and after a replay."""

from typing import Any

from pydantic import BaseModel

from engine.durable.worlds import Bench, policy, ran

HOUR = 3600


class Nothing(BaseModel):
    """No input."""


async def test_an_object_keeps_the_order_of_its_keys_through_the_journal(bench: Bench) -> None:
    @bench.registry.add_step("data.read", "An object whose keys are not in order.")
    async def read(_given: Nothing) -> dict[str, Any]:
        return {"b": 1, "a": {"d": 2, "c": 3}}

    document = policy(
        {"type": "Task", "resource": "data.read", "end": True},
        {"type": "Wait", "seconds": HOUR, "end": True},
        {"type": "Pass", "parameters": {"text.$": "States.JsonToString($)"}, "end": True},
    )
    async with bench.open() as engine:
        waiting = await ran(engine, document)
    bench.clock.advance(HOUR)
    async with bench.open() as engine:
        ended = await engine.runs.resume(waiting.run_id)
    assert ended.output == {"text": '{"b":1,"a":{"d":2,"c":3}}'}
