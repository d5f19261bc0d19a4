"""Ambiguous submissions: orders over a faulty wire; none is doubled, none lost, all reconciled.

Every case is a Map of a hundred orders at the paper broker. In every other one each is tried again
until it is filled, else never: then what the broker takes is what the run knows of. Where the
look-up failed, the run is with the owner and goes on when the broker can be asked.
"""

import asyncio
import random
from collections import Counter
from pathlib import Path

from assent_engine import library
from assent_engine.engine import Engine
from assent_engine.home import Home
from assent_engine.registry import Compensation, StepRegistry, World
from assent_schemas.statuses import RunStatus
from assent_steps.broker import Broker
from assent_steps.market import MarketData
from assent_steps.paper.broker import PaperBroker
from assent_steps.trade import execute, look_up, opposite
from engine.durable.worlds import Json, JumpingClock, chain, policy
from torture.examples import SYMBOLS, Effects, furnished, trade
from torture.faulty_wire import FaultyWire
from torture.nursery import removed

CASES = 200
ORDERS = 100
RESUMPTIONS = 200
WITHIN = 45
"""For how many seconds after it was sent the broker may take an order."""


def case(number: int, seed: str, folder: Path) -> str:
    """A hundred orders; the answer says how many submissions went wrong, in tens."""
    home, again = folder / f"wire-{number}", number % 2 == 0
    removed(home)
    (policy_id,) = asyncio.run(furnished(home, document(again=again), registry=registry()))
    went = asyncio.run(_run(home, policy_id, random.Random(f"{seed}/{number}")))
    effects = Effects.of(home)
    logged = sorted(key.rpartition("/")[0] for key, _ in effects.saga)
    assert effects.statuses == (RunStatus.COMPLETED,)
    assert sorted(effects.orders) == logged, "an order is not known of, or is none"
    if again:
        expected = sorted(f"A.1/1/{at}/A.1" for at in range(ORDERS))
        assert logged == expected, "an order is lost, or is one too many"
    assert effects.cases == 0
    removed(home)
    wrong = went.total() - went["clear"] - went["look-up failed"]
    return f"{wrong // 10 * 10} or more of {ORDERS} went wrong"


def registry() -> StepRegistry:
    """The step that trades, for a broker that takes orders late."""
    steps = StepRegistry()
    steps.add_step(
        "trade.execute",
        "Trades.",
        side_effect=True,
        compensation=Compensation("trade.execute", opposite),
        reconcile=look_up,
        timeout=30,
        settles_within=WITHIN,
    )(execute)
    return steps


def document(*, again: bool) -> Json:
    """Orders beside each other, each tried again at any error, or given up at the first."""
    rule = {"error_equals": ["States.ALL"], "max_attempts": 30, "interval_seconds": 1}
    given_up = {"error_equals": ["States.ALL"], "next": "B", "result_path": None}
    more: Json = {"retry": [{**rule, "backoff_rate": 1}]} if again else {"catch": [given_up]}
    order = trade("buy", "$.ticker", **more)
    items = {
        "type": "Map",
        "parameters": {"items": [SYMBOLS[at % len(SYMBOLS)] for at in range(ORDERS)]},
        "items_path": "$.items",
        "item_selector": {"ticker.$": "$$.map.item.value"},
        "iterator": chain(order, {"type": "Succeed"}),
        "max_concurrency": 4,
        "end": True,
    }
    return policy(items)


async def _run(home: Path, policy_id: str, chance: random.Random) -> Counter[str]:
    async with library.load().open_world(home) as parts:
        paper = parts[Broker]
        assert isinstance(paper, PaperBroker)
        clock = JumpingClock()
        wire = FaultyWire(paper, chance, clock, WITHIN)
        world = World({Broker: wire, MarketData: parts[MarketData]})
        async with Engine.open(Home(home), clock=clock, world=world, registry=registry()) as engine:
            report = await engine.runs.start(policy_id)
            for _ in range(RESUMPTIONS):
                if report.status.ended:
                    break
                assert report.status is RunStatus.NEEDS_OWNER, report
                assert report.error == "effect.unsure", report
                report = await engine.runs.resume(report.run_id)
    assert max(wire.answered.values()) == 1, "an order that was answered was sent again"
    return wire.went
