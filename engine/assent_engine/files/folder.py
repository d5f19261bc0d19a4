"""A folder on disk as the place for files: nothing outside it is reached, by no name and no link.

Every part of a path is opened by its parent's descriptor and may not be a link, so that nobody
can swap it meanwhile. Where the platform has no such calls (Windows), parts are looked at first.
"""

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from assent_engine.files.paths import parts, shown
from assent_engine.files.port import MOST_BYTES, Contents, FileFault

_BY_DESCRIPTOR = os.open in os.supports_dir_fd
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
# A pipe that nobody writes to would keep the reader waiting for ever.
_AT_ONCE = getattr(os, "O_NONBLOCK", 0)
_BINARY = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _BINARY


@dataclass(frozen=True, slots=True)
class Folder:
    """The files beneath `root`, which itself may be a link that the owner made."""

    root: Path

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        names = parts(path)
        with _faults(path), self._opened(names[:-1], make=False) as place:
            handle = place.open(names[-1], os.O_RDONLY | _AT_ONCE)
            with _file(handle, path) as file:
                yield file

    def write(self, folder: str, contents: Contents) -> None:
        with _faults(folder), self._opened(parts(folder), make=True) as place:
            for name, pieces in contents.items():
                place.put(name, pieces)
            place.sync()

    @contextmanager
    def _opened(self, names: list[str], *, make: bool) -> Iterator["_Place"]:
        """The folder of these names, one by one; missing ones are made if asked."""
        place = _Place.of(self.root)
        try:
            for name in names:
                if make:
                    place.make(name)
                inner = place.inside(name)
                place.close()
                place = inner
            yield place
        finally:
            place.close()


@dataclass(frozen=True, slots=True)
class _Place:
    """One folder, held open by its descriptor where the platform can."""

    path: Path
    handle: int | None

    @classmethod
    def of(cls, path: Path) -> "_Place":
        return cls(path, os.open(path, _FOLDER) if _BY_DESCRIPTOR else None)

    def inside(self, name: str) -> "_Place":
        if self.handle is not None:
            return _Place(self.path / name, self.open(name, _FOLDER))
        self._refuse_link(name)
        return _Place(self.path / name, None)

    def open(self, name: str, flags: int) -> int:
        if self.handle is not None:
            return os.open(name, flags | _NO_LINK | _BINARY, 0o600, dir_fd=self.handle)
        self._refuse_link(name)
        return os.open(self.path / name, flags | _BINARY, 0o600)

    def make(self, name: str) -> None:
        """Make a folder, private to its owner, if it is not there."""
        try:
            os.mkdir(self._named(name), 0o700, dir_fd=self.handle)
        except FileExistsError:
            return
        self.sync()

    def put(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write a file under another name, sync it, and only then give it its own."""
        draft = f".{name}.part"
        with os.fdopen(self.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        at = self.handle
        os.replace(self._named(draft), self._named(name), src_dir_fd=at, dst_dir_fd=at)

    def sync(self) -> None:
        if self.handle is not None:
            os.fsync(self.handle)

    def close(self) -> None:
        if self.handle is not None:
            os.close(self.handle)

    def _named(self, name: str) -> str | Path:
        return name if self.handle is not None else self.path / name

    def _refuse_link(self, name: str) -> None:
        found = self.path / name
        junction = getattr(os.path, "isjunction", lambda _path: False)
        if found.is_symlink() or junction(found):
            raise FileFault(f"{shown(name)} is a link, which is never followed.")


def _file(handle: int, path: str) -> BinaryIO:
    try:
        _refuse_odd(os.fstat(handle), path)
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def _refuse_odd(found: os.stat_result, path: str) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise FileFault(f"{shown(path)} is no regular file.")
    if found.st_size > MOST_BYTES:
        raise FileFault(f"{shown(path)} has {found.st_size} bytes; {MOST_BYTES} are allowed.")


@contextmanager
def _faults(path: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise FileFault(f"There is no file {shown(path)}.") from error
    except OSError as error:
        linked = error.errno in {errno.ELOOP, errno.ENOTDIR}
        reason = "it leads through a link or a file" if linked else error.strerror or str(error)
        raise FileFault(f"{shown(path)} cannot be used: {reason}.") from error
