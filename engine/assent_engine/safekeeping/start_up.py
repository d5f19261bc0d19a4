"""Before anything acts: a damaged store stops the engine, and names the way back."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from assent_engine.durable import sync_folder
from assent_engine.home import Home
from assent_engine.library import StepLibrary
from assent_engine.runner.snapshots import Snapshots
from assent_engine.safekeeping import examination
from assent_engine.safekeeping.examination import Finding, Report
from assent_engine.safekeeping.kept_items import kept_items
from assent_engine.safekeeping.shelf import newest
from assent_schemas.errors import Problem, StoreError

INTERRUPT_AGAIN = 0.05
"""Seconds after which an examination that was stopped and goes on is interrupted once more."""

_NOTED_SINCE = 2
SMALL = 32 * 1024 * 1024
"""Bytes up to which every page is looked at on each start: it takes a moment only."""


@dataclass(frozen=True, slots=True)
class OpenMark:
    """A file that is there while a home is open: who finds it follows one that did not close."""

    home: Path

    def set(self) -> bool:
        """Note that the home is open; True when it was never noted as closed before."""
        unclean = self._file.exists()
        self._file.touch(mode=0o600)
        sync_folder(self.home)
        return unclean

    def clear(self) -> None:
        """Note that everything is on disk."""
        self._file.unlink(missing_ok=True)

    @property
    def _file(self) -> Path:
        return self.home / "open"


def _strange_log(database: Path) -> list[tuple[str, str]]:
    """A log beside a database that was closed: SQLite would take it for what came last.

    Stores of the first form did not note that they were closed.
    """
    log = database.with_name(f"{database.name}-wal")
    if not (log.exists() and log.stat().st_size) or _form(database) < _NOTED_SINCE:
        return []
    return [(log.name, "it was not there when the home was closed")]


def _form(database: Path) -> int:
    """The form as the file's own header has it, whatever a log may say."""
    with database.open("rb") as file:
        return int.from_bytes(file.read(64)[60:64], "big")


async def inspect(home: Home, library: StepLibrary | None, *, unclean: bool) -> None:
    """Raise StoreError (`store.damaged`) unless the ledger and every open run are whole.

    After an unclean stop, or where it is small, the database's pages are looked at too.
    A file that is no store of ours is left to whoever opens it.
    """
    report = Report()
    if home.database.exists() and not unclean:
        report.add("log", _strange_log(home.database))
    if home.database.exists() and not report.findings:
        pages = unclean or home.database.stat().st_size <= SMALL
        report = await in_thread(home.database, lambda one: _brief(one, pages=pages))
    if library is not None:
        report.add("world", _world(library, home.path, thorough=unclean))
    if report.findings:
        raise StoreError(damaged(home, report.findings))


async def examine(home: Home, library: StepLibrary | None) -> Report:
    """Look at everything, without writing; cancelling it stops it at once. Raises StoreError."""
    report = await in_thread(home.database, examination.whole)
    if library is not None:
        report.add("world", _world(library, home.path, thorough=True))
    return report


async def verify(home: Home, library: StepLibrary | None) -> Report:
    """As `examine`, and what open runs have read: where that is gone, one run stands, not all."""
    report = await examine(home, library)
    check = partial(kept_items, snapshots=Snapshots(home.snapshots))
    more = await in_thread(
        home.database, lambda one: examination.looked_at(one, [("items", check)])
    )
    return Report(report.examined | more.examined, [*report.findings, *more.findings])


def damaged(home: Home, findings: list[Finding]) -> Problem:
    """The problem of a store that must not be acted upon."""
    first = findings[0]
    more = f" ({len(findings) - 1} findings more: assent verify)" if len(findings) > 1 else ""
    detail = f"{first.check}, {first.subject}: {first.detail}{more}."
    backup = newest(home.path)
    remedy = f"Restore the newest backup: assent restore {backup}" if backup else _NO_BACKUP
    return Problem("store.damaged", "The store is damaged; nothing is acted upon", detail, remedy)


_NO_BACKUP = "There is no backup in this home. With one from elsewhere: assent restore FILE"


async def in_thread(path: Path, work: Callable[[sqlite3.Connection], Report]) -> Report:
    """Examine a database in a thread on a connection of its own; a cancelled caller ends it."""
    with closing(_reading(path)) as connection:
        task = asyncio.create_task(asyncio.to_thread(work, connection))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            # Between two statements there is nothing to interrupt, and the next one would go on.
            while not task.done():
                connection.interrupt()
                await asyncio.wait([task], timeout=INTERRUPT_AGAIN)
            raise


def _reading(path: Path) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode=ro"
    try:
        return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        title, remedy = "The store cannot be read", "Give yourself access to it."
        problem = Problem("store.unreadable", title, f"{path}: {error}.", remedy)
        raise StoreError(problem) from error


def _brief(connection: sqlite3.Connection, *, pages: bool) -> Report:
    try:
        ours = examination.is_ours(connection)
    except sqlite3.DatabaseError:
        return Report()
    return examination.brief(connection, pages=pages) if ours else Report()


def _world(library: StepLibrary, home: Path, *, thorough: bool) -> list[tuple[str, str] | None]:
    faults = library.faults(home, thorough=thorough)
    return [*faults] or [None]
