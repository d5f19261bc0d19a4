"""The store port and its SQLite form: reading, committing, and noticing foreign writes."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import aiosqlite

from assent_engine import durable
from assent_engine.clock import Clock, SystemClock
from assent_engine.moments import timestamp
from assent_engine.store import tables
from assent_engine.store.connection import Connection
from assent_engine.store.faults import StorageTrouble
from assent_engine.store.ledger import Ledger
from assent_engine.store.reader import Reader
from assent_engine.store.records import AuditEntry, Record
from assent_engine.store.writer import Writer
from assent_schemas.errors import Problem, StoreError


class Store:
    """One open database: `read` for questions, `commit` and `enqueue` for records.

    `foreign_writes` counts how often another connection was seen to have written. `settled`
    becomes true when the store was closed with everything it was given on disk. `heard` is
    called with what was committed, before those who wait for it go on; it must not raise.
    """

    def __init__(
        self,
        connection: Connection,
        data_version: int,
        ledger: Ledger,
        reader: Reader,
        clock: Clock,
    ) -> None:
        self.read = reader
        self.foreign_writes = 0
        self.settled = False
        self.heard: Callable[[Sequence[Record]], None] = _unheard
        self._now = partial(_now, clock)
        self._connection = connection
        self._writer = Writer(
            connection,
            data_version,
            ledger,
            self._count_foreign_write,
            self._now,
            self._hear,
        )

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path, clock: Clock | None = None) -> AsyncIterator["Store"]:
        """Open or create a database; the caller holds the home's lock. Raises StoreError."""
        connection = await _connect(path)
        try:
            async with (
                Reader.open(path) as reader,
                cls.over(connection, reader, clock or SystemClock()) as store,
            ):
                yield store
        finally:
            await connection.close()

    @classmethod
    @asynccontextmanager
    async def over(
        cls, connection: Connection, reader: Reader, clock: Clock
    ) -> AsyncIterator["Store"]:
        """Work on a database that is open and has its tables; `reader` reads the same one.

        The caller closes the connection.
        """
        ((data_version,),) = await connection.execute_fetchall("PRAGMA data_version")
        ledger = Ledger(await reader.last_of_ledger())
        store = cls(connection, data_version, ledger, reader, clock)
        try:
            yield store
        finally:
            await store._close()

    @property
    def storage_trouble(self) -> StorageTrouble | None:
        """Why nothing can be written for now; reads go on, the next commit that works ends it."""
        return self._writer.trouble

    @property
    def failures(self) -> int:
        """How many batches of records were lost since the store was opened."""
        return self._writer.failures

    def pen(self) -> "Pen":
        """A way to write records that build on each other."""
        return Pen(self, self._writer, self.failures)

    async def commit(self, *records: Record) -> None:
        """Write records in one transaction; returns when they are synced. Raises StoreError."""
        await self._writer.commit(records)

    def enqueue(self, *records: Record) -> None:
        """Write records within 50 ms, in order, without waiting. Raises StoreError."""
        self._writer.enqueue(records)

    async def drain(self) -> None:
        """Return when all that was enqueued can be read; raises StoreError where it was lost."""
        await self._writer.drain()

    async def probe(self) -> bool:
        """While there is storage trouble, try to write; True when there is none (any more)."""
        trouble = self.storage_trouble
        if trouble is None:
            return True
        over = AuditEntry(self._now(), "engine", "storage.recovered", trouble.since, trouble.reason)
        try:
            await self.commit(over)
        except StoreError:
            return False
        return True

    def _count_foreign_write(self) -> None:
        self.foreign_writes += 1

    def _hear(self, records: Sequence[Record]) -> None:
        self.heard(records)

    async def _close(self) -> None:
        try:
            await self._writer.close()
            self.settled = not self._writer.unsettled
        finally:
            if self._writer.unsettled:
                # While the reader still holds the file, closing does not sync it once more.
                await self._connection.close()


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes one run's records: once any batch was lost it writes nothing more.

    What follows a lost record would tell of something that never was; the run is stopped by
    the StoreError and goes on from what is recorded, with a new pen.
    """

    store: Store
    writer: Writer
    failures: int

    @property
    def read(self) -> Reader:
        """What is committed."""
        return self.store.read

    async def commit(self, *records: Record) -> None:
        """As Store.commit."""
        self.writer.refuse_after(self.failures)
        await self.store.commit(*records)

    def enqueue(self, *records: Record) -> None:
        """As Store.enqueue."""
        self.writer.refuse_after(self.failures)
        self.store.enqueue(*records)


def _unheard(_records: Sequence[Record]) -> None:
    """What is called where nobody listens."""


def _now(clock: Clock) -> str:
    return timestamp(clock.now())


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
    version = await _form(connection, path)
    for pragma in tables.SETTINGS:
        await connection.execute_fetchall(f"PRAGMA {pragma}")
    if version == 0:
        await connection.executescript(tables.creation())
    elif version < tables.VERSION:
        await _migrate(connection, path, version)


async def _form(connection: aiosqlite.Connection, path: Path) -> int:
    """The form of the tables, 0 where there are none; raises StoreError for those of others."""
    ((owner,),) = await connection.execute_fetchall("PRAGMA application_id")
    ((version,),) = await connection.execute_fetchall("PRAGMA user_version")
    ((tables_there,),) = await connection.execute_fetchall("SELECT count(*) FROM sqlite_master")
    if owner != tables.APPLICATION_ID and (owner or version or tables_there):
        raise StoreError(_unusable(path, "it belongs to another program"))
    if version > tables.VERSION:
        raise StoreError(_unusable(path, f"it was written by a newer version ({version})"))
    return int(version)


async def _migrate(connection: aiosqlite.Connection, path: Path, version: int) -> None:
    """Keep a copy of the older form beside the database, then bring it up to the present one."""
    copy = path.with_name(f"{path.name}.form-{version}")
    await connection.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
    if not copy.exists():
        part = copy.with_name(f"{copy.name}.part")
        part.unlink(missing_ok=True)
        await connection.execute("VACUUM INTO ?", (str(part),))
        part.chmod(0o600)
        durable.put(part, copy)
    await connection.executescript(tables.migration(version))


def _unusable(path: Path, reason: str) -> Problem:
    title, remedy = "The store cannot be used", "Restore it from a backup, or use another home."
    return Problem("store.unusable", title, f"{path}: {reason}.", remedy)
