"""Asking: one connection for all questions, and parts of tables."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assent_engine.store.connection import Connection
from assent_engine.store.reads.values import unreadable
from assent_schemas.errors import StoreError

NO_LIMIT = -1


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a table: at most so many rows `after` one, or from the newest back."""

    after: str | None = None
    most: int = NO_LIMIT
    newest: bool = False

    def of(self, table: str, columns: str, key: str, where: str = "?2 IS NULL") -> str:
        """The statement; it takes `after`, the value of `where`, and `most`."""
        beyond, order = ("<", "DESC") if self.newest else (">", "ASC")
        last = f"(SELECT rowid FROM {table} WHERE {key} = ?1)"  # noqa: S608
        rows = f"SELECT {columns} FROM {table} WHERE ({where})"  # noqa: S608
        return f"{rows} AND (?1 IS NULL OR rowid {beyond} {last}) ORDER BY rowid {order} LIMIT ?3"


class Asking:
    """What every question goes through."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def _all(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        try:
            return [tuple(row) for row in await self._connection.execute_fetchall(sql, values)]
        except sqlite3.Error as error:
            raise StoreError(unreadable(Path("the database"), error)) from error
