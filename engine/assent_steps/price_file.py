"""The price file: closing prices from a CSV file in the home, the market data built in."""

import asyncio
import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from assent_engine.registry import StepFailed
from assent_schemas.errors import InputFileError
from assent_steps.files.faults import Faults, FileKind
from assent_steps.files.row import Row
from assent_steps.files.table import read_file, rows
from assent_steps.market import Close, Quote

KIND = FileKind("prices", ("symbol", "date", "close"))
FILE = "prices.csv"

Closes = Mapping[str, tuple[Close, ...]]
_Stamp = tuple[int, int, int]


def parse_prices(raw: bytes, file: str) -> Closes:
    """Read a price file -> closes by symbol, oldest first; raises InputFileError."""
    faults = Faults(KIND, file)
    found: dict[str, dict[dt.date, Decimal]] = {}
    for row in rows(raw, faults):
        _take(row, found)
    faults.refuse()
    return {
        symbol: tuple(Close(day, closes[day]) for day in sorted(closes))
        for symbol, closes in found.items()
    }


def _take(row: Row, found: dict[str, dict[dt.date, Decimal]]) -> None:
    symbol, day = row.symbol("symbol"), row.day("date")
    close = row.number("close", positive=True)
    if symbol is None or day is None or close is None:
        return
    closes = found.setdefault(symbol, {})
    if day in closes:
        row.fault("duplicate", "date", f"{symbol} has a close for {day} further up")
    closes[day] = close


class PriceFile:
    """MarketData from a price file; a file that was replaced is read anew."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[_Stamp, Closes] | None = None

    async def quote(self, symbol: str) -> Quote:
        latest = (await self._closes(symbol))[-1]
        return Quote(symbol, latest.close, latest.date, self._path.name)

    async def history(self, symbol: str, limit: int) -> tuple[Close, ...]:
        return (await self._closes(symbol))[-limit:]

    async def _closes(self, symbol: str) -> tuple[Close, ...]:
        closes = await self._table()
        if symbol not in closes:
            raise StepFailed(
                "UnknownSymbol", f"there is no price for {symbol} in {self._path.name}"
            )
        return closes[symbol]

    async def _table(self) -> Closes:
        stamp = self._stamp()
        if self._read is None or self._read[0] != stamp:
            self._read = (stamp, await asyncio.to_thread(self._load))
        return self._read[1]

    def _stamp(self) -> _Stamp:
        try:
            stat = self._path.stat()
        except OSError as error:
            raise StepFailed(
                "NoPrices", f"there is no {self._path.name} in this home; import a price file"
            ) from error
        return stat.st_ino, stat.st_mtime_ns, stat.st_size

    def _load(self) -> Closes:
        try:
            return parse_prices(read_file(self._path, KIND), self._path.name)
        except InputFileError as error:
            raise StepFailed("BadPrices", error.problem.detail) from error
