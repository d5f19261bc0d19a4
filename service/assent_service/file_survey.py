"""A survey of watched files: how each stands, without following links, within bounds."""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from assent_engine.scheduling.watched_files import FileState, Survey

MOST = 10_000
"""Files beneath one watched path; where there are more, none is remembered."""
DEEPEST = 32
"""Folders within folders that are looked into."""


def surveyed(folder: Path, path: str) -> Survey:
    """How the files stand at a path beneath a folder; what cannot be read is not there."""
    found: dict[str, FileState] = {}
    at = folder.joinpath(path)
    if any(one.is_symlink() for one in at.parents if one.is_relative_to(folder) and one != folder):
        return Survey()
    for name, state in _walk(at, path, DEEPEST):
        if len(found) == MOST:
            return Survey(whole=False)
        found[name] = state
    return Survey(found)


def state_of(file: Path) -> FileState | None:
    """How one file stands; None where there is none, or it is a link."""
    with suppress(OSError):
        found = file.lstat()
        if stat.S_ISREG(found.st_mode):
            return FileState(found.st_size, found.st_mtime_ns)
    return None


def _walk(at: Path, name: str, depth: int) -> Iterator[tuple[str, FileState]]:
    if (state := state_of(at)) is not None:
        yield name, state
        return
    if depth == 0 or at.is_symlink():
        return
    with suppress(OSError), os.scandir(at) as entries:
        for one in entries:
            if _is_text(one.name):
                yield from _walk(Path(one.path), f"{name}/{one.name}", depth - 1)


def _is_text(name: str) -> bool:
    """A name whose bytes are no UTF-8 cannot be written down."""
    return not any("\ud800" <= one <= "\udfff" for one in name)
