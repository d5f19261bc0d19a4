"""Harvesting: selling a position at a loss, unless a recent purchase would make it a wash sale."""

import datetime as dt
from dataclasses import dataclass

from pydantic import BaseModel

from assent_engine.registry import StepContext, step
from assent_steps.amounts import Price, Quantity, SignedAmount
from assent_steps.broker import broker_of, reading
from assent_steps.portfolio.planned import PlannedOrder, plan_order
from assent_steps.symbols import Symbol

LOOK_BACK = dt.timedelta(days=30)


class LosingPosition(BaseModel):
    """One entry of broker.get_positions."""

    symbol: Symbol
    quantity: Quantity
    price: Price
    unrealized_pl: SignedAmount


class HarvestInput(BaseModel):
    """The position to harvest."""

    position: LosingPosition


@dataclass(frozen=True, slots=True)
class HarvestPlan:
    """One sell order, or none and the reason why."""

    orders: list[PlannedOrder]
    reason: str | None


@step(
    "portfolio.plan_harvest",
    "The order that realises a position's loss, unless it was bought within 30 days; places none.",
    version="1",
)
async def plan_harvest(given: HarvestInput, context: StepContext) -> HarvestPlan:
    position = given.position
    if position.unrealized_pl >= 0:
        return HarvestPlan([], f"{position.symbol} stands at no loss")
    with reading():
        bought = await broker_of(context.world).last_purchase(position.symbol)
    today = context.clock.now().astimezone(dt.UTC).date()
    if bought is not None and bought >= today - LOOK_BACK:
        return HarvestPlan([], f"{position.symbol} was bought on {bought}, within 30 days")
    order = plan_order(position.symbol, "sell", position.quantity, position.price)
    return HarvestPlan([order], None)
