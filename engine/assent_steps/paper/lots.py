"""Lots: which shares a sale takes, first in first out, and what it earned on each."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from assent_steps.amounts import ZERO, cents, exact, total


@dataclass(frozen=True, slots=True)
class Lot:
    """What is left of shares that were bought together, and what that part cost."""

    number: int
    purchased_on: dt.date
    quantity: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Slice:
    """The part of a lot that a sale took: its cost, and its share of the proceeds."""

    lot_number: int
    quantity: Decimal
    cost: Decimal
    proceeds: Decimal
    realized_pl: Decimal


def held(lots: Sequence[Lot]) -> Decimal:
    """The shares in all lots together."""
    return total([lot.quantity for lot in lots])


@exact
def sell(lots: Sequence[Lot], quantity: Decimal, proceeds: Decimal) -> tuple[Slice, ...]:
    """Take a quantity from lots, the earliest purchase first; the lots hold that much."""
    by_age = sorted(lots, key=lambda lot: (lot.purchased_on, lot.number))
    return tuple(_slices(by_age, quantity, proceeds))


def _slices(lots: Sequence[Lot], quantity: Decimal, proceeds: Decimal) -> Iterator[Slice]:
    sold = paid = ZERO
    for lot in lots:
        part = min(lot.quantity, quantity - sold)
        if not part:
            return
        sold += part
        # Rounded on the running sum: the shares add up and none is ever negative.
        due = cents(proceeds * sold / quantity) - paid
        paid += due
        cost = _cost(lot, part)
        yield Slice(lot.number, part, cost, due, due - cost)


def _cost(lot: Lot, part: Decimal) -> Decimal:
    """A part's cost in cents; who takes the last of a lot takes what is left of its cost."""
    if part == lot.quantity:
        return lot.cost
    return min(lot.cost, cents(lot.cost * part / lot.quantity))
