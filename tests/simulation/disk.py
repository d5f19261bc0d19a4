"""A disk under the store: what was synced survives, and it may be full or break at any write."""

import asyncio
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any

from assent_engine.store import tables

Statement = tuple[str, list[Any]]


class Dead(Exception):
    """The process of this connection has died: nothing it does reaches anything any more."""


@dataclass(slots=True)
class Trouble:
    """How likely one write or read is to fail, and how long a full disk stays full, in seconds."""

    full: float = 0.0
    broken: float = 0.0
    unreadable: float = 0.0
    longest: float = 600.0


def _error(text: str, code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(text)
    error.sqlite_errorcode = code
    return error


@cache
def _empty() -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.executescript(tables.creation())
    image = connection.serialize()
    connection.close()
    return image


@dataclass(slots=True)
class Disk:
    """One database in memory: real tables and statements, of which a crash keeps what is synced."""

    chance: Random
    trouble: Trouble = field(default_factory=Trouble)
    full_until: float = 0.0
    writes: int = 0
    database: sqlite3.Connection = field(init=False)
    _synced: bytes | None = None
    """What is safe, where the database has more than that."""

    def __post_init__(self) -> None:
        self._load(_empty())

    def write(self, statements: list[Statement], *, synced: bool) -> None:
        """Carry out a transaction, whole or not at all."""
        if not synced and self._synced is None:
            self._synced = self.database.serialize()
        try:
            self.database.execute("BEGIN")
            for sql, rows in statements:
                self.database.executemany(sql, rows)
            self.database.execute("COMMIT")
        except BaseException:
            self.database.execute("ROLLBACK")
            raise
        if synced:
            self.sync()

    def sync(self) -> None:
        self._synced = None

    def crash(self) -> None:
        """Forget what was not synced."""
        if self._synced is not None:
            self.database.close()
            self._load(self._synced)
            self._synced = None

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.database.execute(sql, values).fetchall()

    def close(self) -> None:
        self.database.close()

    def may_fail(self) -> sqlite3.OperationalError | None:
        """What goes wrong with the next write, if anything."""
        self.writes += 1
        now, drawn = asyncio.get_running_loop().time(), self.chance.random()
        if drawn < self.trouble.full:
            self.full_until = now + self.chance.uniform(0, self.trouble.longest)
        if now < self.full_until:
            return _error("database or disk is full", sqlite3.SQLITE_FULL)
        if self.trouble.full <= drawn < self.trouble.full + self.trouble.broken:
            return _error("disk I/O error", sqlite3.SQLITE_IOERR_FSYNC)
        return None

    def may_not_be_read(self) -> sqlite3.OperationalError | None:
        """What goes wrong with the next read of the reading connection, if anything."""
        if self.trouble.unreadable and self.chance.random() < self.trouble.unreadable:
            return _error("disk I/O error", sqlite3.SQLITE_IOERR_READ)
        return None

    def _load(self, image: bytes) -> None:
        self.database = sqlite3.connect(":memory:", isolation_level=None)
        self.database.deserialize(image)


@dataclass(slots=True)
class DiskConnection:
    """One connection of one process, as the store wants it; `cut` when that process dies."""

    disk: Disk
    chance: Random
    reads: bool = False
    """Whether it is the reading one."""
    cut: bool = False
    _begun: list[Statement] = field(default_factory=list)

    async def execute(self, sql: str, _parameters: Any = (), /) -> None:
        if sql != "BEGIN IMMEDIATE":
            raise AssertionError(sql)
        await self._takes_time()
        self._begun = []

    async def executemany(self, sql: str, parameters: Iterable[Any], /) -> None:
        await self._takes_time()
        if (error := self.disk.may_fail()) is not None:
            raise error
        self._begun.append((sql, list(parameters)))

    async def execute_fetchall(self, sql: str, parameters: Any = (), /) -> list[tuple[Any, ...]]:
        await self._takes_time()
        if "wal_checkpoint" in sql:
            self.disk.sync()
            return [(0, 0, 0)]
        if self.reads and (error := self.disk.may_not_be_read()) is not None:
            raise error
        return self.disk.ask(sql, *parameters)

    async def commit(self) -> None:
        """The moment of truth lies somewhere between the call and its answer."""
        await self._takes_time()
        error = self.disk.may_fail()
        broken = error is not None and error.sqlite_errorcode != sqlite3.SQLITE_FULL
        if error is None or (broken and self.chance.random() < 0.5):
            self.disk.write(self._begun, synced="synchronous = FULL" in tables.SETTINGS)
        await self._takes_time()
        if error is not None:
            raise error

    async def rollback(self) -> None:
        await self._takes_time()
        self._begun = []

    async def close(self) -> None:
        """Nothing is held."""

    async def _takes_time(self) -> None:
        if not self.cut:
            drawn = self.chance.random()
            await asyncio.sleep(0 if drawn < 0.7 else drawn * 0.02)
        if self.cut:
            raise Dead
