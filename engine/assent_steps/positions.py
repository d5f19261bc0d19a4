"""Positions: what is held, valued at the latest prices."""

from dataclasses import dataclass
from decimal import Decimal

from assent_engine.registry import StepContext, step
from assent_steps.amounts import MILLIONTH, Number, exact, ratio, worth
from assent_steps.broker import Holding, broker_of, reading
from assent_steps.market import market_of


@dataclass(frozen=True, slots=True)
class Position:
    """One holding at a price. `unrealized_pl_pct` is a fraction: -0.10 is minus ten percent.

    It is null where nothing was paid, because there is nothing to be a fraction of.
    """

    symbol: str
    quantity: Number
    average_cost: Number
    cost_basis: Number
    price: Number
    market_value: Number
    unrealized_pl: Number
    unrealized_pl_pct: Number | None


@exact
def average_cost(holding: Holding) -> Decimal:
    """What one share cost on average, to six digits."""
    return (holding.cost_basis / holding.quantity).quantize(MILLIONTH)


@exact
def valued(holding: Holding, price: Decimal) -> Position:
    """A holding at a price."""
    value = worth(holding.quantity, price)
    gain = value - holding.cost_basis
    return Position(
        symbol=holding.symbol,
        quantity=holding.quantity,
        average_cost=average_cost(holding),
        cost_basis=holding.cost_basis,
        price=price,
        market_value=value,
        unrealized_pl=gain,
        unrealized_pl_pct=ratio(gain, holding.cost_basis) if holding.cost_basis else None,
    )


@step("broker.get_positions", "All positions with their unrealised gains and losses.", version="1")
async def get_positions(context: StepContext) -> list[Position]:
    with reading():
        account = await broker_of(context.world).account()
    market = market_of(context.world)
    return [
        valued(holding, (await market.quote(holding.symbol)).price) for holding in account.holdings
    ]
