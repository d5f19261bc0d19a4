"""Ambiguous submissions: orders over a faulty wire; none is doubled, none lost, all reconciled.

Every case is a Map of a hundred orders at the paper broker, each tried again until it is filled;
where the look-up failed, the run is with the owner and goes on when the broker can be asked.
"""

import asyncio
import random
from collections import Counter
from pathlib import Path

from assent_engine import library
from assent_engine.engine import Engine
from assent_engine.home import Home
from assent_engine.registry import World
from assent_schemas.statuses import RunStatus
from assent_steps.broker import Broker
from assent_steps.market import MarketData
from assent_steps.paper.broker import PaperBroker
from engine.durable.worlds import Json, JumpingClock, chain, policy
from torture.examples import SYMBOLS, Effects, furnished, trade
from torture.faulty_wire import FaultyWire
from torture.nursery import removed

CASES = 100
ORDERS = 100
RESUMPTIONS = 200


def case(number: int, seed: str, folder: Path) -> str:
    """A hundred orders; the answer says how many submissions went wrong, in tens."""
    home = folder / f"wire-{number}"
    removed(home)
    (policy_id,) = asyncio.run(furnished(home, document()))
    went = asyncio.run(_run(home, policy_id, random.Random(f"{seed}/{number}")))
    effects = Effects.of(home)
    expected = sorted(f"A.1/1/{at}/A.1" for at in range(ORDERS))
    assert effects.statuses == (RunStatus.COMPLETED,)
    assert sorted(effects.orders) == expected, "an order is lost, or is one too many"
    assert sorted(key.rpartition("/")[0] for key, _ in effects.saga) == expected
    assert effects.cases == 0
    removed(home)
    wrong = went.total() - went["clear"] - went["look-up failed"]
    return f"{wrong // 10 * 10} or more of {ORDERS} went wrong"


def document() -> Json:
    """Orders beside each other, each tried again at any error."""
    again = {"error_equals": ["States.ALL"], "max_attempts": 30, "interval_seconds": 1}
    order = trade("buy", "$.ticker", retry=[{**again, "backoff_rate": 1}])
    items = {
        "type": "Map",
        "parameters": {"items": [SYMBOLS[at % len(SYMBOLS)] for at in range(ORDERS)]},
        "items_path": "$.items",
        "item_selector": {"ticker.$": "$$.map.item.value"},
        "iterator": chain(order),
        "max_concurrency": 4,
        "end": True,
    }
    return policy(items)


async def _run(home: Path, policy_id: str, chance: random.Random) -> Counter[str]:
    async with library.load().open_world(home) as parts:
        paper = parts[Broker]
        assert isinstance(paper, PaperBroker)
        clock = JumpingClock()
        wire = FaultyWire(paper, chance, clock)
        world = World({Broker: wire, MarketData: parts[MarketData]})
        async with Engine.open(Home(home), clock=clock, world=world) as engine:
            report = await engine.runs.start(policy_id)
            for _ in range(RESUMPTIONS):
                if report.status.ended:
                    break
                assert report.status is RunStatus.NEEDS_OWNER, report
                assert report.error == "effect.unsure", report
                report = await engine.runs.resume(report.run_id)
    assert max(wire.answered.values()) == 1, "an order that was answered was sent again"
    return wire.went
