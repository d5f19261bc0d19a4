"""Market data: the port that knows prices, and the steps that ask it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema

from assent_engine.registry import StepContext, StepFailed, World, step
from assent_steps.amounts import Number
from assent_steps.symbols import PATTERN, Symbol

DAILY = "1d"
MOST_SYMBOLS = 500
MOST_CLOSES = 1000


@dataclass(frozen=True, slots=True)
class Quote:
    """The latest price of a symbol, the day it is from, and who gave it."""

    symbol: str
    price: Number
    as_of: dt.date
    source: str


@dataclass(frozen=True, slots=True)
class Close:
    """The closing price of one day."""

    date: dt.date
    close: Number


class MarketData(Protocol):
    """Knows prices; raises StepFailed UnknownSymbol, NoPrices or BadPrices when there is none."""

    async def quote(self, symbol: str) -> Quote:
        """The latest price."""
        ...

    async def history(self, symbol: str, limit: int) -> Sequence[Close]:
        """The latest closes, at most `limit` and at least one, oldest first."""
        ...


def market_of(world: World) -> MarketData:
    """The world's market data; raises WorldPartMissing."""
    return world.get(MarketData)  # type: ignore[type-abstract]  # ports are looked up by protocol


class QuoteInput(BaseModel):
    """Which symbol to quote."""

    symbol: Symbol


def _listed(value: object) -> object:
    """One symbol stands for a list of one, an object for the only list in it."""
    match value:
        case str():
            return [value]
        case Mapping():
            lists = [item for item in value.values() if isinstance(item, list)]
            if len(lists) != 1:
                raise ValueError(f"an object with exactly one list is needed, not {len(lists)}")
            return lists[0]
        case _:
            return value


_ONE = {"type": "string", "pattern": PATTERN}
_MANY = {"type": "array", "items": _ONE, "minItems": 1, "maxItems": MOST_SYMBOLS}

Symbols = Annotated[
    list[Symbol],
    BeforeValidator(_listed),
    Field(min_length=1, max_length=MOST_SYMBOLS),
    WithJsonSchema({"anyOf": [_MANY, _ONE, {"type": "object", "minProperties": 1}]}),
]
"""A list of symbols, one symbol, or an object with exactly one list in it."""


class PricesInput(BaseModel):
    """Which symbols' prices to fetch, and how far back."""

    symbols: Symbols
    provider: Annotated[str, Field(max_length=64)] | None = None
    interval: Annotated[str, Field(max_length=16)] = DAILY
    limit: Annotated[int, Field(ge=1, le=MOST_CLOSES)] = 30


@dataclass(frozen=True, slots=True)
class Prices:
    """Latest closes and histories by symbol; `source` is who answered, whoever was wished for."""

    provider: str | None
    interval: str
    source: str
    prices: dict[str, Number]
    history: dict[str, list[Close]]


@step("market.get_quote", "The latest known price of one symbol.", version="1")
async def get_quote(asked: QuoteInput, context: StepContext) -> Quote:
    return await market_of(context.world).quote(asked.symbol)


@step("market.fetch_prices", "Latest prices and daily closes of several symbols.", version="1")
async def fetch_prices(asked: PricesInput, context: StepContext) -> Prices:
    if asked.interval != DAILY:
        raise StepFailed("UnsupportedInterval", f"there are only daily closes: {DAILY}")
    market = market_of(context.world)
    quotes = {symbol: await market.quote(symbol) for symbol in dict.fromkeys(asked.symbols)}
    return Prices(
        provider=asked.provider,
        interval=asked.interval,
        source=", ".join(sorted({quote.source for quote in quotes.values()})),
        prices={symbol: quote.price for symbol, quote in quotes.items()},
        history={symbol: [*await market.history(symbol, asked.limit)] for symbol in quotes},
    )
