"""The one writer: whatever is ready goes into one transaction with one sync."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from assent_engine.store.connection import Connection
from assent_engine.store.faults import StorageTrouble, broken, in_trouble, passing, refusal
from assent_engine.store.ledger import Ledger
from assent_engine.store.records import Record, parameters
from assent_schemas.errors import StoreError

WINDOW = 0.05
"""Seconds that a record nobody waits for may stay unwritten."""
CHECKPOINT_BYTES = 4 * 1024 * 1024
"""About how much may be written before the log is carried over into the database."""
_PAGE = 4096


@dataclass(slots=True)
class _Batch:
    records: list[Record]
    waiters: list[asyncio.Future[None]]


class Writer:
    """Drains a queue of records into group commits, in the order in which they were given.

    `foreign_write` is called, before anyone who waits is told, when another connection has
    changed the database since the last commit, at first since `data_version` was read.
    `committed` is called with what a commit has brought to disk. `failures` counts the batches
    that were lost.
    """

    def __init__(
        self,
        connection: Connection,
        data_version: int,
        ledger: Ledger,
        foreign_write: Callable[[], None],
        now: Callable[[], str],
        committed: Callable[[Sequence[Record]], None],
    ) -> None:
        self.failures = 0
        self.trouble: StorageTrouble | None = None
        self.broken: StoreError | None = None
        self.unsettled = False
        self._connection = connection
        self._ledger = ledger
        self._foreign_write = foreign_write
        self._now = now
        self._committed = committed
        self._batch = _Batch([], [])
        self._any, self._urgent = asyncio.Event(), asyncio.Event()
        self._data_version = data_version
        self._unchecked = 0
        self._wrote = False
        self._writing = False
        self._untold: StoreError | None = None
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

    async def drain(self) -> None:
        """Return when all that was enqueued is written; raises StoreError where it was lost."""
        if self._writing or self._batch.records:
            await self.commit(())

    def refuse_after(self, failures: int) -> None:
        """Raise StoreError where a batch was lost since `failures` was read."""
        if failures != self.failures:
            self._untold = None
            raise self.broken or in_trouble("an earlier record could not be written")

    async def close(self) -> None:
        """Write what is left and stop; raises StoreError for a failure nobody heard of."""
        self._closing = True
        self._any.set()
        self._urgent.set()
        await self._task
        if self.broken is None and self._wrote:
            await self._checkpoint("TRUNCATE")
        self.unsettled = self.broken is not None
        self.broken = self.broken or broken("it is closed")
        if self._untold is not None:
            raise self._untold

    def _accept(self, records: Sequence[Record]) -> None:
        if self.broken is not None:
            self._untold = None
            raise self.broken
        self._batch.records.extend(records)
        self._any.set()

    async def _run(self) -> None:
        while not (self._closing and not self._batch.records and not self._batch.waiters):
            await self._any.wait()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WINDOW):
                    await self._urgent.wait()
            self._writing = True
            await self._write()
            self._writing = False

    async def _write(self) -> None:
        batch, self._batch = self._batch, _Batch([], [])
        if not self._closing:
            self._any.clear()
            self._urgent.clear()
        if not batch.records and not batch.waiters:
            return
        try:
            if await self._transaction(self._ledger.linked(batch.records)):
                self._foreign_write()
        except Exception as error:  # noqa: BLE001 - whatever it is, whoever waits must hear of it
            self._fail(batch, error)
            return
        self._ledger.written()
        self.trouble = None
        self._committed(batch.records)
        for waiter in batch.waiters:
            if not waiter.done():
                waiter.set_result(None)
        if self._unchecked > CHECKPOINT_BYTES:
            await self._checkpoint("PASSIVE")

    async def _transaction(self, records: list[Record]) -> bool:
        """Write all records at once; True when somebody else had written since the last time."""
        await self._connection.execute("BEGIN IMMEDIATE")
        try:
            ((version,),) = await self._connection.execute_fetchall("PRAGMA data_version")
            for sql, group in _grouped(records):
                rows = [parameters(one) for one in group]
                self._unchecked += sum(map(_size, rows))
                await self._connection.executemany(sql, rows)
        except BaseException:
            await self._connection.rollback()
            raise
        await self._commit()
        changed = bool(version != self._data_version)
        self._data_version = version
        self._unchecked += _PAGE
        self._wrote = True
        return changed

    async def _commit(self) -> None:
        try:
            await self._connection.commit()
        except Exception as error:
            # Only what is known not to be on disk may be taken back; the rest is for a restart.
            if passing(error):
                await self._connection.rollback()
            raise

    async def _checkpoint(self, mode: str) -> None:
        """Carry the log over. SQLite would do so by itself, but keep a failed sync to itself."""
        self._unchecked = 0
        try:
            await self._connection.execute_fetchall(f"PRAGMA wal_checkpoint({mode})")
        except Exception as error:  # noqa: BLE001 - as for a commit; what was committed stays so
            self._note(error)

    def _fail(self, batch: _Batch, error: Exception) -> None:
        """Nothing of this batch, nor of what came in meanwhile and may build on it, is written."""
        self.failures += 1
        told = self._note(error)
        waiting = [one for one in (*batch.waiters, *self._batch.waiters) if not one.done()]
        self._untold = None if waiting else told
        for waiter in waiting:
            waiter.set_exception(told)
        self._batch = _Batch([], [])

    def _note(self, error: Exception) -> StoreError:
        """Remember what a failure means for all that follows."""
        if not passing(error):
            self.broken = refusal(error)
            return self.broken
        self.trouble = self.trouble or StorageTrouble(self._now(), str(error))
        return refusal(error)


def _size(row: dict[str, object]) -> int:
    return sum(len(value) for value in row.values() if isinstance(value, str | bytes))


def _grouped(records: list[Record]) -> Iterator[tuple[str, Iterator[Record]]]:
    # New rows of different tables cannot meet, so they may be put together; changes can.
    new = [record for record in records if record.sql.startswith("INSERT")]
    changes = [record for record in records if not record.sql.startswith("INSERT")]
    new.sort(key=lambda record: record.sql)
    return groupby([*new, *changes], lambda record: record.sql)
