"""Rebalancing: which sells and buys bring a portfolio to its targets; pure arithmetic."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from assent_engine.registry import step
from assent_steps.amounts import (
    BILLIONTH,
    ONE,
    Amount,
    Number,
    Price,
    Weight,
    cents_down,
    exact,
    total,
    worth,
)
from assent_steps.broker import Side
from assent_steps.portfolio.planned import PlannedOrder, plan_order
from assent_steps.symbols import Symbol


class TargetPosition(BaseModel):
    """What is held of a symbol, at which price, and which weight it should have."""

    symbol: Symbol
    quantity: Amount
    price: Price
    target_weight: Weight


class RebalanceInput(BaseModel):
    """The result of portfolio.calc_drift fits, with `fractional` or `min_trade_value` if wished."""

    positions: Annotated[list[TargetPosition], Field(max_length=1000)]
    cash: Amount
    total_value: Amount | None = None
    fractional: bool = False
    # Pydantic would write the default into the schema as text.
    min_trade_value: Amount = Field(default=ONE, json_schema_extra={"default": 1})

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        symbols = [position.symbol for position in self.positions]
        if len(set(symbols)) != len(symbols):
            raise ValueError("a symbol stands twice in positions")
        if total([position.target_weight for position in self.positions]) > ONE:
            raise ValueError("the target weights add up to more than 1")
        return self


@dataclass(frozen=True, slots=True)
class RebalancePlan:
    """Sells come first and pay for the buys; `leftover_cash` is what stays at planned prices."""

    sells: list[PlannedOrder]
    buys: list[PlannedOrder]
    leftover_cash: Number


@dataclass(frozen=True, slots=True)
class _Gap:
    """How much money a position lacks to its target; negative where it has too much."""

    position: TargetPosition
    money: Decimal


@step(
    "portfolio.plan_rebalance",
    "Which sells and buys bring the portfolio to its targets; places no order.",
    version="1",
)
@exact
def plan_rebalance(given: RebalanceInput) -> RebalancePlan:
    gaps = _gaps(given)
    sells = [order for gap in reversed(gaps) if (order := _sell(gap, given))]
    prices = {position.symbol: position.price for position in given.positions}
    money = total([given.cash, *(worth(one.quantity, prices[one.ticker]) for one in sells)])
    buys: list[PlannedOrder] = []
    for gap in gaps:
        if order := _buy(gap, cents_down(money), given):
            buys.append(order)
            money -= worth(order.quantity, gap.position.price)
    return RebalancePlan(sells, buys, money)


def _gaps(given: RebalanceInput) -> list[_Gap]:
    """Largest lack first, largest excess last; equals by symbol."""
    values = [worth(position.quantity, position.price) for position in given.positions]
    whole = given.total_value
    if whole is None:
        whole = total([given.cash, *values])
    gaps = [
        _Gap(position, whole * position.target_weight - value)
        for position, value in zip(given.positions, values, strict=True)
    ]
    return sorted(gaps, key=lambda gap: (-gap.money, gap.position.symbol))


def _sell(gap: _Gap, given: RebalanceInput) -> PlannedOrder | None:
    if gap.money >= 0:
        return None
    position = gap.position
    quantity = min(_shares(-gap.money, position, given), _rounded(position.quantity, given))
    return _order(gap, "sell", quantity, given)


def _buy(gap: _Gap, money: Decimal, given: RebalanceInput) -> PlannedOrder | None:
    if gap.money <= 0:
        return None
    return _order(gap, "buy", _shares(min(gap.money, money), gap.position, given), given)


def _order(gap: _Gap, side: Side, quantity: Decimal, given: RebalanceInput) -> PlannedOrder | None:
    value = worth(quantity, gap.position.price)
    if not quantity or not value or value < given.min_trade_value:
        return None
    return plan_order(gap.position.symbol, side, quantity, gap.position.price)


def _shares(money: Decimal, position: TargetPosition, given: RebalanceInput) -> Decimal:
    return _rounded(money / position.price, given)


def _rounded(quantity: Decimal, given: RebalanceInput) -> Decimal:
    return quantity.quantize(BILLIONTH if given.fractional else ONE, ROUND_DOWN)
