"""The one writer: whatever is ready goes into one transaction with one sync."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import aiosqlite

from assent_engine.store.records import Record, parameters
from assent_schemas.errors import Problem, StoreError

WINDOW = 0.05
"""Seconds that a record nobody waits for may stay unwritten."""


@dataclass(slots=True)
class _Batch:
    records: list[Record]
    waiters: list[asyncio.Future[None]]


class Writer:
    """Drains a queue of records into group commits, in the order in which they were given.

    `foreign_write` is called, before anyone who waits is told, when another connection has
    changed the database since the last commit, at first since `data_version` was read.
    """

    def __init__(
        self,
        connection: aiosqlite.Connection,
        data_version: int,
        foreign_write: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._foreign_write = foreign_write
        self._batch = _Batch([], [])
        self._any, self._urgent = asyncio.Event(), asyncio.Event()
        self._data_version = data_version
        self._trouble: StoreError | None = None
        self._untold = False
        self._closing = False
        self._task = asyncio.create_task(self._run())

    def enqueue(self, records: Sequence[Record]) -> None:
        """Write soon, un-awaited: within WINDOW, and never after a later commit."""
        self._accept(records)

    async def commit(self, records: Sequence[Record]) -> None:
        """Write and return when it is synced; raises StoreError."""
        self._accept(records)
        waiter = asyncio.get_running_loop().create_future()
        self._batch.waiters.append(waiter)
        self._urgent.set()
        await waiter

    async def close(self) -> None:
        """Write what is left and stop; raises StoreError for a failure nobody heard of."""
        self._closing = True
        self._any.set()
        self._urgent.set()
        await self._task
        if self._trouble is not None and self._untold:
            raise self._trouble
        self._trouble = self._trouble or StoreError(_problem("it is closed"))

    def _accept(self, records: Sequence[Record]) -> None:
        if self._trouble is not None:
            self._untold = False
            raise self._trouble
        self._batch.records.extend(records)
        self._any.set()

    async def _run(self) -> None:
        while not (self._closing and not self._batch.records and not self._batch.waiters):
            await self._any.wait()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WINDOW):
                    await self._urgent.wait()
            await self._write()

    async def _write(self) -> None:
        batch, self._batch = self._batch, _Batch([], [])
        if not self._closing:
            self._any.clear()
            self._urgent.clear()
        if not batch.records and not batch.waiters:
            return
        try:
            if await self._transaction(batch.records):
                self._foreign_write()
        except Exception as error:  # noqa: BLE001 - whatever it is, whoever waits must hear of it
            self._fail(batch, error)
            return
        for waiter in batch.waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def _transaction(self, records: list[Record]) -> bool:
        """Write all records at once; True when somebody else had written since the last time."""
        await self._connection.execute("BEGIN IMMEDIATE")
        try:
            ((version,),) = await self._connection.execute_fetchall("PRAGMA data_version")
            for sql, group in _grouped(records):
                await self._connection.executemany(sql, [parameters(one) for one in group])
        except BaseException:
            await self._connection.rollback()
            raise
        await self._connection.commit()
        changed = bool(version != self._data_version)
        self._data_version = version
        return changed

    def _fail(self, batch: _Batch, error: Exception) -> None:
        self._trouble = StoreError(_problem(str(error)))
        waiting = [one for one in (*batch.waiters, *self._batch.waiters) if not one.done()]
        self._untold = not waiting
        for waiter in waiting:
            waiter.set_exception(self._trouble)
        self._batch = _Batch([], [])


def _grouped(records: list[Record]) -> Iterator[tuple[str, Iterator[Record]]]:
    # New rows of different tables cannot meet, so they may be put together; changes can.
    new = [record for record in records if record.sql.startswith("INSERT")]
    changes = [record for record in records if not record.sql.startswith("INSERT")]
    new.sort(key=lambda record: record.sql)
    return groupby([*new, *changes], lambda record: record.sql)


def _problem(reason: str) -> Problem:
    title, remedy = "The store cannot be written", "Nothing further will be acted upon."
    return Problem("store.write_failed", title, f"{reason}.", remedy)
