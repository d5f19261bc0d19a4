"""The books balance after any sequence of orders."""

import asyncio
import sqlite3
import tempfile
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from assent_engine.registry import StepFailed
from assent_steps.amounts import worth
from assent_steps.broker import Side
from assent_steps.paper.lots import Lot, held, sell
from steps.worlds import TODAY, Stage, staged

STARTED = {"AAPL": Decimal(15), "MSFT": Decimal("4.5")}
STARTED_COST = Decimal("3700.00")
CASH = Decimal("500.25")

sides: st.SearchStrategy[Side] = st.sampled_from(["buy", "sell"])
quantities = st.decimals(min_value=Decimal("0.000000001"), max_value=6, places=9)
prices = st.decimals(min_value=Decimal("0.01"), max_value=400, places=4)
orders = st.lists(
    st.tuples(sides, st.sampled_from(["AAPL", "MSFT", "NVDA"]), quantities, prices), max_size=12
)
lots = st.lists(
    st.tuples(st.decimals(min_value=Decimal("0.000000001"), max_value=1000, places=9), prices),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25, deadline=None)
@given(wanted=orders)
def test_lots_sum_to_positions_and_cash_is_never_negative(
    wanted: list[tuple[Side, str, Decimal, Decimal]],
) -> None:
    async def play(home: Path) -> None:
        async with staged(home) as stage:
            for number, (side, symbol, quantity, price) in enumerate(wanted):
                stage.prices.prices[symbol] = price
                try:
                    await stage.order(side, symbol, str(quantity), f"order-{number}")
                except StepFailed:
                    continue
                assert (await stage.broker.account()).cash >= 0
            await check_books(stage)

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(Path(folder)))


async def check_books(stage: Stage) -> None:
    filled = await stage.broker.orders()
    account = await stage.broker.account()
    signed = {"buy": 1, "sell": -1}
    position = dict(STARTED)
    for order in filled:
        before = position.get(order.symbol, Decimal(0))
        position[order.symbol] = before + signed[order.side] * order.quantity
    assert {one.symbol: one.quantity for one in account.holdings} == {
        symbol: quantity for symbol, quantity in position.items() if quantity
    }
    assert account.cash == CASH - sum(signed[one.side] * one.value for one in filled)
    sold, proceeds = slices_of(stage.home)
    assert proceeds == sum(one.value for one in filled if one.side == "sell")
    left = sum(one.cost_basis for one in account.holdings)
    bought = sum(one.value for one in filled if one.side == "buy")
    assert left + sold == STARTED_COST + bought


def slices_of(home: Path) -> tuple[Decimal, Decimal]:
    connection = sqlite3.connect(home / "paper-broker.sqlite")
    try:
        rows = connection.execute("SELECT cost, proceeds, realized_pl FROM slices").fetchall()
    finally:
        connection.close()
    for cost, proceeds, gain in rows:
        assert Decimal(gain) == Decimal(proceeds) - Decimal(cost)
        assert not cost.startswith("-")
        assert not proceeds.startswith("-")
    return sum((Decimal(row[0]) for row in rows), Decimal(0)), sum(
        (Decimal(row[1]) for row in rows), Decimal(0)
    )


@settings(deadline=None)
@given(bought=lots, share=st.integers(min_value=1, max_value=1000), price=prices)
def test_a_sale_is_divided_over_lots_without_remainder(
    bought: list[tuple[Decimal, Decimal]], share: int, price: Decimal
) -> None:
    own = [Lot(number, TODAY, *amounts) for number, amounts in enumerate(bought)]
    quantity = (held(own) * share / 1000).quantize(Decimal("0.000000001"))
    if not quantity:
        return
    proceeds = worth(quantity, price)
    slices = sell(own, quantity, proceeds)
    assert sum(one.quantity for one in slices) == quantity
    assert sum(one.proceeds for one in slices) == proceeds
    assert all(one.proceeds >= 0 and one.cost >= 0 for one in slices)
    by_number = {lot.number: lot for lot in own}
    assert all(one.quantity <= by_number[one.lot_number].quantity for one in slices)
    assert all(one.cost <= by_number[one.lot_number].cost for one in slices)


@settings(max_examples=10, deadline=None)
@given(
    quantity=st.decimals(min_value=Decimal("0.000000001"), max_value=10**18 - 1, places=9),
    cost=st.decimals(min_value=0, max_value=10**18 - 1, places=9),
)
def test_exact_decimals_survive_the_file_and_the_broker(quantity: Decimal, cost: Decimal) -> None:
    async def read(home: Path) -> None:
        header = "symbol,quantity,cost_basis,purchase_date"
        async with staged(home, f"{header}\nAAPL,{quantity:f},{cost:f},2025-01-15\n") as stage:
            (holding,) = (await stage.broker.account()).holdings
            assert f"{holding.quantity:f}" == f"{quantity:f}"
            assert holding.cost_basis == cost

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(read(Path(folder)))
