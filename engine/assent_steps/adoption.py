"""Adopting a person's files: each is checked in full, then taken over whole or not at all."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assent_engine import durable
from assent_schemas.errors import Problem, Refused, StoreError
from assent_steps import holdings as holdings_file
from assent_steps import price_file
from assent_steps.files.table import read_file
from assent_steps.holdings import Holdings, parse_holdings
from assent_steps.paper.ledger import Ledger
from assent_steps.paper.schema import FILE, opened
from assent_steps.price_file import parse_prices


async def adopt_files(home: Path, holdings: Path | None, prices: Path | None) -> None:
    """Take files into a home, together or not at all.

    Raises InputFileError, Refused (portfolio.exists), StoreError.
    """
    owned = _checked_holdings(holdings) if holdings else None
    quoted = _checked_prices(prices) if prices else None
    _make(home)
    with _replacing(home / price_file.FILE, quoted) as put_prices:
        if owned is None:
            put_prices()
        else:
            await _start_with(home / FILE, owned, put_prices)


def _checked_holdings(path: Path) -> Holdings:
    return parse_holdings(read_file(path, holdings_file.KIND), path.name)


def _checked_prices(path: Path) -> bytes:
    """The bytes that were checked are the bytes that are kept."""
    raw = read_file(path, price_file.KIND)
    parse_prices(raw, path.name)
    return raw


async def _start_with(path: Path, holdings: Holdings, also: Callable[[], None]) -> None:
    """One transaction, so that a crash leaves the old or the new, also under an open broker.

    What has to go with it is done within, so that neither stands where the other cannot.
    """
    async with opened(path) as connection:
        # A running broker checkpoints; two at it at once is what SQLite 3.7.0-3.51.2 gets wrong.
        await connection.execute("PRAGMA wal_autocheckpoint = 0")
        await connection.execute("BEGIN IMMEDIATE")
        ledger = Ledger(connection)
        if await ledger.has_orders():
            raise _exists()
        await ledger.replace_holdings(holdings)
        also()
        await connection.commit()


def _exists() -> Refused:
    return Refused(
        Problem(
            "portfolio.exists",
            "There is a portfolio with orders already",
            "The paper broker in this home has filled orders; new holdings would wipe them out.",
            "Use another home for the new holdings, or keep the portfolio that is there.",
        )
    )


def _make(home: Path) -> None:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(home, error) from error


@contextmanager
def _replacing(path: Path, content: bytes | None) -> Iterator[Callable[[], None]]:
    """Gives what puts a file in place, synced: a crash leaves the old or the new one.

    Where what comes after it fails, the old one comes back. Without content it puts nothing.
    """
    if content is None:
        yield lambda: None
        return
    try:
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
            replacement = _Replacement(path, Path(folder, "new"), Path(folder, "old"))
            replacement.stage(content)
            try:
                yield replacement.put
            except BaseException:
                replacement.take_back()
                raise
    except OSError as error:
        raise _unwritable(path, error) from error


@dataclass(slots=True)
class _Replacement:
    path: Path
    new: Path
    old: Path
    done: bool = False

    def stage(self, content: bytes) -> None:
        self.new.touch(mode=0o600)
        self.new.write_bytes(content)
        durable.sync(self.new)
        if self.path.exists():
            shutil.copy2(self.path, self.old)

    def put(self) -> None:
        durable.put(self.new, self.path)
        self.done = True

    def take_back(self) -> None:
        if not self.done:
            return
        if self.old.exists():
            durable.put(self.old, self.path)
        else:
            self.path.unlink()


def _unwritable(path: Path, error: OSError) -> StoreError:
    return StoreError(
        Problem(
            "portfolio.unwritable",
            "The home cannot be written",
            f"{path}: {error.strerror or error}.",
            "Check who owns the folder and whether the disk is full.",
        )
    )
