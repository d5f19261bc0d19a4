"""Market data: what quotes and fetched prices look like, and how they fail."""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from assent_engine.effects import Failed, Ok, Outcome
from assent_engine.registry import StepContext, StepRegistry, World
from assent_engine.registry.invocation import invoke
from assent_steps.library import LIBRARY
from assent_steps.market import MarketData
from assent_steps.price_file import PriceFile
from steps.worlds import PRICES, FixedClock


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "prices.csv").write_text(PRICES, encoding="utf-8")
    return tmp_path


async def ask(home: Path, name: str, value: object) -> Outcome:
    step = StepRegistry.shared().step(name)
    assert step is not None
    world = World({MarketData: PriceFile(home / "prices.csv")})
    return await invoke(step, value, StepContext("run", "key", FixedClock(), world))


async def test_a_quote_is_the_latest_close(home: Path) -> None:
    assert await ask(home, "market.get_quote", {"symbol": "AAPL"}) == Ok(
        {
            "symbol": "AAPL",
            "price": Decimal("150.00"),
            "as_of": "2026-03-02",
            "source": "prices.csv",
        }
    )


async def test_an_index_can_be_quoted(home: Path) -> None:
    outcome = await ask(home, "market.get_quote", {"symbol": "^VIX"})
    assert isinstance(outcome, Ok)
    assert outcome.value["price"] == Decimal("18.5")


async def test_an_unknown_symbol_fails_by_name(home: Path) -> None:
    assert await ask(home, "market.get_quote", {"symbol": "TSLA"}) == Failed(
        "UnknownSymbol", "there is no price for TSLA in prices.csv"
    )


async def test_without_a_price_file_every_quote_fails_clearly(tmp_path: Path) -> None:
    outcome = await ask(tmp_path, "market.get_quote", {"symbol": "AAPL"})
    assert isinstance(outcome, Failed)
    assert outcome.error == "NoPrices"


async def test_a_damaged_price_file_is_a_failure_that_names_the_line(home: Path) -> None:
    (home / "prices.csv").write_text("symbol,date,close\nAAPL,2026-03-02,NaN\n", encoding="utf-8")
    outcome = await ask(home, "market.get_quote", {"symbol": "AAPL"})
    assert isinstance(outcome, Failed)
    assert outcome.error == "BadPrices"
    assert "prices.csv, line 2, column close" in outcome.cause


async def test_a_replaced_price_file_is_read_anew(home: Path) -> None:
    prices = PriceFile(home / "prices.csv")
    assert (await prices.quote("AAPL")).price == Decimal("150.00")
    new = home / "new.csv"
    new.write_text(PRICES.replace("150.00", "151.00"), encoding="utf-8")
    LIBRARY.adopt(home, prices=new)
    assert (await prices.quote("AAPL")).price == Decimal("151.00")


async def test_an_unchanged_price_file_is_parsed_once(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prices = PriceFile(home / "prices.csv")
    await prices.quote("AAPL")
    monkeypatch.setattr(prices, "_load", lambda: pytest.fail("parsed again"))
    assert (await prices.quote("MSFT")).price == Decimal("300.10")


async def test_fetched_prices_hold_latest_closes_and_histories(home: Path) -> None:
    asked = {"symbols": ["AAPL", "MSFT"], "provider": "yfinance", "limit": 1}
    assert await ask(home, "market.fetch_prices", asked) == Ok(
        {
            "provider": "yfinance",
            "interval": "1d",
            "source": "prices.csv",
            "prices": {"AAPL": Decimal("150.00"), "MSFT": Decimal("300.10")},
            "history": {
                "AAPL": [{"date": "2026-03-02", "close": Decimal("150.00")}],
                "MSFT": [{"date": "2026-03-02", "close": Decimal("300.10")}],
            },
        }
    )


async def test_a_history_runs_from_old_to_new(home: Path) -> None:
    outcome = await ask(home, "market.fetch_prices", {"symbols": "AAPL"})
    assert isinstance(outcome, Ok)
    days = [close["date"] for close in outcome.value["history"]["AAPL"]]
    assert days == ["2026-02-27", "2026-03-02"]


@pytest.mark.parametrize(
    "symbols",
    [
        ["AAPL", "MSFT"],
        ["AAPL", "MSFT", "AAPL"],
        {"target_tickers": ["AAPL", "MSFT"]},
        {"target_tickers": ["AAPL", "MSFT"], "note": "monthly"},
    ],
)
async def test_symbols_may_be_a_list_or_an_object_around_one(home: Path, symbols: object) -> None:
    asked = {"provider": "yfinance", "interval": "1d", "symbols": symbols}
    outcome = await ask(home, "market.fetch_prices", asked)
    assert isinstance(outcome, Ok)
    assert list(outcome.value["prices"]) == ["AAPL", "MSFT"]


@pytest.mark.parametrize(
    "symbols", [[], {}, {"a": ["AAPL"], "b": ["MSFT"]}, {"a": "AAPL"}, 7, ["A\n"], ["A" * 33]]
)
async def test_symbols_of_another_form_are_refused(home: Path, symbols: object) -> None:
    outcome = await ask(home, "market.fetch_prices", {"symbols": symbols})
    assert isinstance(outcome, Failed)
    assert outcome.error == "Step.InvalidInput"


async def test_an_interval_other_than_a_day_is_unsupported(home: Path) -> None:
    outcome = await ask(home, "market.fetch_prices", {"symbols": "AAPL", "interval": "5m"})
    assert isinstance(outcome, Failed)
    assert outcome.error == "UnsupportedInterval"


@pytest.mark.parametrize("limit", [0, 1001])
async def test_a_limit_out_of_bounds_is_refused(home: Path, limit: int) -> None:
    outcome = await ask(home, "market.fetch_prices", {"symbols": "AAPL", "limit": limit})
    assert isinstance(outcome, Failed)
    assert outcome.error == "Step.InvalidInput"


def test_an_adopted_price_file_is_for_the_owner_only(home: Path) -> None:
    LIBRARY.adopt(home, prices=home / "prices.csv")
    assert os.stat(home / "prices.csv").st_mode & 0o777 == 0o600  # noqa: PTH116 - the mode bits
