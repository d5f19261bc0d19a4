"""Putting a backup in the place of a home's files: verified first, at once, and with doubts marked.

The outside may know of more than the backup does. So a run that stands open in it is a case in
the inbox: it goes on only by the owner's word, and then asks the outside before each side effect.
What was due since the backup may have run: it is skipped, and so is what waited for its start,
and what files have changed for until they are surveyed.
"""

import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assent_engine import swap
from assent_engine.home import Home
from assent_engine.interventions import RESTORED
from assent_engine.library import StepLibrary
from assent_engine.moments import timestamp
from assent_engine.notices import NoticeLevel
from assent_engine.safekeeping import backup, contents
from assent_engine.safekeeping.archive import Manifest
from assent_engine.safekeeping.in_doubt import InDoubt
from assent_engine.store import tables
from assent_engine.store.records import AuditEntry, FilesInDoubt, NewNotice, Record, parameters
from assent_schemas.errors import Problem, StoreError
from assent_schemas.statuses import RunStatus

_OPEN = tuple(str(status) for status in RunStatus if not status.ended)
_WHY = "the home was restored from a backup, and the outside may know more than it does"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done: when the backup was made, where the old files are, which runs are in doubt.

    Where there were no files, nothing was `replaced`.
    """

    made: str
    replaced: Path | None
    runs: tuple[str, ...]


def restore(
    home: Home, library: StepLibrary | None, file: Path, now: datetime, by: str
) -> Restored:
    """Exchange a home's files for a backup's; raises StoreError, Refused where it is in use.

    The files that were there are kept in the home, in a folder `replaced-TIME`. A home is made
    only for a backup that is whole.
    """
    if not home.is_made():
        with tempfile.TemporaryDirectory() as folder:
            _verified(file, library, Path(folder))
    home.prepare()
    with home.locked():
        staged = Path(tempfile.mkdtemp(prefix=".restoring-", dir=home.path))
        try:
            manifest = _verified(file, library, staged)
            _keep_only(staged, contents.names(library))
            runs = _mark(staged / home.database.name, timestamp(now), by, manifest.made)
            replaced = home.path / f"replaced-{now:%Y-%m-%dT%H%M%S.%fZ}"
            swap.begin(home.path, staged, replaced, contents.names(library))
        finally:
            if not swap.pending(home.path):
                backup.discard(staged)
    return Restored(manifest.made, replaced if replaced.exists() else None, runs)


def _verified(file: Path, library: StepLibrary | None, folder: Path) -> Manifest:
    manifest, report = backup.verified(file, library, folder)
    if report.findings:
        raise StoreError(_damaged(file, report.findings[0].detail))
    return manifest


def _keep_only(folder: Path, names: tuple[str, ...]) -> None:
    """Remove what looking at the databases has left beside them."""
    for one in folder.iterdir():
        if one.name not in names:
            one.unlink()


def _mark(database: Path, at: str, by: str, made: str) -> tuple[str, ...]:
    """Leave every open run to the owner, and say so, in the copy that is about to be used."""
    marks = ", ".join("?" * len(_OPEN))
    where = f"WHERE status IN ({marks})"
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version < tables.VERSION:
            connection.executescript(tables.migration(version))
        connection.execute("BEGIN IMMEDIATE")
        found = connection.execute(f"SELECT id FROM workflow_executions {where}", _OPEN)  # noqa: S608
        runs = tuple(str(one) for (one,) in found)
        connection.execute(
            "UPDATE workflow_executions SET status = ?, error = ?, cause = ?, restored_at = ?,"  # noqa: S608
            f" updated_at = ? {where}",
            (RunStatus.NEEDS_OWNER, RESTORED, _WHY, at, at, *_OPEN),
        )
        connection.execute(
            "UPDATE occurrences SET status = 'skipped', reason = 'restored', at = ?"
            " WHERE status IN ('queued', 'asked')",
            (at,),
        )
        connection.execute(
            "UPDATE triggers SET ends_seen = (SELECT coalesce(max(seq), 0) FROM ledger)"
        )
        doubt = InDoubt(connection, at, made)
        doubt.close_questions()
        for record in (FilesInDoubt(), *_records(at, by, made), *doubt.cases()):
            connection.execute(record.sql, parameters(record))
        connection.execute("COMMIT")
    return runs


def _records(at: str, by: str, made: str) -> list[Record]:
    text = f"This home was restored from a backup made {made}. What was done since is not in it."
    return [
        AuditEntry(at, by, "restore", "home", made),
        NewNotice(f"restored/{at}", text, NoticeLevel.PROBLEM, "", at),
    ]


def _damaged(file: Path, fault: str) -> Problem:
    title, remedy = "The backup is damaged", "Use another backup: nothing was changed."
    return Problem("backup.damaged", title, f"{file}: {fault}.", remedy)
