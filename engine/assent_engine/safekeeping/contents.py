"""What of a home a backup holds: its files by name, and what its open runs have read."""

import os
import re
import shutil
import sqlite3
from contextlib import suppress
from pathlib import Path

from assent_engine.home import Home
from assent_engine.library import StepLibrary
from assent_schemas.statuses import RunStatus

_HOME = Home(Path())
_READ = re.compile(rf"{_HOME.snapshots.name}/[0-9A-Za-z-]{{1,64}}/[0-9a-f]{{64}}")
_OPEN = tuple(str(status) for status in RunStatus if not status.ended)


def names(library: StepLibrary | None) -> tuple[str, ...]:
    """The names of all that a restore exchanges: files, and the folder of what runs have read."""
    return (*_files(library), _HOME.snapshots.name)


def belongs(name: str, library: StepLibrary | None) -> bool:
    """Whether a file of this name, a path with slashes, can be in a backup."""
    return name in _files(library) or _READ.fullmatch(name) is not None


def held(folder: Path, library: StepLibrary | None) -> list[str]:
    """The names of the files that a copied home consists of, in order."""
    read = (one.relative_to(folder).as_posix() for one in (folder / _HOME.snapshots).glob("*/*"))
    return sorted([*(name for name in _files(library) if (folder / name).exists()), *read])


def keep_read(home: Home, store: sqlite3.Connection, to: Path) -> None:
    """Put what the open runs of a store have read into a folder, as it stands in the home.

    The caller lets no run end meanwhile, as what it read goes with it. What is missing or cannot
    be named is left out: its run says so when it goes on.
    """
    for name in _read(store):
        target = to / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            _take(home.path / name, target)


def _files(library: StepLibrary | None) -> tuple[str, ...]:
    return (_HOME.database.name, *(library.files() if library else ()))


def _read(store: sqlite3.Connection) -> set[str]:
    marks = ", ".join("?" * len(_OPEN))
    rows = store.execute(
        "SELECT j.run_id, json_extract(j.data, '$.digest') FROM journal j"  # noqa: S608
        " JOIN workflow_executions r ON r.id = j.run_id"
        f" WHERE j.kind = 'items' AND r.status IN ({marks})",
        _OPEN,
    )
    found = {f"{_HOME.snapshots.name}/{run}/{digest}" for run, digest in rows}
    return {name for name in found if _READ.fullmatch(name)}


def _take(file: Path, to: Path) -> None:
    """A second name for the same file, as nobody ever writes to it; a copy on another disk."""
    try:
        os.link(file, to)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(file, to)
