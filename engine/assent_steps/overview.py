"""An overview of a home's portfolio, for people: what is known, and null for what is not."""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assent_engine.registry import StepFailed
from assent_schemas import exact_json
from assent_steps.amounts import ZERO, total
from assent_steps.broker import Account, Holding, Order
from assent_steps.market import MarketData
from assent_steps.paper import schema
from assent_steps.paper.broker import PaperBroker
from assent_steps.positions import average_cost, valued
from assent_steps.price_file import FILE, PriceFile

_UNKNOWN = ("price", "market_value", "unrealized_pl", "unrealized_pl_pct")


async def overview_of(home: Path) -> dict[str, Any]:
    """{cash, positions, total_value, orders} as exact JSON.

    A position without a price has nulls for what depends on it, and then the total is null too.
    """
    market = PriceFile(home / FILE)
    account, orders = await _books(home / schema.FILE, market)
    positions = [await _position(holding, market) for holding in account.holdings]
    values = [position["market_value"] for position in positions]
    whole = None if None in values else total([account.cash, *values])
    found = {
        "cash": account.cash,
        "positions": positions,
        "total_value": whole,
        "orders": [asdict(order) for order in orders],
    }
    plain: dict[str, Any] = exact_json.plain(found)
    return plain


async def _books(path: Path, market: MarketData) -> tuple[Account, tuple[Order, ...]]:
    if not await asyncio.to_thread(path.exists):
        return Account(ZERO, (), {}), ()
    async with PaperBroker.open(path, market, read_only=True) as broker:
        return await broker.account(), await broker.orders()


async def _position(holding: Holding, market: MarketData) -> dict[str, Any]:
    try:
        quote = await market.quote(holding.symbol)
    except StepFailed:
        known = asdict(holding) | {"average_cost": average_cost(holding)}
        return known | dict.fromkeys(_UNKNOWN)
    return asdict(valued(holding, quote.price))
