"""The port to the database itself: what the store asks of a connection, and nothing more."""

from collections.abc import Awaitable, Iterable
from typing import Any, Protocol


class Connection(Protocol):
    """A connection to a store's database without transactions of its own making.

    An `aiosqlite.Connection` is one. Raises sqlite3.Error, with SQLite's code where it has one.
    """

    def execute(self, sql: str, parameters: Any = ..., /) -> Awaitable[object]: ...

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Awaitable[object]: ...

    def execute_fetchall(self, sql: str, parameters: Any = ..., /) -> Awaitable[Iterable[Any]]: ...

    def commit(self) -> Awaitable[None]: ...

    def rollback(self) -> Awaitable[None]: ...

    def close(self) -> Awaitable[None]: ...
