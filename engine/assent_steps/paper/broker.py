"""The paper broker: fills market orders at the latest price, each in one transaction."""

import asyncio
import datetime as dt
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Literal

import aiosqlite

from assent_engine.registry import StepFailed
from assent_steps.amounts import CENT, digits, exact, worth
from assent_steps.broker import Account, BrokerUnreachable, Order, OrderRequest
from assent_steps.market import MarketData
from assent_steps.paper.ledger import Ledger
from assent_steps.paper.lots import held, sell
from assent_steps.paper.schema import opened

MOST = Decimal(10) ** 18


class PaperBroker:
    """A Broker that keeps its books in an SQLite file and takes prices from MarketData."""

    def __init__(self, connection: aiosqlite.Connection, market: MarketData) -> None:
        self._connection = connection
        self._ledger = Ledger(connection)
        self._market = market
        # One connection holds one transaction; readers wait too, or they would see half of one.
        self._turn = asyncio.Lock()
        self._closed = False

    @classmethod
    @asynccontextmanager
    async def open(
        cls, path: Path, market: MarketData, *, read_only: bool = False
    ) -> AsyncIterator["PaperBroker"]:
        """Open the file, made when absent; raises StoreError."""
        async with opened(path, read_only=read_only) as connection:
            broker = cls(connection, market)
            try:
                yield broker
            finally:
                broker._closed = True

    async def submit(self, request: OrderRequest, now: dt.datetime) -> Order:
        if first := await self.find(request.client_order_id):
            return first
        price = (await self._market.quote(request.symbol)).price
        async with self._transaction("IMMEDIATE"):
            first = await self._ledger.order(request.client_order_id)
            return first or await self._fill(request, price, now)

    async def find(self, client_order_id: str) -> Order | None:
        async with self._transaction():
            return await self._ledger.order(client_order_id)

    async def account(self) -> Account:
        async with self._transaction():
            return await self._ledger.account()

    async def last_purchase(self, symbol: str) -> dt.date | None:
        async with self._transaction():
            return await self._ledger.last_purchase(symbol)

    async def orders(self) -> tuple[Order, ...]:
        async with self._transaction():
            return await self._ledger.orders()

    async def _fill(self, request: OrderRequest, price: Decimal, now: dt.datetime) -> Order:
        value = worth(request.quantity, price)
        _check_value(request, value)
        book = self._buy if request.side == "buy" else self._sell
        await book(request, price, value, now)
        order = await self._ledger.order(request.client_order_id)
        if order is None:
            raise BrokerUnreachable("the order was written but cannot be read")
        return order

    async def _buy(
        self, request: OrderRequest, price: Decimal, value: Decimal, now: dt.datetime
    ) -> None:
        cash = await self._ledger.cash()
        if value > cash:
            needed = f"{digits(request.quantity)} {request.symbol} cost {value}"
            raise StepFailed("InsufficientFunds", f"{needed}; there is {cash} in cash")
        fill = await self._ledger.add_fill(request, price, value, now)
        await self._ledger.set_cash(_plus(cash, -value))
        await self._ledger.add_lot(request, value, now.astimezone(dt.UTC).date(), fill)

    async def _sell(
        self, request: OrderRequest, price: Decimal, value: Decimal, now: dt.datetime
    ) -> None:
        lots = {lot.number: lot for lot in await self._ledger.lots(request.symbol)}
        owned = held([*lots.values()])
        if request.quantity > owned:
            wanted = f"{digits(request.quantity)} {request.symbol} are to be sold"
            raise StepFailed("InsufficientShares", f"{wanted}; there are {digits(owned)}")
        fill = await self._ledger.add_fill(request, price, value, now)
        for part in sell([*lots.values()], request.quantity, value):
            await self._ledger.take(part, lots[part.lot_number], fill)
        await self._ledger.set_cash(_plus(await self._ledger.cash(), value))

    @asynccontextmanager
    async def _transaction(
        self, kind: Literal["DEFERRED", "IMMEDIATE"] = "DEFERRED"
    ) -> AsyncIterator[None]:
        async with self._turn:
            if self._closed:
                raise BrokerUnreachable("the paper broker is closed")
            try:
                await self._connection.execute(f"BEGIN {kind}")
                yield
                await self._connection.commit()
            except BaseException as error:
                # Also for a cancelled call: what is half-way must not stay open.
                await self._connection.rollback()
                if isinstance(error, sqlite3.Error):
                    raise BrokerUnreachable(f"the paper broker's file: {error}") from error
                raise


@exact
def _plus(cash: Decimal, change: Decimal) -> Decimal:
    return cash + change


def _check_value(request: OrderRequest, value: Decimal) -> None:
    what = f"{digits(request.quantity)} {request.symbol} are worth {value}"
    if request.max_value is not None and value > request.max_value:
        raise StepFailed("PriceMoved", f"{what}, more than the {request.max_value} allowed")
    if value >= MOST:
        raise StepFailed("OrderTooLarge", f"{what}")
    if value < CENT and request.side == "buy":
        raise StepFailed("OrderTooSmall", f"{what}, less than a cent")
