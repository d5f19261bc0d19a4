"""The library that the engine loads: importing it registers every step and macro."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, TypeVar

from assent_schemas.errors import Problem, StoreError
from assent_steps import macros, market, notify, positions, trade
from assent_steps.adoption import adopt_files
from assent_steps.broker import Broker
from assent_steps.market import MarketData
from assent_steps.overview import overview_of
from assent_steps.paper import schema
from assent_steps.paper.broker import PaperBroker
from assent_steps.portfolio import drift, harvest, rebalance
from assent_steps.price_file import FILE, PriceFile

Value = TypeVar("Value")

REGISTERING = (market, positions, trade, drift, rebalance, harvest, notify, macros)
"""The modules whose import registers steps and macros."""


class PaperLibrary:
    """The StepLibrary of this distribution: our steps on a paper broker and a price file."""

    @asynccontextmanager
    async def open_world(self, home: Path) -> AsyncIterator[Mapping[type, object]]:
        """The home's broker and market data; raises StoreError."""
        prices = PriceFile(home / FILE)
        async with PaperBroker.open(home / schema.FILE, prices) as broker:
            yield {Broker: broker, MarketData: prices}

    def adopt(
        self, home: Path, *, holdings: Path | None = None, prices: Path | None = None
    ) -> None:
        """Take the person's files into a home, each whole or not at all.

        Raises InputFileError for a file that is not right, Refused (portfolio.exists) when the
        broker has filled orders, StoreError when the home cannot be used.
        """
        _finish(adopt_files(home, holdings, prices))

    def copy_world(self, home: Path, to: Path) -> None:
        """Copy broker and prices, as far as the home has them; an open broker may go on."""
        if (prices := home / FILE).exists():
            shutil.copyfile(prices, to / FILE)
        if (broker := home / schema.FILE).exists():
            _copy(broker, to / schema.FILE)

    def faults(self, home: Path, *, thorough: bool) -> list[tuple[str, str]]:
        """What SQLite finds wrong with the paper broker's books, as (file, fault)."""
        broker = home / schema.FILE
        return [(schema.FILE, fault) for fault in _faults(broker, thorough)]

    def files(self) -> tuple[str, ...]:
        """The books and the prices."""
        return schema.FILE, FILE

    def overview(self, home: Path) -> dict[str, Any]:
        """{cash, positions, total_value, orders} as exact JSON; null where a price is unknown."""
        return _finish(overview_of(home))


def _faults(broker: Path, thorough: bool) -> list[str]:
    if not broker.exists() or broker.stat().st_size == 0:
        return []
    check = "integrity_check" if thorough else "quick_check"
    try:
        with closing(sqlite3.connect(f"{broker.absolute().as_uri()}?mode=ro", uri=True)) as books:
            said = [line for (line,) in books.execute(f"PRAGMA {check}(20)")]
    except sqlite3.Error as error:
        return [str(error)]
    return [line for line in said if line != "ok"]


def _copy(broker: Path, to: Path) -> None:
    """A consistent copy of the books; raises StoreError where they cannot be read."""
    try:
        with (
            closing(sqlite3.connect(f"{broker.as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(to)) as target,
        ):
            source.backup(target)
    except sqlite3.Error as error:
        title, detail = "The paper broker's books cannot be read", f"{broker}: {error}."
        remedy = "Restore the file, or import your holdings into another home."
        raise StoreError(Problem("portfolio.unusable", title, detail, remedy)) from error


def _finish(work: Coroutine[Any, Any, Value]) -> Value:
    """Run to the end in a thread of its own, whether or not the caller has a running loop."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, work).result()


LIBRARY = PaperLibrary()
