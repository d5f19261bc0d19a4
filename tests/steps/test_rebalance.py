"""Rebalance plans: sells pay for buys, and nothing is overspent."""

from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assent_schemas import exact_json
from assent_steps.amounts import worth
from assent_steps.portfolio.rebalance import RebalanceInput, RebalancePlan, plan_rebalance
from steps.worlds import Stage


def position(symbol: str, quantity: str, price: str, target: str) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "quantity": Decimal(quantity),
        "price": Decimal(price),
        "target_weight": Decimal(target),
    }


def plan(cash: str, *positions: dict[str, Any], **more: Any) -> RebalancePlan:
    given = {"cash": Decimal(cash), "positions": list(positions), **more}
    return plan_rebalance(RebalanceInput.model_validate(given))


def summary(found: RebalancePlan) -> list[tuple[str, str, Decimal]]:
    return [(one.side, one.ticker, one.quantity) for one in [*found.sells, *found.buys]]


def test_what_is_over_its_target_is_sold_and_what_is_under_is_bought() -> None:
    found = plan("0", position("AAPL", "10", "100", "0.5"), position("MSFT", "0", "30", "0.5"))
    assert summary(found) == [("sell", "AAPL", Decimal(5)), ("buy", "MSFT", Decimal(16))]
    assert found.leftover_cash == Decimal("20.00")


def test_each_order_may_be_worth_two_percent_more_than_planned() -> None:
    found = plan("0", position("AAPL", "10", "100", "0.5"), position("MSFT", "0", "33.33", "0.5"))
    assert found.sells[0].max_value == Decimal("510.00")
    assert found.buys[0].max_value == Decimal("509.95")


def test_fractional_shares_leave_less_than_a_cent_per_order() -> None:
    half = position("MSFT", "0", "30", "0.5")
    found = plan("0", position("AAPL", "10", "100", "0.5"), half, fractional=True)
    assert summary(found)[1] == ("buy", "MSFT", Decimal("16.666666666"))
    assert found.leftover_cash == Decimal("0.00")


def test_trades_below_the_least_value_are_left_out() -> None:
    held = position("AAPL", "10", "0.50", "0.9")
    assert summary(plan("0", held)) == []
    assert summary(plan("0", held, min_trade_value=Decimal("0.5"))) == [
        ("sell", "AAPL", Decimal(1))
    ]


def test_the_largest_lack_is_filled_first_and_equals_by_symbol() -> None:
    found = plan(
        "100",
        position("C", "0", "10", "0.2"),
        position("B", "0", "10", "0.4"),
        position("A", "0", "10", "0.4"),
    )
    assert summary(found) == [
        ("buy", "A", Decimal(4)),
        ("buy", "B", Decimal(4)),
        ("buy", "C", Decimal(2)),
    ]


def test_a_total_that_is_given_is_the_one_that_counts() -> None:
    found = plan("100", position("A", "0", "10", "0.5"), total_value=Decimal(60))
    assert summary(found) == [("buy", "A", Decimal(3))]


def test_a_total_that_is_not_there_cannot_be_spent() -> None:
    found = plan("100", position("A", "0", "10", "1"), total_value=Decimal(10**6))
    assert summary(found) == [("buy", "A", Decimal(10))]
    assert found.leftover_cash == 0


@pytest.mark.parametrize(
    "positions",
    [
        [position("A", "1", "10", "0.5"), position("A", "1", "10", "0.5")],
        [position("A", "1", "10", "0.5"), position("B", "1", "10", "0.6")],
        [position("A", "1", "0", "0.5")],
        [position("A", "-1", "10", "0.5")],
    ],
)
async def test_positions_that_make_no_sense_are_refused(
    stage: Stage, positions: list[dict[str, Any]]
) -> None:
    given = {"cash": 0, "positions": positions}
    assert await stage.failure("portfolio.plan_rebalance", given) == "Step.InvalidInput"


async def test_the_result_of_drift_is_an_input_of_the_plan(stage: Stage) -> None:
    drift = await stage.call("portfolio.calc_drift", {})
    found = await stage.call("portfolio.plan_rebalance", drift)
    assert found == {
        "sells": [
            {"ticker": "AAPL", "quantity": 1, "side": "sell", "max_value": Decimal("153.00")}
        ],
        "buys": [{"ticker": "MSFT", "quantity": 2, "side": "buy", "max_value": Decimal("612.21")}],
        "leftover_cash": Decimal("50.05"),
    }


weights = st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=6)


@st.composite
def portfolios(draw: st.DrawFn) -> dict[str, Any]:
    drawn = draw(weights)
    whole = Decimal(sum(drawn) + draw(st.integers(min_value=1, max_value=10**9)))
    amounts = st.decimals(min_value=0, max_value=10**6, places=9)
    costs = st.decimals(min_value=Decimal("0.000000001"), max_value=10**6, places=9)
    return {
        "cash": draw(st.decimals(min_value=0, max_value=10**6, places=2)),
        "total_value": draw(st.none() | amounts),
        "fractional": draw(st.booleans()),
        "min_trade_value": draw(st.sampled_from([Decimal(0), Decimal(1), Decimal(100)])),
        "positions": [
            {
                "symbol": f"S{number}",
                "quantity": draw(amounts),
                "price": draw(costs),
                "target_weight": (weight / whole).quantize(Decimal("1E-9"), "ROUND_DOWN"),
            }
            for number, weight in enumerate(drawn)
        ],
    }


@settings(deadline=None)
@given(portfolio=portfolios())
def test_a_plan_never_overspends_or_oversells(portfolio: dict[str, Any]) -> None:
    found = plan_rebalance(RebalanceInput.model_validate(portfolio))
    rows = {row["symbol"]: row for row in portfolio["positions"]}
    money = portfolio["cash"]
    for order in found.sells:
        assert order.quantity <= rows[order.ticker]["quantity"]
        money += worth(order.quantity, rows[order.ticker]["price"])
    for order in found.buys:
        money -= worth(order.quantity, rows[order.ticker]["price"])
        assert money >= 0
    assert money == found.leftover_cash
    for order in [*found.sells, *found.buys]:
        value = worth(order.quantity, rows[order.ticker]["price"])
        assert order.quantity > 0
        assert portfolio["min_trade_value"] <= value <= order.max_value
        assert portfolio["fractional"] or order.quantity == order.quantity.to_integral_value()


@settings(deadline=None)
@given(portfolio=portfolios(), seed=st.randoms(use_true_random=False))
def test_a_plan_does_not_depend_on_the_order_of_positions(
    portfolio: dict[str, Any], seed: Random
) -> None:
    found = plan_rebalance(RebalanceInput.model_validate(portfolio))
    shuffled = list(portfolio["positions"])
    seed.shuffle(shuffled)
    again = RebalanceInput.model_validate({**portfolio, "positions": shuffled})
    assert plan_rebalance(again) == found


@settings(deadline=None)
@given(portfolio=portfolios())
def test_no_float_appears_in_a_plan(portfolio: dict[str, Any]) -> None:
    found = plan_rebalance(RebalanceInput.model_validate(portfolio))
    for order in [*found.sells, *found.buys]:
        assert isinstance(order.quantity, Decimal)
        assert isinstance(order.max_value, Decimal)
    assert isinstance(found.leftover_cash, Decimal)
    assert exact_json.plain(found.leftover_cash) == found.leftover_cash
