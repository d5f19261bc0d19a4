"""The shipped macros and the seed's policies, carried out by the interpreter on a paper broker."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from importlib import resources
from typing import Any

import pytest

from assent_engine.notices import NoticeBoard
from assent_engine.registry import Macro, World
from assent_engine.simulate import Result, simulate
from assent_schemas import exact_json
from assent_schemas.states import Machine, MapState
from assent_schemas.statuses import RunStatus
from assent_steps.broker import Broker
from assent_steps.macros import DESCRIPTIONS, macros
from assent_steps.market import MarketData
from steps.worlds import NOW, Stage

FETCH = {
    "name": "Fetch",
    "triggers": [{"type": "cron", "expression": "0 9 1 * *"}],
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
            "end": True,
        }
    },
}


def example(name: str) -> dict[str, Any]:
    text = resources.files("assent_schemas").joinpath(f"examples/{name}.json").read_bytes()
    document: dict[str, Any] = exact_json.parse(text)
    return document


async def carried_out(
    stage: Stage, policy: dict[str, Any], given: dict[str, Any] | None = None
) -> Result:
    parts: dict[type, object] = {
        Broker: stage.broker,
        MarketData: stage.prices,
        NoticeBoard: stage.board,
    }

    @asynccontextmanager
    async def open_world() -> AsyncIterator[World]:
        yield World(parts)

    return await asyncio.to_thread(simulate, policy, given or {}, open_world=open_world, now=NOW)


async def quantities(stage: Stage) -> dict[str, Decimal]:
    return {one.symbol: one.quantity for one in (await stage.broker.account()).holdings}


@pytest.mark.parametrize("macro", macros(), ids=lambda macro: macro.name)
def test_a_macro_is_a_machine_that_trades_one_order_at_a_time(macro: Macro) -> None:
    machine = Machine.model_validate(macro.document)
    maps = [state for state in machine.states.values() if isinstance(state, MapState)]
    assert maps
    assert all(state.max_concurrency == 1 for state in maps)
    assert macro.description


def test_every_document_beside_the_module_is_a_registered_macro() -> None:
    folder = resources.files("assent_steps.macros")
    found = {path.name for path in folder.iterdir() if path.name.endswith(".json")}
    assert found == {f"{name}.json" for name in DESCRIPTIONS}
    for name in found:
        assert json.loads(folder.joinpath(name).read_text(encoding="utf-8"))


async def test_the_rebalance_policy_sells_and_buys_to_its_targets(stage: Stage) -> None:
    result = await carried_out(stage, example("volatility-aware-rebalance"))
    assert result.status is RunStatus.COMPLETED, result
    assert [one["symbol"] for one in result.output["sells"]] == ["AAPL"]
    assert [one["symbol"] for one in result.output["buys"]] == ["MSFT"]
    assert await quantities(stage) == {"AAPL": Decimal(14), "MSFT": Decimal("6.5")}
    assert (await stage.broker.account()).cash == result.output["leftover_cash"]


async def test_the_rebalance_policy_only_notifies_when_volatility_is_high(stage: Stage) -> None:
    stage.prices.prices["^VIX"] = Decimal("30.01")
    result = await carried_out(stage, example("volatility-aware-rebalance"))
    assert result.status is RunStatus.COMPLETED, result
    assert await stage.broker.orders() == ()
    assert [one.text for one in stage.board.notices.values()] == [
        "Rebalance skipped: High Volatility"
    ]


async def test_the_harvester_sells_only_what_lost_more_than_ten_percent(stage: Stage) -> None:
    result = await carried_out(stage, example("tax-loss-harvester"))
    assert result.status is RunStatus.COMPLETED, result
    assert await quantities(stage) == {"AAPL": Decimal(15)}
    (order,) = await stage.broker.orders()
    assert (order.symbol, order.side, order.quantity) == ("MSFT", "sell", Decimal("4.5"))
    assert result.output[1]["orders"][0]["order_id"] == order.order_id
    assert result.output[1]["reason"] is None


async def test_the_harvester_says_why_it_left_a_loss_alone(stage: Stage) -> None:
    await stage.order("buy", "MSFT", "0.5")
    result = await carried_out(stage, example("tax-loss-harvester"))
    assert result.status is RunStatus.COMPLETED, result
    expected = {"orders": [], "reason": "MSFT was bought on 2026-03-02, within 30 days"}
    assert result.output[1] == expected


async def test_the_runs_whole_input_may_name_the_symbols_to_fetch(stage: Stage) -> None:
    result = await carried_out(stage, FETCH, {"target_tickers": ["AAPL", "MSFT"]})
    assert result.status is RunStatus.COMPLETED, result
    assert result.output["market_data"]["prices"] == {
        "AAPL": Decimal("150.00"),
        "MSFT": Decimal("300.10"),
    }
