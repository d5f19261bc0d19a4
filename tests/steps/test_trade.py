"""Trading: one order per key, reversible, and answerable afterwards."""

from decimal import Decimal
from typing import Any

import pytest

from assent_engine.effects import Failed, Ok
from assent_engine.registry import (
    Done,
    NotDone,
    Risk,
    StepContext,
    StepDeclaration,
    StepRegistry,
    Unsure,
    World,
)
from assent_schemas import exact_json
from assent_steps.broker import Broker, BrokerUnreachable, Order
from steps.worlds import NOW, Stage

BUY = {"ticker": "AAPL", "quantity": Decimal("1.5"), "side": "buy"}


class SilentBroker:
    async def find(self, client_order_id: str) -> Order | None:
        raise BrokerUnreachable(f"no answer about {client_order_id}")


@pytest.fixture
def step() -> StepDeclaration:
    declared = StepRegistry.shared().step("trade.execute")
    assert declared is not None
    return declared


async def quantities(stage: Stage) -> dict[str, Decimal]:
    return {one.symbol: one.quantity for one in (await stage.broker.account()).holdings}


async def test_a_trade_reports_its_fill(stage: Stage) -> None:
    assert await stage.call("trade.execute", BUY) == {
        "order_id": "P-1",
        "client_order_id": "run-1/Trade.1",
        "symbol": "AAPL",
        "side": "buy",
        "status": "filled",
        "quantity": Decimal("1.5"),
        "price": Decimal("150.00"),
        "value": Decimal("225.00"),
        "filled_at": NOW.isoformat(timespec="microseconds").replace("+00:00", "Z"),
    }


async def test_a_second_attempt_of_one_call_finds_the_first_order(stage: Stage) -> None:
    first = await stage.call("trade.execute", BUY)
    assert await stage.call("trade.execute", BUY) == first
    assert len(await stage.broker.orders()) == 1


@pytest.mark.parametrize("side", ["buy", "sell"])
async def test_compensation_returns_the_positions_and_the_cash(
    stage: Stage, step: StepDeclaration, side: str
) -> None:
    before = await stage.broker.account()
    given: dict[str, Any] = {**BUY, "side": side}
    result = await stage.call("trade.execute", given)
    assert step.compensation is not None
    reversal = step.compensation.input(given, result)
    await stage.call(step.compensation.resource, reversal, "undo/Trade.1")
    after = await stage.broker.account()
    assert await quantities(stage) == {one.symbol: one.quantity for one in before.holdings}
    assert after.cash == before.cash


async def test_reconciling_a_done_order_gives_the_result_of_the_step(
    stage: Stage, step: StepDeclaration
) -> None:
    assert step.reconcile is not None
    assert await step.reconcile(stage.context()) == NotDone()
    outcome = await stage.outcome("trade.execute", BUY)
    found = await step.reconcile(stage.context())
    assert isinstance(outcome, Ok)
    assert isinstance(found, Done)
    assert exact_json.encode(found.value) == exact_json.encode(outcome.value)


async def test_reconciling_is_unsure_when_the_broker_gives_no_answer(
    stage: Stage, step: StepDeclaration
) -> None:
    assert step.reconcile is not None
    for world in (World({Broker: SilentBroker()}), World()):
        asked = await step.reconcile(StepContext("run", "key", stage.clock, world))
        assert isinstance(asked, Unsure)


@pytest.mark.parametrize(
    "changed",
    [
        {"quantity": 0},
        {"quantity": -1},
        {"quantity": Decimal("0.0000000001")},
        {"quantity": 1.5},
        {"quantity": "1.5"},
        {"quantity": True},
        {"quantity": Decimal("1E+60")},
        {"quantity": Decimal("NaN")},
        {"side": "short"},
        {"ticker": "A B"},
        {"ticker": "AAPL\n"},
        {"limit_price": 100},
        {"max_value": 0},
    ],
)
async def test_an_order_of_another_form_is_refused(stage: Stage, changed: dict[str, Any]) -> None:
    assert await stage.failure("trade.execute", {**BUY, **changed}) == "Step.InvalidInput"
    assert await stage.broker.orders() == ()


async def test_a_price_that_moved_too_far_is_refused(stage: Stage) -> None:
    outcome = await stage.outcome("trade.execute", {**BUY, "max_value": Decimal("224.99")})
    assert outcome == Failed(
        "PriceMoved", "1.5 AAPL are worth 225.00, more than the 224.99 allowed"
    )


async def test_the_declaration_says_what_is_at_stake(step: StepDeclaration) -> None:
    assert step.side_effect
    assert (step.risk, step.money, step.timeout, step.version) == (Risk.HIGH, "max_value", 30, "1")
