"""Trading: the one step that places orders, with its reversal and its look-up."""

from dataclasses import asdict
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from assent_engine.registry import (
    Compensation,
    Done,
    NotDone,
    Reconciled,
    Risk,
    StepContext,
    Unsure,
    WorldPartMissing,
    step,
)
from assent_schemas import exact_json
from assent_steps.amounts import Quantity
from assent_steps.broker import BrokerUnreachable, Order, OrderRequest, Side, broker_of
from assent_steps.symbols import Symbol


class TradeInput(BaseModel):
    """A market order. An unknown key is an error here: an ignored limit would cost money."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ticker: Symbol
    quantity: Annotated[Quantity, Field(description="Number of shares, more than zero")]
    side: Side
    max_value: Annotated[
        Quantity | None, Field(description="The most that the order may be worth in money")
    ] = None


def opposite(given: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    """The order that takes a filled order back, at whatever the price is then."""
    side: Side = "sell" if given["side"] == "buy" else "buy"
    return {"ticker": result["symbol"], "quantity": result["quantity"], "side": side}


async def look_up(context: StepContext) -> Reconciled:
    """Ask the broker whether the order of this call exists."""
    try:
        order = await broker_of(context.world).find(context.idempotency_key)
    except (BrokerUnreachable, WorldPartMissing) as error:
        return Unsure(f"the broker cannot be asked: {error}")
    return NotDone() if order is None else Done(exact_json.plain(asdict(order)))


@step(
    "trade.execute",
    "Executes a market order: buys or sells a number of shares at the latest price.",
    version="1",
    side_effect=True,
    compensation=Compensation("trade.execute", opposite),
    reconcile=look_up,
    risk=Risk.HIGH,
    money="max_value",
    timeout=30,
)
async def execute(order: TradeInput, context: StepContext) -> Order:
    request = OrderRequest(
        context.idempotency_key, order.ticker, order.side, order.quantity, order.max_value
    )
    return await broker_of(context.world).submit(request, context.clock.now())
