"""The library port: a home takes a person's files, opens its world and shows it."""

import asyncio
import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest

from assent_engine import library
from assent_engine.registry import StepRegistry
from assent_schemas import exact_json
from assent_schemas.errors import InputFileError, Refused, StoreError
from assent_steps.broker import Broker, OrderRequest
from assent_steps.library import LIBRARY
from assent_steps.market import MarketData
from assent_steps.paper.broker import PaperBroker
from assent_steps.price_file import PriceFile
from steps.worlds import HOLDINGS, NOW, PRICES, Stage


@pytest.fixture
def holdings(tmp_path: Path) -> Path:
    path = tmp_path / "my-holdings.csv"
    path.write_text(HOLDINGS, encoding="utf-8")
    return path


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    path = tmp_path / "my-prices.csv"
    path.write_text(PRICES, encoding="utf-8")
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


async def buy(home: Path, key: str = "order-1") -> None:
    async with LIBRARY.open_world(home) as parts:
        broker = parts[Broker]
        assert isinstance(broker, PaperBroker)
        await broker.submit(OrderRequest(key, "AAPL", "buy", Decimal(1)), NOW)


def test_the_engine_finds_this_library() -> None:
    assert library.load() is LIBRARY


def test_importing_the_library_registers_every_step_and_macro() -> None:
    registered = {
        "broker.get_positions",
        "market.fetch_prices",
        "market.get_quote",
        "notify.user",
        "portfolio.calc_drift",
        "portfolio.plan_harvest",
        "portfolio.plan_rebalance",
        "portfolio.rebalance_saga",
        "trade.execute",
        "trade.tax_loss_harvest",
    }
    assert registered <= set(StepRegistry.shared().names())


def test_results_are_declared_as_numbers_not_text() -> None:
    for one in StepRegistry.shared().steps():
        if one.function.__module__.startswith("assent_steps."):
            assert b"pattern" not in exact_json.encode(exact_json.plain(one.output_schema))


async def test_a_world_opens_in_an_empty_home(tmp_path: Path) -> None:
    async with LIBRARY.open_world(tmp_path) as parts:
        assert isinstance(parts[MarketData], PriceFile)
        broker = parts[Broker]
        assert isinstance(broker, PaperBroker)
        assert (await broker.account()).cash == 0


async def test_a_home_that_is_not_there_is_a_store_error(home: Path) -> None:
    with pytest.raises(StoreError):
        async with LIBRARY.open_world(home):
            pass


def test_adopted_files_are_shown_in_the_overview(home: Path, holdings: Path, prices: Path) -> None:
    LIBRARY.adopt(home, holdings=holdings, prices=prices)
    found = LIBRARY.overview(home)
    assert found["cash"] == Decimal("500.25")
    assert found["total_value"] == Decimal("4100.70")
    assert [row["symbol"] for row in found["positions"]] == ["AAPL", "MSFT"]
    assert found["orders"] == []


def test_a_home_without_a_portfolio_is_shown_as_empty(home: Path) -> None:
    empty = {"cash": 0, "positions": [], "total_value": 0, "orders": []}
    assert LIBRARY.overview(home) == empty


def test_what_has_no_price_is_shown_as_unknown(home: Path, holdings: Path) -> None:
    LIBRARY.adopt(home, holdings=holdings)
    found = LIBRARY.overview(home)
    assert found["total_value"] is None
    assert found["positions"][1] == {
        "symbol": "MSFT",
        "quantity": Decimal("4.5"),
        "average_cost": Decimal("400.000000"),
        "cost_basis": Decimal("1800.00"),
        "price": None,
        "market_value": None,
        "unrealized_pl": None,
        "unrealized_pl_pct": None,
    }


async def test_the_overview_works_beside_an_open_world(stage: Stage) -> None:
    order = await stage.order("buy", "AAPL", "1")
    found = LIBRARY.overview(stage.home)
    assert [row["order_id"] for row in found["orders"]] == [order.order_id]
    assert found["cash"] == Decimal("350.25")


async def test_an_open_broker_sees_newly_adopted_holdings(stage: Stage) -> None:
    new = stage.home / "new.csv"
    new.write_text(HOLDINGS.replace("500.25", "7"), encoding="utf-8")
    LIBRARY.adopt(stage.home, holdings=new)
    assert (await stage.broker.account()).cash == 7


def test_holdings_without_orders_may_be_replaced(home: Path, holdings: Path) -> None:
    LIBRARY.adopt(home, holdings=holdings)
    holdings.write_text(HOLDINGS.splitlines()[0] + "\nCASH,7,,\n", encoding="utf-8")
    LIBRARY.adopt(home, holdings=holdings)
    assert LIBRARY.overview(home)["cash"] == 7
    assert LIBRARY.overview(home)["positions"] == []


def test_a_portfolio_with_orders_is_not_replaced(home: Path, holdings: Path, prices: Path) -> None:
    LIBRARY.adopt(home, holdings=holdings, prices=prices)
    asyncio.run(buy(home))
    before = LIBRARY.overview(home)
    prices.write_text(PRICES.replace("150.00", "999.00"), encoding="utf-8")
    with pytest.raises(Refused) as caught:
        LIBRARY.adopt(home, holdings=holdings, prices=prices)
    assert caught.value.problem.code == "portfolio.exists"
    assert LIBRARY.overview(home) == before


def test_prices_of_a_portfolio_with_orders_may_be_replaced(
    home: Path, holdings: Path, prices: Path
) -> None:
    LIBRARY.adopt(home, holdings=holdings, prices=prices)
    asyncio.run(buy(home))
    prices.write_text(PRICES.replace("150.00", "151.00"), encoding="utf-8")
    LIBRARY.adopt(home, prices=prices)
    assert LIBRARY.overview(home)["positions"][0]["price"] == Decimal("151.00")


@pytest.mark.parametrize("bad", ["holdings", "prices"])
def test_one_bad_file_keeps_both_out(home: Path, holdings: Path, prices: Path, bad: str) -> None:
    LIBRARY.adopt(home, holdings=holdings, prices=prices)
    before = LIBRARY.overview(home)
    holdings.write_text(HOLDINGS.replace("500.25", "7"), encoding="utf-8")
    prices.write_text(PRICES.replace("150.00", "151.00"), encoding="utf-8")
    spoilt = holdings if bad == "holdings" else prices
    spoilt.write_text(spoilt.read_text(encoding="utf-8") + "x\n", encoding="utf-8")
    with pytest.raises(InputFileError) as caught:
        LIBRARY.adopt(home, holdings=holdings, prices=prices)
    assert caught.value.problem.code == f"{bad}.bad_row"
    assert LIBRARY.overview(home) == before


def test_a_crash_within_adoption_leaves_the_old_holdings(
    home: Path, holdings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    LIBRARY.adopt(home, holdings=holdings)
    before = LIBRARY.overview(home)

    async def crash(*_: object) -> None:
        raise sqlite3.OperationalError("disk full")

    monkeypatch.setattr("assent_steps.paper.ledger.Ledger.set_cash", crash)
    with pytest.raises(StoreError, match="disk full"):
        LIBRARY.adopt(home, holdings=holdings)
    monkeypatch.undo()
    assert LIBRARY.overview(home) == before


def test_where_prices_cannot_be_put_in_place_the_holdings_are_not_taken_over_either(
    home: Path, holdings: Path, prices: Path
) -> None:
    LIBRARY.adopt(home, holdings=holdings)
    before = LIBRARY.overview(home)
    holdings.write_text(HOLDINGS.replace("500.25", "7"), encoding="utf-8")
    (home / "prices.csv").mkdir()
    with pytest.raises(StoreError) as caught:
        LIBRARY.adopt(home, holdings=holdings, prices=prices)
    assert caught.value.problem.code == "portfolio.unwritable"
    assert LIBRARY.overview(home)["cash"] == before["cash"]


@pytest.mark.parametrize("former", [True, False])
def test_where_the_holdings_cannot_be_committed_the_former_prices_are_back(
    home: Path, holdings: Path, prices: Path, monkeypatch: pytest.MonkeyPatch, former: bool
) -> None:
    LIBRARY.adopt(home, holdings=holdings, prices=prices if former else None)
    before = {one.name: one.read_bytes() for one in home.glob("prices*")}
    prices.write_text(PRICES.replace("150.00", "151.00"), encoding="utf-8")

    async def full(_: object) -> None:
        raise sqlite3.OperationalError("disk full")

    monkeypatch.setattr("aiosqlite.Connection.commit", full)
    with pytest.raises(StoreError, match="disk full"):
        LIBRARY.adopt(home, holdings=holdings, prices=prices)
    assert {one.name: one.read_bytes() for one in home.glob("prices*")} == before


def test_a_failed_copy_leaves_the_old_prices_and_no_rest(
    home: Path, prices: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    LIBRARY.adopt(home, prices=prices)
    before = (home / "prices.csv").read_bytes()

    def crash(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", crash)
    prices.write_text(PRICES.replace("150.00", "151.00"), encoding="utf-8")
    with pytest.raises(StoreError, match="No space left"):
        LIBRARY.adopt(home, prices=prices)
    assert (home / "prices.csv").read_bytes() == before
    assert [path.name for path in home.iterdir()] == ["prices.csv"]
