"""Planned orders: what a plan hands to trade.execute, with a cap on what each may be worth."""

from dataclasses import dataclass
from decimal import Decimal

from assent_steps.amounts import Number, cents_up, exact
from assent_steps.broker import Side

HEADROOM = Decimal("1.02")


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """The input of trade.execute. `max_value` is the planned value and 2 percent."""

    ticker: str
    quantity: Number
    side: Side
    max_value: Number


@exact
def plan_order(ticker: str, side: Side, quantity: Decimal, price: Decimal) -> PlannedOrder:
    """An order that is refused when the price has moved up by more than 2 percent since."""
    return PlannedOrder(ticker, quantity, side, cents_up(quantity * price * HEADROOM))
