"""How fast the durable runner is on a real SQLite file with synchronous=FULL."""

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from assent_engine.engine import Engine
from assent_engine.home import Home
from assent_engine.registry import Done, Reconciled, StepContext, StepRegistry, World

STEPS = 200


class Number(BaseModel):
    """A number in, the next one out."""

    n: int = 0


def _registry() -> StepRegistry:
    registry = StepRegistry()

    @registry.add_step("bench.read", "Adds one.")
    async def read(number: Number) -> Number:
        return Number(n=number.n + 1)

    async def look_up(context: StepContext) -> Reconciled:
        return Done({"n": len(context.run_id)})

    @registry.add_step(
        "bench.act", "Adds one.", side_effect=True, irreversible="a figure", reconcile=look_up
    )
    async def act(number: Number) -> Number:
        return Number(n=number.n + 1)

    assert callable(read)
    assert callable(act)
    return registry


def _chain(resource: str) -> dict[str, Any]:
    states: dict[str, Any] = {
        f"S{at}": {"type": "Task", "resource": resource, "next": f"S{at + 1}"}
        for at in range(STEPS)
    }
    return {
        "name": "chain",
        "start_at": "S0",
        "states": {**states, f"S{STEPS}": {"type": "Succeed"}},
    }


def _map(count: int) -> dict[str, Any]:
    iterator = {
        "start_at": "One",
        "states": {"One": {"type": "Task", "resource": "bench.act", "end": True}},
    }
    items = {
        "type": "Map",
        "items_path": "$.items",
        "item_selector": {"n.$": "$$.map.item.value"},
        "iterator": iterator,
        "end": True,
    }
    defaults = {"items": list(range(count))}
    return {
        "name": "map",
        "context_defaults": defaults,
        "start_at": "Items",
        "states": {"Items": items},
    }


def _rate(policy: dict[str, Any], count: int) -> float:
    async def measured() -> float:
        with tempfile.TemporaryDirectory() as folder:
            home = Home(Path(folder) / "home")
            async with Engine.open(home, registry=_registry(), world=World()) as engine:
                made = await engine.policies.propose(policy, "bench")
                await engine.policies.approve(
                    made.policy_id, made.version, made.hash, by="bench", how="bench"
                )
                start = time.perf_counter()
                report = await engine.runs.start(made.policy_id)
                seconds = time.perf_counter() - start
                assert report.status == "COMPLETED"
                return count / seconds

    return asyncio.run(measured())


def read_only_steps() -> float:
    """Read-only steps a second, one after the other."""
    return _rate(_chain("bench.read"), STEPS)


def side_effects() -> float:
    """Side effects a second, one after the other: an intent and an outcome synced for each."""
    return _rate(_chain("bench.act"), STEPS)


def map_of_side_effects() -> float:
    """Side effects a second in a Map of 1,000, all at once."""
    return _rate(_map(1000), 1000)
