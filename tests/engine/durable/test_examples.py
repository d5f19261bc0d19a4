"""The example policies and the language reference's Task, carried out durably."""

from decimal import Decimal
from pathlib import Path

import pytest

from assent_engine.engine import Engine
from assent_engine.home import Home
from assent_schemas.statuses import RunStatus
from engine.durable.portfolio import account, adopt, example, order_ids, verified
from engine.durable.worlds import Json, approved

LOSSES = """symbol,quantity,cost_basis,purchase_date
AAPL,10,3000.00,2024-01-15
MSFT,10,4500.00,2024-01-15
VTI,10,2000.00,2024-01-15
CASH,100.00,,
"""
FETCH: Json = {
    "name": "Fetch",
    "start_at": "FetchMarketData",
    "states": {
        "FetchMarketData": {
            "type": "Task",
            "resource": "market.fetch_prices",
            "input_path": "$.target_tickers",
            "parameters": {
                "provider": "yfinance",
                "interval": "1d",
                "symbols.$": "$$.execution.input",
            },
            "result_path": "$.market_data",
            "retry": [{"error_equals": ["NetworkError"], "max_attempts": 3}],
            "next": "CalculateDrift",
        },
        "CalculateDrift": {"type": "Pass", "end": True},
    },
}


async def carried_out(home: Path, document: Json, given: Json | None = None) -> Json:
    """The output of a run that must be completed."""
    async with Engine.open(Home(home)) as engine:
        report = await engine.runs.start(await approved(engine, document), given)
    assert report.status is RunStatus.COMPLETED, report
    return {"output": report.output, "run_id": report.run_id}


async def test_calm_markets_are_rebalanced(tmp_path: Path) -> None:
    home = tmp_path / "home"
    adopt(home, vix="18.50")
    before = account(home)
    await carried_out(home, example("volatility-aware-rebalance"))
    after = account(home)
    _, saga = await verified(home)
    assert sorted(one.idempotency_key for one in saga) == sorted(order_ids(home))
    assert len(saga) == 8
    assert after["total_value"] == before["total_value"]
    assert {one["symbol"] for one in after["positions"]} >= {"SCHD"}


async def test_stormy_markets_are_left_alone_and_the_owner_is_told(tmp_path: Path) -> None:
    home = tmp_path / "home"
    adopt(home, vix="30.01")
    before = account(home)
    async with Engine.open(Home(home)) as engine:
        policy_id = await approved(engine, example("volatility-aware-rebalance"))
        report = await engine.runs.start(policy_id)
        (notice,) = await engine.store.read.notices(report.run_id)
    assert report.status is RunStatus.COMPLETED
    assert notice.text == "Rebalance skipped: High Volatility"
    assert (account(home), order_ids(home)) == (before, [])


async def test_losses_beyond_a_tenth_are_harvested_and_others_are_kept(tmp_path: Path) -> None:
    home = tmp_path / "home"
    adopt(home, holdings=LOSSES)
    # AAPL -29.97 %, MSFT -8.84 %, VTI a gain.
    await carried_out(home, example("tax-loss-harvester"))
    held = {one["symbol"]: one["quantity"] for one in account(home)["positions"]}
    assert held == {"MSFT": Decimal(10), "VTI": Decimal(10)}
    _, saga = await verified(home)
    assert [one.resource for one in saga] == ["trade.execute"]


@pytest.mark.parametrize(
    ("given", "closes"),
    [
        (
            {"target_tickers": ["AAPL", "VTI"]},
            {"AAPL": Decimal("210.10"), "VTI": Decimal("280.40")},
        ),
        ({"target_tickers": ["BND"]}, {"BND": Decimal("72.50")}),
    ],
)
async def test_the_task_of_the_language_reference_runs_as_written(
    tmp_path: Path, given: Json, closes: Json
) -> None:
    home = tmp_path / "home"
    adopt(home)
    done = await carried_out(home, FETCH, given)
    assert done["output"]["market_data"]["prices"] == closes
    assert done["output"]["target_tickers"] == given["target_tickers"]
