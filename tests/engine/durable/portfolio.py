"""A portfolio for the durable tests: its files, a home that holds them, and what became of it."""

import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import Any

from assent_engine import library
from assent_engine.engine import Engine
from assent_engine.home import Home
from assent_engine.journal import Journal
from assent_engine.store import Reader
from assent_engine.store.records import JournalEntry, LedgerEntry, SagaEntry
from assent_schemas import exact_json
from engine.durable.chains import ledger_problems
from engine.durable.worlds import Json, approved

HOLDINGS = """symbol,quantity,cost_basis,purchase_date,target_weight
AAPL,40,5200.00,2024-01-15,0.15
MSFT,30,8100.00,2024-02-01,0.15
NVDA,60,4800.00,2024-03-01,0.10
VTI,10,2300.00,2024-03-15,0.20
BND,20,1500.00,2024-04-01,0.15
GLD,5,900.00,2024-04-15,0.10
VXUS,15,900.00,2024-05-01,0.10
SCHD,0,,,0.05
CASH,1500.50,,,
"""
PRICES = """symbol,date,close
AAPL,2026-03-02,210.10
MSFT,2026-03-02,410.20
NVDA,2026-03-02,125.30
VTI,2026-03-02,280.40
BND,2026-03-02,72.50
GLD,2026-03-02,245.60
VXUS,2026-03-02,64.70
SCHD,2026-03-02,27.80
^VIX,2026-03-02,{vix}
"""


def example(name: str) -> Json:
    """An example policy as it stands in the repository."""
    document: Json = exact_json.parse(
        files("assent_schemas").joinpath("examples", f"{name}.json").read_bytes()
    )
    return document


def adopt(home: Path, vix: str = "18.50", holdings: str = HOLDINGS) -> None:
    """Fill a home with the portfolio."""
    home.mkdir(mode=0o700)
    given, quoted = home.parent / "given.csv", home.parent / "quoted.csv"
    given.write_text(holdings, encoding="utf-8")
    quoted.write_text(PRICES.format(vix=vix), encoding="utf-8")
    library.load().adopt(home, holdings=given, prices=quoted)


async def prepared(home: Path, name: str) -> str:
    """A home with the portfolio and an approved example; the policy's id."""
    adopt(home)
    async with Engine.open(Home(home)) as engine:
        return await approved(engine, example(name))


def account(home: Path) -> Json:
    """Cash and positions, without what differs from run to run."""
    found = library.load().overview(home)
    return {name: found[name] for name in ("cash", "positions", "total_value")}


def order_ids(home: Path) -> list[str]:
    """Every client order id in the broker's file."""
    with closing(sqlite3.connect(home / "paper-broker.sqlite")) as connection:
        return [one for (one,) in connection.execute("SELECT client_order_id FROM orders")]


async def verified(home: Path) -> tuple[list[Any], list[SagaEntry]]:
    """Runs and saga log of a home whose journals and ledger were found whole."""
    async with Reader.open(Home(home).database) as reader:
        runs, saga = await reader.runs(), []
        ledger = [LedgerEntry(*row) for row in await reader._all("SELECT * FROM ledger")]
        assert ledger_problems(ledger) == []
        for run in runs:
            journal: list[JournalEntry] = await reader.journal(run.id)
            head = Journal.load(run.id, journal).head
            assert [one.run_hash for one in ledger if one.run_id == run.id] == [head]
            saga += await reader.saga_log(run.id)
    return runs, saga
