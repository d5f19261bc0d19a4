"""Harvest plans: a loss is sold whole, unless it would be a wash sale."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from steps.worlds import Stage, staged

HEADER = "symbol,quantity,cost_basis,purchase_date"


async def position(stage: Stage, symbol: str) -> dict[str, Any]:
    rows = await stage.call("broker.get_positions", {})
    return next(row for row in rows if row["symbol"] == symbol)


async def test_a_losing_position_is_sold_whole(stage: Stage) -> None:
    given = {"position": await position(stage, "MSFT")}
    assert await stage.call("portfolio.plan_harvest", given) == {
        "orders": [
            {
                "ticker": "MSFT",
                "quantity": Decimal("4.5"),
                "side": "sell",
                "max_value": Decimal("1377.46"),
            }
        ],
        "reason": None,
    }


async def test_a_position_without_a_loss_is_kept(stage: Stage) -> None:
    found = await stage.call("portfolio.plan_harvest", {"position": await position(stage, "AAPL")})
    assert found == {"orders": [], "reason": "AAPL stands at no loss"}


@pytest.mark.parametrize(
    ("bought", "sold"),
    [("2026-03-02", False), ("2026-01-31", False), ("2026-01-30", True), ("2026-03-09", False)],
)
async def test_a_purchase_within_thirty_days_forbids_the_sale(
    tmp_path: Path, bought: str, sold: bool
) -> None:
    holdings = f"{HEADER}\nMSFT,4,1800.00,2025-02-01\nMSFT,1,400.00,{bought}\n"
    async with staged(tmp_path, holdings) as stage:
        given = {"position": await position(stage, "MSFT")}
        found = await stage.call("portfolio.plan_harvest", given)
        assert bool(found["orders"]) is sold
        if not sold:
            assert found["reason"] == f"MSFT was bought on {bought}, within 30 days"


async def test_shares_bought_and_sold_again_count_as_a_purchase(stage: Stage) -> None:
    await stage.order("buy", "MSFT", "1", "buy")
    await stage.order("sell", "MSFT", "1", "sell")
    given = {"position": await position(stage, "MSFT")}
    assert (await stage.call("portfolio.plan_harvest", given))["orders"] == []


async def test_purchases_of_other_symbols_do_not_count(stage: Stage) -> None:
    await stage.order("buy", "AAPL", "1")
    given = {"position": await position(stage, "MSFT")}
    assert (await stage.call("portfolio.plan_harvest", given))["reason"] is None
