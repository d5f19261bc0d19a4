"""The broker port: orders that are filled once per client order id, and the account they change."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol

from assent_engine.registry import StepFailed, World
from assent_steps.amounts import Number

Side = Literal["buy", "sell"]


class BrokerUnreachable(Exception):
    """The broker gave no answer; whether an order was taken is not known."""


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """A market order to place. `max_value` is the most that it may be worth in money."""

    client_order_id: str
    symbol: str
    side: Side
    quantity: Decimal
    max_value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """A filled order: shares, price of one, value in whole cents, RFC 3339 time of the fill."""

    order_id: str
    client_order_id: str
    symbol: str
    side: Side
    status: Literal["filled"]
    quantity: Number
    price: Number
    value: Number
    filled_at: str


@dataclass(frozen=True, slots=True)
class Holding:
    """The shares of one symbol over all lots, and what they cost."""

    symbol: str
    quantity: Decimal
    cost_basis: Decimal


@dataclass(frozen=True, slots=True)
class Account:
    """Cash, holdings by symbol, and the target weights that came with them, at one moment."""

    cash: Decimal
    holdings: tuple[Holding, ...]
    targets: Mapping[str, Decimal]


class Broker(Protocol):
    """Fills orders and keeps the account. Every method may raise BrokerUnreachable."""

    async def submit(self, request: OrderRequest, now: dt.datetime) -> Order:
        """Fill an order at the latest price; an id seen before gives the first order unchanged.

        Raises StepFailed, with nothing changed: InsufficientFunds, InsufficientShares,
        PriceMoved, OrderTooSmall, OrderTooLarge, or what MarketData raises.
        """
        ...

    async def find(self, client_order_id: str) -> Order | None:
        """The order of that id, if there is one."""
        ...

    async def account(self) -> Account:
        """The account as it stands."""
        ...

    async def last_purchase(self, symbol: str) -> dt.date | None:
        """The day of the latest purchase, also of shares that were sold since."""
        ...

    async def orders(self) -> Sequence[Order]:
        """All orders, oldest first."""
        ...


def broker_of(world: World) -> Broker:
    """The world's broker; raises WorldPartMissing."""
    return world.get(Broker)  # type: ignore[type-abstract]  # ports are looked up by protocol


@contextmanager
def reading() -> Iterator[None]:
    """For steps that only read: an unreachable broker is a failure like any other."""
    try:
        yield
    except BrokerUnreachable as error:
        raise StepFailed("BrokerUnreachable", str(error)) from error
