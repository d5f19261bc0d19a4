"""The example policies of the kills: on the paper broker, with what they leave undisturbed."""

import asyncio
import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from assent_engine.engine import Engine
from assent_engine.home import Home
from assent_engine.registry import StepRegistry
from assent_engine.store import Reader
from engine.durable.portfolio import HOLDINGS, account, adopt, order_ids, verified
from engine.durable.worlds import MORNING, Json, approved, chain, policy

SUBMITTED = "submitted.log"
"""A file beside a home: the id of each order whose submission came back, a line each."""
RICH = (
    HOLDINGS.replace("1500.50", "9000000.00")
    .replace("AAPL,40", "AAPL,90000")
    .replace("MSFT,30", "MSFT,90000")
)
"""Enough for every run under load: else which one goes short would depend on timing."""
SYMBOLS = ("AAPL", "MSFT", "NVDA", "VTI", "BND", "GLD", "VXUS", "SCHD")


def trade(side: str, ticker: str, quantity: int = 1, **more: Any) -> Json:
    """A Task that trades; the ticker may be a path."""
    name = "ticker.$" if ticker.startswith("$") else "ticker"
    parameters = {name: ticker, "quantity": quantity, "side": side}
    state = {"type": "Task", "resource": "trade.execute", "parameters": parameters, **more}
    return {**state, "result_path": None, "end": True}


def read() -> Json:
    """A Task that reads a price."""
    asked = {"symbol": "VTI"}
    task = {"type": "Task", "resource": "market.get_quote", "parameters": asked}
    return {**task, "result_path": None, "end": True}


def _linear() -> Json:
    return policy(read(), trade("buy", "VTI"), read(), trade("sell", "AAPL", 2), _tell())


def _tell() -> Json:
    parameters = {"msg": "It is done"}
    return {"type": "Task", "resource": "notify.user", "parameters": parameters, "end": True}


def _map() -> Json:
    items = {
        "type": "Map",
        "parameters": {"items": [SYMBOLS[at % len(SYMBOLS)] for at in range(20)]},
        "items_path": "$.items",
        "item_selector": {"ticker.$": "$$.map.item.value"},
        "iterator": chain(read(), trade("buy", "$.ticker")),
        "max_concurrency": 5,
        "end": True,
    }
    return policy(items)


def _saga() -> Json:
    return policy(trade("buy", "VTI"), trade("sell", "MSFT", 3), trade("buy", "GLD"), failing())


def failing() -> Json:
    """An order that nobody could pay."""
    return trade("buy", "VTI", 10**9)


def _waiting() -> Json:
    wait = {"type": "Wait", "seconds": 3600, "end": True}
    return policy(trade("buy", "VTI"), wait, trade("sell", "AAPL"))


@dataclass(frozen=True, slots=True)
class Example:
    """A policy; `acts` are the moments at which a process takes its run up, `end` its last one.

    Between two acts the run waits for something that only time, or the owner, can bring.
    """

    document: Json
    acts: tuple[datetime, ...] = (MORNING,)
    end: str = "COMPLETED"


EXAMPLES = {
    "linear": Example(_linear()),
    "map": Example(_map()),
    "saga": Example(_saga(), end="FAILED"),
    "waiting": Example(_waiting(), (MORNING, MORNING + timedelta(hours=2))),
}


async def furnished(
    home: Path, *documents: Json, registry: StepRegistry | None = None
) -> list[str]:
    """A home with money enough and these policies approved; their ids."""
    adopt(home, holdings=RICH)
    async with Engine.open(Home(home), registry=registry) as engine:
        return [await approved(engine, document) for document in documents]


@dataclass(frozen=True, slots=True)
class Effects:
    """What the runs of a home did, without the ids that differ from home to home."""

    account: str
    statuses: tuple[str, ...]
    orders: tuple[str, ...]
    saga: tuple[tuple[str, str], ...]
    cases: int

    @classmethod
    def of(cls, home: Path) -> "Effects":
        """Read a home whose journals and ledger are whole; no order may have been sent twice."""
        runs, saga = asyncio.run(_read(home))
        ids = order_ids(home)
        _once(home, ids)
        return cls(
            json.dumps(account(home), default=str, sort_keys=True),
            tuple(sorted(run.status for run in runs)),
            tuple(sorted(one.partition("/")[2] for one in ids)),
            tuple(sorted((f"{one.scope}{one.key}", one.settled or "") for one in saga)),
            _open_cases(home),
        )


async def _read(home: Path) -> tuple[list[Any], list[Any]]:
    async with Reader.open(Home(home).database) as reader:
        unended = [run for run in await reader.runs() if not run.status.ended]
        if unended:
            return unended, [one for run in unended for one in await reader.saga_log(run.id)]
    return await verified(home)


def _once(home: Path, ids: list[str]) -> None:
    """The broker has each id once by itself; here none came back to be sent again."""
    log = home.parent / f"{home.name}.{SUBMITTED}"
    sent = Counter(log.read_text("utf-8").split() if log.exists() else ())
    assert [one for one in ids if sent[one] > 1] == []


def _open_cases(home: Path) -> int:
    with closing(sqlite3.connect(home / "assent.sqlite")) as connection:
        sql = "SELECT count(*) FROM interventions WHERE status = 'open'"
        return int(connection.execute(sql).fetchone()[0])
