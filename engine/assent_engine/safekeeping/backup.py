"""Making a backup while the engine acts: store and outside world as they are at one moment.

While the outside is copied the store's write lock is held: no intent can be recorded, so nothing
begins that the store's copy does not know of, and no run ends, so that what it has read stays until
it has a second name. The store itself is then copied at leisure, from
the snapshot of that moment, and nobody waits for it.
"""

import shutil
import sqlite3
import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path

from assent_engine import durable
from assent_engine.home import Home
from assent_engine.library import StepLibrary
from assent_engine.moments import timestamp
from assent_engine.safekeeping import archive, contents, examination, shelf
from assent_engine.safekeeping.archive import Manifest
from assent_engine.safekeeping.examination import Report
from assent_schemas.errors import Problem, Refused, StoreError


def back_up(
    home: Home, library: StepLibrary | None, now: datetime, to: Path | None = None
) -> tuple[Path, Manifest]:
    """Write a verified backup, by default into the home; raises StoreError or Refused.

    The home may be in use by this or another process. A damaged store is not backed up, and no
    file is ever overwritten.
    """
    try:
        file = to or shelf.place(home.path, now)
        if file.exists():
            raise Refused(_exists(file))
        with tempfile.TemporaryDirectory(prefix=".backing-up-", dir=file.parent) as folder:
            return file, _made(home, library, now, file, Path(folder))
    except OSError as error:
        raise StoreError(_unwritten(error)) from error


def _made(
    home: Home, library: StepLibrary | None, now: datetime, file: Path, folder: Path
) -> Manifest:
    content, part = folder / "content", folder / "part"
    content.mkdir()
    _copy(home, library, content)
    if findings := examined(content, library).findings:
        detail = f"{findings[0].subject}: {findings[0].detail}."
        title, remedy = "The store is damaged", "See all of it: assent verify"
        raise StoreError(Problem("store.damaged", title, detail, remedy))
    manifest = archive.pack(content, contents.held(content, library), timestamp(now), part)
    # Linking, unlike renaming, refuses a file that came to be meanwhile.
    durable.sync(part)
    file.hardlink_to(part)
    durable.sync_folder(file.parent)
    return manifest


def _copy(home: Home, library: StepLibrary | None, content: Path) -> None:
    """Consistent copies, the store's in one file without a log beside it; raises StoreError."""
    copy = content / home.database.name
    copy.touch(mode=0o600)
    try:
        with (
            closing(_connected(home.database, "rw")) as lock,
            closing(_connected(home.database, "ro")) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            lock.execute("BEGIN IMMEDIATE")
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if library is not None:
                library.copy_world(home.path, content)
            contents.keep_read(home, source, content)
            lock.execute("ROLLBACK")
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        title, remedy = "The store cannot be read", "See what is wrong: assent verify"
        problem = Problem("store.unreadable", title, f"{home.database}: {error}.", remedy)
        raise StoreError(problem) from error


def _connected(database: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{database.as_uri()}?mode={mode}", uri=True, isolation_level=None)


def verified(file: Path, library: StepLibrary | None, folder: Path) -> tuple[Manifest, Report]:
    """A backup's content, unpacked into an empty folder, and what examining it found."""
    manifest = archive.unpack(file, folder, lambda name: contents.belongs(name, library))
    return manifest, examined(folder, library)


def examined(folder: Path, library: StepLibrary | None) -> Report:
    """What a thorough look at a copied home finds."""
    database = Home(folder).database
    try:
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            report = examination.whole(connection)
            if not examination.is_ours(connection):
                report.add("pages", [(database.name, "it is no store of this release")])
    except sqlite3.Error as error:
        report = Report()
        report.add("pages", [(database.name, str(error))])
    if library is not None:
        report.add("world", [*library.faults(folder, thorough=True)] or [None])
    return report


def discard(folder: Path) -> None:
    """Remove a folder of copies."""
    shutil.rmtree(folder, ignore_errors=True)


def _exists(file: Path) -> Problem:
    title, remedy = "There is a file already", "Name a new file; none is overwritten."
    return Problem("backup.exists", title, f"{file} is there already.", remedy)


def _unwritten(error: OSError) -> Problem:
    detail = f"{error.filename or 'a file'}: {error.strerror or error}."
    remedy = "Name a file in a folder with room that you may write to: assent backup FILE"
    return Problem("backup.not_written", "The backup cannot be written", detail, remedy)
