"""Drift: weights against targets, from wherever the targets come."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from steps.worlds import HOLDINGS, Stage, staged

WITH_TARGETS = """symbol,quantity,cost_basis,purchase_date,target_weight
AAPL,10,1000.00,2025-01-15,0.5
AAPL,5,900.00,2025-06-01,
MSFT,4.5,1800.00,2025-02-01,0.25
NVDA,0,,,0.25
CASH,500.25,,,
"""


def one(found: dict[str, Any], symbol: str) -> dict[str, Any]:
    return next(row for row in found["positions"] if row["symbol"] == symbol)


async def test_drift_is_weight_less_target(stage: Stage) -> None:
    given = {"vix_data": {"price": 12}, "targets": {"AAPL": Decimal("0.5"), "MSFT": 0}}
    found = await stage.call("portfolio.calc_drift", given)
    assert found["total_value"] == Decimal("4100.70")
    assert found["cash"] == Decimal("500.25")
    assert found["targets_from"] == "input"
    assert one(found, "AAPL") == {
        "symbol": "AAPL",
        "quantity": 15,
        "price": Decimal("150.00"),
        "value": Decimal("2250.00"),
        "weight": Decimal("0.548687"),
        "target_weight": Decimal("0.5"),
        "drift": Decimal("0.048687"),
    }
    assert found["max_drift"] == one(found, "MSFT")["weight"] == Decimal("0.329322")


async def test_targets_of_the_holdings_count_when_none_are_asked_for(tmp_path: Path) -> None:
    async with staged(tmp_path, WITH_TARGETS) as stage:
        found = await stage.call("portfolio.calc_drift", {})
        assert found["targets_from"] == "holdings"
        assert one(found, "NVDA")["drift"] == Decimal("-0.25")
        assert one(found, "NVDA")["quantity"] == 0


async def test_without_targets_the_held_symbols_weigh_the_same(stage: Stage) -> None:
    found = await stage.call("portfolio.calc_drift", {"targets": None})
    assert found["targets_from"] == "equal weights"
    assert [row["target_weight"] for row in found["positions"]] == [Decimal("0.5")] * 2


async def test_an_empty_portfolio_has_no_drift(tmp_path: Path) -> None:
    async with staged(tmp_path, HOLDINGS.splitlines()[0] + "\nCASH,0,,\n") as stage:
        found = await stage.call("portfolio.calc_drift", {"targets": {"AAPL": 1}})
        assert found["total_value"] == 0
        assert found["max_drift"] == 1
        assert await stage.call("portfolio.calc_drift", {}) == {
            "total_value": 0,
            "cash": 0,
            "targets_from": "equal weights",
            "positions": [],
            "max_drift": 0,
        }


@pytest.mark.parametrize(
    "targets",
    [
        {"AAPL": Decimal("0.6"), "MSFT": Decimal("0.400000001")},
        {"AAPL": -1},
        {"AAPL": "0.5"},
        {"A A": 1},
        [],
    ],
)
async def test_targets_of_another_form_are_refused(stage: Stage, targets: Any) -> None:
    error = await stage.failure("portfolio.calc_drift", {"targets": targets})
    assert error == "Step.InvalidInput"


async def test_a_target_without_a_price_fails_by_name(stage: Stage) -> None:
    assert await stage.failure("portfolio.calc_drift", {"targets": {"TSLA": 1}}) == "UnknownSymbol"
