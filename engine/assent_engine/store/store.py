"""The store port and its SQLite form: reading, committing, and noticing foreign writes."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiosqlite

from assent_engine.store import tables
from assent_engine.store.reader import Reader
from assent_engine.store.records import Record
from assent_engine.store.writer import Writer
from assent_schemas.errors import Problem, StoreError


class Store:
    """One open database: `read` for questions, `commit` and `enqueue` for records.

    `foreign_writes` counts how often another connection was seen to have written.
    """

    def __init__(self, connection: aiosqlite.Connection, data_version: int, reader: Reader) -> None:
        self.read = reader
        self.foreign_writes = 0
        self._writer = Writer(connection, data_version, self._count_foreign_write)

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path) -> AsyncIterator["Store"]:
        """Open or create a database; the caller holds the home's lock. Raises StoreError."""
        connection = await _connect(path)
        try:
            ((data_version,),) = await connection.execute_fetchall("PRAGMA data_version")
            async with Reader.open(path) as reader:
                store = cls(connection, data_version, reader)
                try:
                    yield store
                finally:
                    await store._writer.close()
        finally:
            await connection.close()

    async def commit(self, *records: Record) -> None:
        """Write records in one transaction; returns when they are synced. Raises StoreError."""
        await self._writer.commit(records)

    def enqueue(self, *records: Record) -> None:
        """Write records within 50 ms, in order, without waiting. Raises StoreError."""
        self._writer.enqueue(records)

    def _count_foreign_write(self) -> None:
        self.foreign_writes += 1


async def _connect(path: Path) -> aiosqlite.Connection:
    try:
        path.touch(mode=0o600)  # noqa: ASYNC240 - once, before anything else runs
        connection = await aiosqlite.connect(path, isolation_level=None)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(_unusable(path, str(error))) from error
    try:
        await _prepare(connection, path)
    except BaseException as error:
        await connection.close()
        if isinstance(error, sqlite3.Error):
            raise StoreError(_unusable(path, str(error))) from error
        raise
    return connection


async def _prepare(connection: aiosqlite.Connection, path: Path) -> None:
    await connection.execute_fetchall("PRAGMA busy_timeout = 5000")
    new = await _is_new(connection, path)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "fullfsync = ON"):
        await connection.execute_fetchall(f"PRAGMA {pragma}")
    if new:
        await connection.executescript(
            f"BEGIN IMMEDIATE; {tables.TABLES}"
            f" PRAGMA application_id = {tables.APPLICATION_ID};"
            f" PRAGMA user_version = {tables.VERSION}; COMMIT;"
        )


async def _is_new(connection: aiosqlite.Connection, path: Path) -> bool:
    """Whether the tables are still to be made; raises StoreError where it is none of ours."""
    ((owner,),) = await connection.execute_fetchall("PRAGMA application_id")
    ((version,),) = await connection.execute_fetchall("PRAGMA user_version")
    ((tables_there,),) = await connection.execute_fetchall("SELECT count(*) FROM sqlite_master")
    if owner != tables.APPLICATION_ID and (owner or version or tables_there):
        raise StoreError(_unusable(path, "it belongs to another program"))
    if version > tables.VERSION:
        raise StoreError(_unusable(path, f"it was written by a newer version ({version})"))
    return bool(version == 0)


def _unusable(path: Path, reason: str) -> Problem:
    title, remedy = "The store cannot be used", "Restore it from a backup, or use another home."
    return Problem("store.unusable", title, f"{path}: {reason}.", remedy)
