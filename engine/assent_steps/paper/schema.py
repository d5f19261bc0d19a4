"""The paper broker's file: its tables, and how it is opened."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiosqlite

from assent_schemas.errors import Problem, StoreError

FILE = "paper-broker.sqlite"
VERSION = 1

# Money and quantities are text, so that every digit survives; a minus sign is a broken invariant.
_TABLES = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS orders (
    order_number INTEGER PRIMARY KEY,
    client_order_id TEXT NOT NULL UNIQUE,
    symbol TEXT NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
    status TEXT NOT NULL CHECK (status = 'filled'),
    quantity TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS fills (
    fill_number INTEGER PRIMARY KEY,
    order_number INTEGER NOT NULL REFERENCES orders,
    filled_quantity TEXT NOT NULL,
    price TEXT NOT NULL,
    value TEXT NOT NULL,
    filled_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS fills_of_order ON fills (order_number);
CREATE TABLE IF NOT EXISTS lots (
    lot_number INTEGER PRIMARY KEY,
    symbol TEXT NOT NULL,
    purchased_on TEXT NOT NULL,
    quantity TEXT NOT NULL CHECK (quantity NOT LIKE '-%'),
    cost TEXT NOT NULL CHECK (cost NOT LIKE '-%'),
    fill_number INTEGER REFERENCES fills
) STRICT;
CREATE INDEX IF NOT EXISTS lots_of_symbol ON lots (symbol, purchased_on, lot_number);
CREATE TABLE IF NOT EXISTS slices (
    fill_number INTEGER NOT NULL REFERENCES fills,
    lot_number INTEGER NOT NULL REFERENCES lots,
    quantity TEXT NOT NULL,
    cost TEXT NOT NULL,
    proceeds TEXT NOT NULL,
    realized_pl TEXT NOT NULL,
    PRIMARY KEY (fill_number, lot_number)
) STRICT;
CREATE TABLE IF NOT EXISTS cash (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    amount TEXT NOT NULL CHECK (amount NOT LIKE '-%')
) STRICT;
INSERT OR IGNORE INTO cash VALUES (1, '0');
CREATE TABLE IF NOT EXISTS targets (
    symbol TEXT PRIMARY KEY,
    weight TEXT NOT NULL
) STRICT;
PRAGMA user_version = 1;
COMMIT;
"""


@asynccontextmanager
async def opened(path: Path, *, read_only: bool = False) -> AsyncIterator[aiosqlite.Connection]:
    """A connection to the file, made with its tables unless `read_only`; raises StoreError.

    Whatever its user does while it is open raises what it raises, but for errors of SQLite.
    """
    address = _address(path, read_only=read_only)
    try:
        async with aiosqlite.connect(address, uri=True, isolation_level=None) as connection:
            connection.row_factory = sqlite3.Row
            await _prepare(connection, path, read_only=read_only)
            yield connection
    except sqlite3.Error as error:
        raise _unusable(path, str(error)) from error


def _address(path: Path, *, read_only: bool) -> str:
    if not read_only:
        try:
            path.touch(mode=0o600)
        except OSError as error:
            raise _unusable(path, str(error)) from error
    return f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}"


async def _prepare(connection: aiosqlite.Connection, path: Path, *, read_only: bool) -> None:
    if not read_only:
        await connection.execute("PRAGMA journal_mode = WAL")
        await connection.execute("PRAGMA synchronous = FULL")
        await connection.execute("PRAGMA foreign_keys = ON")
    async with connection.execute("PRAGMA user_version") as cursor:
        row = await cursor.fetchone()
    version = row[0] if row else 0
    if version > VERSION:
        raise _unusable(path, f"it has the form {version} of a newer release")
    if version < VERSION and not read_only:
        await connection.executescript(_TABLES)


def _unusable(path: Path, reason: str) -> StoreError:
    return StoreError(
        Problem(
            "portfolio.unusable",
            "The paper broker's file cannot be used",
            f"{path.name}: {reason}.",
            f"Check that {path} is a file of this release that you may read and write.",
        )
    )
