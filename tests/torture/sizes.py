"""Sizes: a Map of 10,000 orders, and a run of 100,000 transitions, killed in the middle.

Told are the seconds until a fresh process does the next new thing, those to the end, and memory.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.durable.mother import Life
from engine.durable.worlds import Json, chain, policy
from torture.examples import SYMBOLS, Effects, furnished, read, trade
from torture.nursery import mother, removed

CASES = 2
MOST_MIB = 512


@dataclass(frozen=True, slots=True)
class Size:
    """A policy of a size, the event that is counted, and how many kill it."""

    document: Callable[[int], Json]
    event: str
    count: int


def orders(count: int) -> Json:
    """A Map of so many orders, each after a quote."""
    items = {
        "type": "Map",
        "parameters": {"items": [SYMBOLS[at % len(SYMBOLS)] for at in range(count)]},
        "items_path": "$.items",
        "item_selector": {"ticker.$": "$$.map.item.value"},
        "iterator": chain(trade("buy", "$.ticker")),
        "max_concurrency": 100,
        "result_path": None,
        "end": True,
    }
    return policy(items, max_transitions=2 * count + 100)


def transitions(count: int) -> Json:
    """A loop of four states, one of them a step, that makes so many transitions."""
    add = {"n.$": "States.MathAdd($.n, 1)"}
    again = {"variable": "$.n", "numeric_less_than": count // 4, "next": "Quote"}
    states: Json = {
        "Begin": {"type": "Pass", "result": {"n": 0}, "next": "Quote"},
        "Quote": {**read(), "next": "Add"},
        "Add": {"type": "Pass", "parameters": add, "next": "Rest"},
        "Rest": {"type": "Pass", "next": "Ask"},
        "Ask": {"type": "Choice", "choices": [again], "default": "End"},
        "End": {"type": "Succeed"},
    }
    del states["Quote"]["end"]
    return {"name": "Many", "start_at": "Begin", "states": states, "max_transitions": count + 10}


SIZES = (
    Size(orders, "step.ended", 10_000),
    Size(transitions, "state.entered", 100_000),
)


def case(number: int, _seed: str, folder: Path) -> str:
    """One of both, in full."""
    size = SIZES[number]
    return measured(size, size.count, folder / size.document.__name__)


def measured(size: Size, count: int, home: Path) -> str:
    """Kill it half way; the answer says what the resumption took."""
    removed(home)
    (policy_id,) = asyncio.run(furnished(home, size.document(count)))
    assert _lived(home, policy_id, size.event, count // 2).killed
    told = _lived(home, policy_id, size.event).told
    assert told["status"] == "COMPLETED", told
    assert told["peak_mib"] < MOST_MIB, told
    effects = Effects.of(home)
    if size.document is orders:
        assert len(effects.orders) == len(set(effects.orders)) == count
    removed(home)
    return json.dumps({"count": count, **told})


def _lived(home: Path, policy_id: str, event: str, fatal: int | None = None) -> Life:
    return mother().live("torture.size_life", [str(home), policy_id, event, fatal])
