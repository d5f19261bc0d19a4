"""Positions: each holding valued at the latest price."""

from decimal import Decimal

from assent_engine.effects import Failed
from assent_engine.registry import StepContext, World
from assent_engine.registry.invocation import invoke
from assent_engine.registry.registry import StepRegistry
from assent_steps.broker import Account, Broker, BrokerUnreachable, Holding
from assent_steps.positions import valued
from steps.worlds import Stage


class SilentBroker:
    async def account(self) -> Account:
        raise BrokerUnreachable("no answer")


async def test_positions_are_a_list_by_symbol_with_exact_numbers(stage: Stage) -> None:
    assert await stage.call("broker.get_positions", {"anything": [1]}) == [
        {
            "symbol": "AAPL",
            "quantity": 15,
            "average_cost": Decimal("126.666667"),
            "cost_basis": Decimal("1900.00"),
            "price": Decimal("150.00"),
            "market_value": Decimal("2250.00"),
            "unrealized_pl": Decimal("350.00"),
            "unrealized_pl_pct": Decimal("0.184211"),
        },
        {
            "symbol": "MSFT",
            "quantity": Decimal("4.5"),
            "average_cost": Decimal("400.000000"),
            "cost_basis": Decimal("1800.00"),
            "price": Decimal("300.10"),
            "market_value": Decimal("1350.45"),
            "unrealized_pl": Decimal("-449.55"),
            "unrealized_pl_pct": Decimal("-0.249750"),
        },
    ]


async def test_a_holding_without_a_price_is_a_clear_failure(stage: Stage) -> None:
    del stage.prices.prices["MSFT"]
    assert await stage.failure("broker.get_positions", {}) == "UnknownSymbol"


async def test_shares_that_cost_nothing_have_no_percentage(stage: Stage) -> None:
    gift = valued(Holding("AAPL", Decimal(1), Decimal(0)), Decimal(150))
    assert gift.unrealized_pl == Decimal("150.00")
    assert gift.unrealized_pl_pct is None


async def test_an_unreachable_broker_is_a_failure_of_a_step_that_reads(stage: Stage) -> None:
    step = StepRegistry.shared().step("broker.get_positions")
    assert step is not None
    context = StepContext("run", "key", stage.clock, World({Broker: SilentBroker()}))
    outcome = await invoke(step, {}, context)
    assert outcome == Failed("BrokerUnreachable", "no answer")
