"""Adopting a person's files: each is checked in full, then taken over whole or not at all."""

import contextlib
import os
import tempfile
from pathlib import Path

from assent_schemas.errors import Problem, Refused, StoreError
from assent_steps import holdings as holdings_file
from assent_steps import price_file
from assent_steps.files.table import read_file
from assent_steps.holdings import Holdings, parse_holdings
from assent_steps.paper.ledger import Ledger
from assent_steps.paper.schema import FILE, opened
from assent_steps.price_file import parse_prices


async def adopt_files(home: Path, holdings: Path | None, prices: Path | None) -> None:
    """Take files into a home; raises InputFileError, Refused (portfolio.exists), StoreError."""
    owned = _checked_holdings(holdings) if holdings else None
    quoted = _checked_prices(prices) if prices else None
    _make(home)
    if owned is not None:
        await _start_with(home / FILE, owned)
    if quoted is not None:
        _replace(home / price_file.FILE, quoted)


def _checked_holdings(path: Path) -> Holdings:
    return parse_holdings(read_file(path, holdings_file.KIND), path.name)


def _checked_prices(path: Path) -> bytes:
    """The bytes that were checked are the bytes that are kept."""
    raw = read_file(path, price_file.KIND)
    parse_prices(raw, path.name)
    return raw


async def _start_with(path: Path, holdings: Holdings) -> None:
    """One transaction, so that a crash leaves the old or the new, also under an open broker."""
    async with opened(path) as connection:
        # A running broker checkpoints; two at it at once is what SQLite 3.7.0-3.51.2 gets wrong.
        await connection.execute("PRAGMA wal_autocheckpoint = 0")
        await connection.execute("BEGIN IMMEDIATE")
        ledger = Ledger(connection)
        if await ledger.has_orders():
            raise _exists()
        await ledger.replace_holdings(holdings)
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


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that a crash leaves the old or the new one, synced."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                Path(name).unlink()
            raise
        _sync_folder(path.parent)
    except OSError as error:
        raise _unwritable(path, error) from error


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unwritable(path: Path, error: OSError) -> StoreError:
    return StoreError(
        Problem(
            "portfolio.unwritable",
            "The home cannot be written",
            f"{path}: {error.strerror or error}.",
            "Check who owns the folder and whether the disk is full.",
        )
    )
