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

    def __init__(self, connection: aiosqlite.Connection, reader: Reader) -> None:
        self.read = reader
        self.foreign_writes = 0
        self._writer = Writer(connection, self._count_foreign_write)

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path) -> AsyncIterator["Store"]:
        """Open or create a database; the caller holds the home's lock. Raises StoreError."""
        connection = await _connect(path)
        try:
            async with Reader.open(path) as reader:
                store = cls(connection, reader)
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
    for pragma in ("busy_timeout = 5000", "journal_mode = WAL", "synchronous = FULL"):
        await connection.execute_fetchall(f"PRAGMA {pragma}")
    await connection.execute_fetchall("PRAGMA fullfsync = ON")
    ((version,),) = await connection.execute_fetchall("PRAGMA user_version")
    if version > tables.VERSION:
        raise StoreError(_unusable(path, f"it was written by a newer version ({version})"))
    if version == 0:
        await connection.executescript(
            f"BEGIN IMMEDIATE; {tables.TABLES}"
            f" PRAGMA application_id = {tables.APPLICATION_ID};"
            f" PRAGMA user_version = {tables.VERSION}; COMMIT;"
        )


def _unusable(path: Path, reason: str) -> Problem:
    title, remedy = "The store cannot be used", "Restore it from a backup, or use another home."
    return Problem("store.unusable", title, f"{path}: {reason}.", remedy)
