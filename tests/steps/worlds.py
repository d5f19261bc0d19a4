"""A small world for tests: a paper broker on disk, fixed prices and time, a board in memory."""

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from assent_engine.effects import Failed, Ok, Outcome
from assent_engine.notices import Notice, NoticeBoard
from assent_engine.registry import StepContext, StepFailed, StepRegistry, World
from assent_engine.registry.invocation import invoke
from assent_schemas import exact_json
from assent_steps.broker import Broker, Order, OrderRequest, Side
from assent_steps.library import LIBRARY
from assent_steps.market import Close, MarketData, Quote
from assent_steps.paper.broker import PaperBroker

NOW = dt.datetime(2026, 3, 2, 15, 0, tzinfo=dt.UTC)
TODAY = NOW.date()

HOLDINGS = """symbol,quantity,cost_basis,purchase_date
AAPL,10,1000.00,2025-01-15
AAPL,5,900.00,2025-06-01
MSFT,4.5,1800.00,2025-02-01
CASH,500.25,,
"""
PRICES = """symbol,date,close
AAPL,2026-02-27,149.00
AAPL,2026-03-02,150.00
MSFT,2026-03-02,300.10
^VIX,2026-03-02,18.5
"""


@dataclass(slots=True)
class FixedClock:
    moment: dt.datetime = NOW

    def now(self) -> dt.datetime:
        return self.moment


@dataclass(slots=True)
class FixedPrices:
    """MarketData from a dictionary that a test may change."""

    prices: dict[str, Decimal]

    async def quote(self, symbol: str) -> Quote:
        if symbol not in self.prices:
            raise StepFailed("UnknownSymbol", symbol)
        return Quote(symbol, self.prices[symbol], TODAY, "fixed")

    async def history(self, symbol: str, limit: int) -> tuple[Close, ...]:
        quote = await self.quote(symbol)
        return (Close(quote.as_of, quote.price),)[:limit]


@dataclass(slots=True)
class MemoryBoard:
    notices: dict[str, Notice] = field(default_factory=dict)

    async def post(self, notice: Notice) -> bool:
        known = notice.key in self.notices
        self.notices.setdefault(notice.key, notice)
        return not known

    async def find(self, key: str) -> Notice | None:
        return self.notices.get(key)


@dataclass(slots=True)
class Stage:
    """A world with steps to call in it."""

    home: Path
    broker: PaperBroker
    prices: FixedPrices
    board: MemoryBoard
    clock: FixedClock

    def context(self, key: str = "run-1/Trade.1") -> StepContext:
        parts: dict[type, object] = {
            Broker: self.broker,
            MarketData: self.prices,
            NoticeBoard: self.board,
        }
        return StepContext("run-1", key, self.clock, World(parts))

    async def outcome(self, name: str, value: Any, key: str = "run-1/Trade.1") -> Outcome:
        step = StepRegistry.shared().step(name)
        assert step is not None
        return await invoke(step, value, self.context(key))

    async def call(self, name: str, value: Any, key: str = "run-1/Trade.1") -> Any:
        """The step's result, through the journal's form and back."""
        outcome = await self.outcome(name, value, key)
        assert isinstance(outcome, Ok), outcome
        return exact_json.decode(exact_json.encode(outcome.value))

    async def failure(self, name: str, value: Any, key: str = "run-1/Trade.1") -> str:
        outcome = await self.outcome(name, value, key)
        assert isinstance(outcome, Failed), outcome
        return outcome.error

    async def order(
        self,
        side: Side,
        symbol: str,
        quantity: str,
        key: str = "order-1",
        max_value: str | None = None,
    ) -> Order:
        most = Decimal(max_value) if max_value else None
        request = OrderRequest(key, symbol, side, Decimal(quantity), most)
        return await self.broker.submit(request, self.clock.now())


@asynccontextmanager
async def staged(home: Path, holdings: str = HOLDINGS) -> AsyncIterator[Stage]:
    """A home with these holdings, opened."""
    source = home / "mine.csv"
    source.write_text(holdings, encoding="utf-8")
    LIBRARY.adopt(home, holdings=source)
    known = {"AAPL": "150.00", "MSFT": "300.10", "NVDA": "120.00", "^VIX": "18.5"}
    prices = FixedPrices({symbol: Decimal(price) for symbol, price in known.items()})
    async with PaperBroker.open(home / "paper-broker.sqlite", prices) as broker:
        yield Stage(home, broker, prices, MemoryBoard(), FixedClock())
