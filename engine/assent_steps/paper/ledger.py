"""The paper broker's book-keeping: reading and writing its tables within an open transaction."""

import datetime as dt
import sqlite3
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import aiosqlite

from assent_engine.moments import timestamp
from assent_steps.amounts import digits, total
from assent_steps.broker import Account, Holding, Order, OrderRequest
from assent_steps.holdings import Holdings
from assent_steps.paper.lots import Lot, Slice

_ORDER = "SELECT * FROM orders JOIN fills USING (order_number) WHERE client_order_id = ?"
_ORDERS = "SELECT * FROM orders JOIN fills USING (order_number) ORDER BY order_number"
_LOTS = "SELECT * FROM lots WHERE symbol = ? AND quantity <> '0' ORDER BY purchased_on, lot_number"
_HELD = "SELECT symbol, quantity, cost FROM lots WHERE quantity <> '0' ORDER BY symbol"
_NEW_LOT = (
    "INSERT INTO lots (symbol, purchased_on, quantity, cost, fill_number) VALUES (?, ?, ?, ?, ?)"
)


class Ledger:
    """The tables as what they mean. Whoever calls it opens and ends the transaction."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def order(self, client_order_id: str) -> Order | None:
        found = await self._rows(_ORDER, client_order_id)
        return _order(found[0]) if found else None

    async def orders(self) -> tuple[Order, ...]:
        return tuple(_order(row) for row in await self._rows(_ORDERS))

    async def has_orders(self) -> bool:
        return bool(await self._rows("SELECT 1 FROM orders LIMIT 1"))

    async def cash(self) -> Decimal:
        return Decimal((await self._rows("SELECT amount FROM cash"))[0]["amount"])

    async def account(self) -> Account:
        targets = await self._rows("SELECT * FROM targets ORDER BY symbol")
        return Account(
            cash=await self.cash(),
            holdings=_holdings(await self._rows(_HELD)),
            targets={row["symbol"]: Decimal(row["weight"]) for row in targets},
        )

    async def lots(self, symbol: str) -> list[Lot]:
        """The lots of a symbol that still hold shares, earliest purchase first."""
        return [
            Lot(
                row["lot_number"],
                dt.date.fromisoformat(row["purchased_on"]),
                Decimal(row["quantity"]),
                Decimal(row["cost"]),
            )
            for row in await self._rows(_LOTS, symbol)
        ]

    async def last_purchase(self, symbol: str) -> dt.date | None:
        query = "SELECT max(purchased_on) AS day FROM lots WHERE symbol = ?"
        day = (await self._rows(query, symbol))[0]["day"]
        return dt.date.fromisoformat(day) if day else None

    async def add_fill(
        self, request: OrderRequest, price: Decimal, value: Decimal, now: dt.datetime
    ) -> int:
        """Write an order and its fill -> the number of the fill."""
        quantity = digits(request.quantity)
        order = await self._insert(
            "INSERT INTO orders (client_order_id, symbol, side, status, quantity)"
            " VALUES (?, ?, ?, 'filled', ?)",
            (request.client_order_id, request.symbol, request.side, quantity),
        )
        return await self._insert(
            "INSERT INTO fills (order_number, filled_quantity, price, value, filled_at)"
            " VALUES (?, ?, ?, ?, ?)",
            (order, quantity, digits(price), digits(value), timestamp(now)),
        )

    async def set_cash(self, amount: Decimal) -> None:
        await self._connection.execute("UPDATE cash SET amount = ?", (digits(amount),))

    async def add_lot(
        self, request: OrderRequest, cost: Decimal, day: dt.date, fill_number: int
    ) -> None:
        row = (request.symbol, day.isoformat(), digits(request.quantity), digits(cost), fill_number)
        await self._connection.execute(_NEW_LOT, row)

    async def take(self, part: Slice, lot: Lot, fill_number: int) -> None:
        """Write down what a sale took from a lot, and what is left of it."""
        await self._connection.execute(
            "UPDATE lots SET quantity = ?, cost = ? WHERE lot_number = ?",
            (digits(lot.quantity - part.quantity), digits(lot.cost - part.cost), lot.number),
        )
        amounts = (part.quantity, part.cost, part.proceeds, part.realized_pl)
        await self._connection.execute(
            "INSERT INTO slices VALUES (?, ?, ?, ?, ?, ?)",
            (fill_number, lot.number, *map(digits, amounts)),
        )

    async def replace_holdings(self, holdings: Holdings) -> None:
        """Put a person's holdings in the place of all that was there."""
        await self._connection.execute("DELETE FROM lots")
        await self._connection.execute("DELETE FROM targets")
        await self.set_cash(holdings.cash)
        await self._connection.executemany(
            _NEW_LOT,
            [
                (
                    lot.symbol,
                    lot.purchased_on.isoformat(),
                    digits(lot.quantity),
                    digits(lot.cost),
                    None,
                )
                for lot in holdings.lots
            ],
        )
        weights = [(symbol, digits(weight)) for symbol, weight in holdings.targets.items()]
        await self._connection.executemany("INSERT INTO targets VALUES (?, ?)", weights)

    async def _rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        return [*await self._connection.execute_fetchall(query, values)]

    async def _insert(self, query: str, values: tuple[object, ...]) -> int:
        async with self._connection.execute(query, values) as cursor:
            return cursor.lastrowid or 0


def _order(row: sqlite3.Row) -> Order:
    return Order(
        order_id=f"P-{row['order_number']}",
        client_order_id=row["client_order_id"],
        symbol=row["symbol"],
        side=row["side"],
        status=row["status"],
        quantity=Decimal(row["quantity"]),
        price=Decimal(row["price"]),
        value=Decimal(row["value"]),
        filled_at=row["filled_at"],
    )


def _holdings(lots: Iterable[Any]) -> tuple[Holding, ...]:
    by_symbol: dict[str, list[Any]] = {}
    for lot in lots:
        by_symbol.setdefault(lot["symbol"], []).append(lot)
    return tuple(
        Holding(
            symbol,
            total([Decimal(lot["quantity"]) for lot in own]),
            total([Decimal(lot["cost"]) for lot in own]),
        )
        for symbol, own in by_symbol.items()
    )
