"""The paper broker: orders are filled once, exactly, and never on credit."""

import asyncio
import datetime as dt
import sqlite3
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from assent_engine.registry import StepFailed
from assent_schemas.errors import StoreError
from assent_steps.broker import BrokerUnreachable, OrderRequest
from assent_steps.paper.broker import PaperBroker
from assent_steps.paper.ledger import Ledger
from steps.worlds import NOW, TODAY, Stage


def table(home: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(home / "paper-broker.sqlite")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def cancelling(function: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """The function, whose caller is cancelled while it waits for the answer."""

    async def run(*given: Any) -> Any:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        return await function(*given)

    return run


async def held(stage: Stage) -> dict[str, Decimal]:
    account = await stage.broker.account()
    return {holding.symbol: holding.quantity for holding in account.holdings}


async def test_a_buy_takes_cash_and_adds_a_lot(stage: Stage) -> None:
    order = await stage.order("buy", "AAPL", "2")
    account = await stage.broker.account()
    assert (order.order_id, order.status, order.value) == ("P-1", "filled", Decimal("300.00"))
    assert account.cash == Decimal("200.25")
    assert (await held(stage))["AAPL"] == Decimal(17)
    newest = "SELECT symbol, quantity, cost, purchased_on FROM lots ORDER BY lot_number DESC"
    assert table(stage.home, newest)[0] == ("AAPL", "2", "300.00", TODAY.isoformat())


async def test_a_sale_takes_the_earliest_lots_first(stage: Stage) -> None:
    order = await stage.order("sell", "AAPL", "12")
    assert order.value == Decimal("1800.00")
    slices = table(stage.home, "SELECT quantity, cost, proceeds, realized_pl FROM slices")
    assert slices == [
        ("10", "1000.00", "1500.00", "500.00"),
        ("2", "360.00", "300.00", "-60.00"),
    ]
    left = table(stage.home, "SELECT quantity, cost FROM lots WHERE symbol = 'AAPL'")
    assert left == [("0", "0"), ("3", "540.00")]
    assert (await stage.broker.account()).cash == Decimal("2300.25")


async def test_a_repeated_client_order_id_returns_the_first_order(stage: Stage) -> None:
    first = await stage.order("buy", "AAPL", "2")
    stage.prices.prices = {}
    again = await stage.order("sell", "MSFT", "1")
    assert again == first
    assert len(await stage.broker.orders()) == 1


async def test_concurrent_submits_of_one_id_make_one_order(stage: Stage) -> None:
    orders = await asyncio.gather(*(stage.order("buy", "AAPL", "1") for _ in range(20)))
    assert len(set(orders)) == 1
    assert len(await stage.broker.orders()) == 1
    assert (await stage.broker.account()).cash == Decimal("350.25")


async def test_two_brokers_on_one_file_make_one_order(stage: Stage) -> None:
    path = stage.home / "paper-broker.sqlite"
    request = OrderRequest("twice", "AAPL", "buy", Decimal(1))
    async with PaperBroker.open(path, stage.prices) as other:
        brokers = [stage.broker, other] * 5
        orders = await asyncio.gather(*(broker.submit(request, NOW) for broker in brokers))
        assert len(set(orders)) == 1


async def test_concurrent_orders_are_each_filled_once(stage: Stage) -> None:
    keys = [f"order-{number}" for number in range(5)]
    await asyncio.gather(*(stage.order("sell", "AAPL", "3", key) for key in keys))
    assert "AAPL" not in await held(stage)
    assert [order.order_id for order in await stage.broker.orders()] == [
        f"P-{number}" for number in range(1, 6)
    ]


async def test_an_order_is_found_by_its_client_order_id(stage: Stage) -> None:
    order = await stage.order("sell", "MSFT", "0.5")
    assert await stage.broker.find("order-1") == order
    assert await stage.broker.find("order-2") is None


@pytest.mark.parametrize(
    ("side", "symbol", "quantity", "error"),
    [
        ("buy", "AAPL", "4", "InsufficientFunds"),
        ("buy", "NVDA", "0.00001", "OrderTooSmall"),
        ("buy", "AAPL", "100000000000000000", "OrderTooLarge"),
        ("sell", "AAPL", "15.000000001", "InsufficientShares"),
        ("sell", "NVDA", "1", "InsufficientShares"),
        ("buy", "TSLA", "1", "UnknownSymbol"),
    ],
)
async def test_a_refused_order_changes_nothing(
    stage: Stage, side: str, symbol: str, quantity: str, error: str
) -> None:
    before = await stage.broker.account()
    with pytest.raises(StepFailed) as caught:
        await stage.order("buy" if side == "buy" else "sell", symbol, quantity)
    assert caught.value.error == error
    assert await stage.broker.account() == before
    assert await stage.broker.orders() == ()


async def test_all_cash_can_be_spent_but_not_a_cent_more(stage: Stage) -> None:
    stage.prices.prices["AAPL"] = Decimal("500.25")
    await stage.order("buy", "AAPL", "1")
    assert (await stage.broker.account()).cash == 0
    stage.prices.prices["AAPL"] = Decimal("0.01")
    with pytest.raises(StepFailed, match="InsufficientFunds"):
        await stage.order("buy", "AAPL", "1", "order-2")


async def test_an_order_worth_more_than_its_cap_is_refused(stage: Stage) -> None:
    with pytest.raises(StepFailed, match="PriceMoved"):
        await stage.order("buy", "AAPL", "2", max_value="299.99")
    assert (await stage.order("buy", "AAPL", "2", max_value="300")).value == Decimal("300.00")


async def test_money_is_rounded_half_to_even(stage: Stage) -> None:
    stage.prices.prices["AAPL"] = Decimal("0.125")
    assert (await stage.order("buy", "AAPL", "1", "a")).value == Decimal("0.12")
    assert (await stage.order("buy", "AAPL", "3", "b")).value == Decimal("0.38")


@pytest.mark.parametrize("moment", ["order", "lots", "add_fill", "take", "set_cash"])
async def test_an_order_cancelled_half_way_is_not_there(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    before = await stage.broker.account()
    with monkeypatch.context() as patched:
        patched.setattr(Ledger, moment, cancelling(getattr(Ledger, moment)))
        with pytest.raises(asyncio.CancelledError):
            await asyncio.ensure_future(stage.order("sell", "AAPL", "1"))
    assert await stage.broker.account() == before
    assert (await stage.order("sell", "AAPL", "1")).order_id == "P-1"


async def test_an_order_cancelled_while_it_commits_is_whole(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.order("sell", "AAPL", "1", "before")
    connection = stage.broker._connection
    with monkeypatch.context() as patched:
        patched.setattr(stage.broker, "find", stage.broker._ledger.order)
        patched.setattr(connection, "commit", cancelling(connection.commit))
        with pytest.raises(asyncio.CancelledError):
            await asyncio.ensure_future(stage.order("sell", "AAPL", "1"))
    assert await stage.broker.find("order-1") is not None
    assert (await held(stage))["AAPL"] == Decimal(13)


async def test_orders_survive_a_restart(stage: Stage) -> None:
    order = await stage.order("buy", "AAPL", "1.000000001")
    async with PaperBroker.open(stage.home / "paper-broker.sqlite", stage.prices) as other:
        assert await other.find("order-1") == order


async def test_the_last_purchase_counts_shares_that_were_sold(stage: Stage) -> None:
    assert await stage.broker.last_purchase("AAPL") == dt.date(2025, 6, 1)
    await stage.order("sell", "AAPL", "15")
    assert await stage.broker.last_purchase("AAPL") == dt.date(2025, 6, 1)
    assert await stage.broker.last_purchase("NVDA") is None


async def test_a_closed_broker_is_unreachable(stage: Stage) -> None:
    async with PaperBroker.open(stage.home / "paper-broker.sqlite", stage.prices) as other:
        pass
    with pytest.raises(BrokerUnreachable):
        await other.find("order-1")


async def test_a_file_that_is_no_database_is_a_store_error(tmp_path: Path, stage: Stage) -> None:
    path = tmp_path / "other.sqlite"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError) as caught:
        async with PaperBroker.open(path, stage.prices):
            pass
    assert caught.value.problem.code == "portfolio.unusable"


async def test_a_file_that_cannot_be_made_is_a_store_error(tmp_path: Path, stage: Stage) -> None:
    with pytest.raises(StoreError, match=r"portfolio\.unusable"):
        async with PaperBroker.open(tmp_path / "nowhere" / "broker.sqlite", stage.prices):
            pass


async def test_what_fails_while_the_broker_is_open_is_not_said_to_be_its_file(stage: Stage) -> None:
    with pytest.raises(BrokenPipeError):
        async with PaperBroker.open(stage.home / "paper-broker.sqlite", stage.prices):
            raise BrokenPipeError


async def test_a_file_of_a_newer_release_is_left_alone(tmp_path: Path, stage: Stage) -> None:
    path = tmp_path / "newer.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreError, match="newer"):
        async with PaperBroker.open(path, stage.prices):
            pass


async def test_the_file_is_durable_strict_and_for_the_owner_only(stage: Stage) -> None:
    path = stage.home / "paper-broker.sqlite"
    assert path.stat().st_mode & 0o777 == 0o600
    assert table(stage.home, "PRAGMA journal_mode") == [("wal",)]
    async with stage.broker._connection.execute("PRAGMA synchronous") as cursor:
        row = await cursor.fetchone()
    assert row is not None
    assert row[0] == 2
    definitions = table(stage.home, "SELECT sql FROM sqlite_master WHERE type = 'table'")
    assert all(str(sql).endswith("STRICT") for (sql,) in definitions)


async def test_a_failing_disk_makes_the_broker_unreachable_and_changes_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    before = await stage.broker.account()
    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "set_cash", fail)
        with pytest.raises(BrokerUnreachable, match="disk I/O error"):
            await stage.order("buy", "AAPL", "1")
    assert await stage.broker.account() == before
    assert await stage.broker.find("order-1") is None
