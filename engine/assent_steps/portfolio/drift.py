"""Drift: how far each position is from its target weight."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from assent_engine.registry import StepContext, step
from assent_steps.amounts import BILLIONTH, ONE, ZERO, Number, Weight, exact, ratio, total, worth
from assent_steps.broker import Account, broker_of, reading
from assent_steps.market import market_of
from assent_steps.symbols import Symbol

Source = Literal["input", "holdings", "equal weights"]


def _at_most_one(targets: dict[str, Decimal]) -> dict[str, Decimal]:
    asked = total(list(targets.values()))
    if asked > ONE:
        raise ValueError(f"the target weights add up to {asked}, more than 1")
    return targets


Targets = Annotated[dict[Symbol, Weight], Field(max_length=1000), AfterValidator(_at_most_one)]
"""Weights by symbol, at most 1 together; the rest is cash, and a symbol left out is at 0."""


class DriftInput(BaseModel):
    """A run's whole context may be given; only `targets` counts."""

    targets: Targets | None = None


@dataclass(frozen=True, slots=True)
class DriftPosition:
    """One symbol: weights are fractions of the total; drift is weight less target."""

    symbol: str
    quantity: Number
    price: Number
    value: Number
    weight: Number
    target_weight: Number
    drift: Number


@dataclass(frozen=True, slots=True)
class Drift:
    """The whole portfolio by symbol; `max_drift` is the largest drift without its sign."""

    total_value: Number
    cash: Number
    targets_from: Source
    positions: list[DriftPosition]
    max_drift: Number


@step(
    "portfolio.calc_drift",
    "How far each position is from its target weight; without targets, from equal weights.",
    version="1",
)
async def calc_drift(asked: DriftInput, context: StepContext) -> Drift:
    with reading():
        account = await broker_of(context.world).account()
    source, targets = targets_of(account, asked.targets)
    symbols = sorted({*targets, *(holding.symbol for holding in account.holdings)})
    market = market_of(context.world)
    prices = {symbol: (await market.quote(symbol)).price for symbol in symbols}
    return measure(account, prices, targets, source)


def targets_of(
    account: Account, asked: Mapping[str, Decimal] | None
) -> tuple[Source, Mapping[str, Decimal]]:
    """Which targets count: those asked for, else those of the holdings, else equal weights."""
    if asked is not None:
        return "input", asked
    if account.targets:
        return "holdings", account.targets
    if not account.holdings:
        return "equal weights", {}
    # Rounded down, so that they never add up to more than everything.
    each = (ONE / len(account.holdings)).quantize(BILLIONTH, ROUND_DOWN)
    return "equal weights", {holding.symbol: each for holding in account.holdings}


@exact
def measure(
    account: Account, prices: Mapping[str, Decimal], targets: Mapping[str, Decimal], source: Source
) -> Drift:
    """The drift of each of `prices`, in their order."""
    held = {holding.symbol: holding.quantity for holding in account.holdings}
    values = {symbol: worth(held.get(symbol, ZERO), price) for symbol, price in prices.items()}
    whole = total([account.cash, *values.values()])
    positions = []
    for symbol, price in prices.items():
        weight = ratio(values[symbol], whole) if whole else ZERO
        target = targets.get(symbol, ZERO)
        quantity = held.get(symbol, ZERO)
        positions.append(
            DriftPosition(
                symbol, quantity, price, values[symbol], weight, target, ratio(weight - target, ONE)
            )
        )
    largest = max((abs(position.drift) for position in positions), default=ZERO)
    return Drift(whole, account.cash, source, positions, largest)
