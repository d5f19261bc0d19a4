"""Following the log: each new line as it is written, over rotations and restarts of the service."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from assent_service.process.log import files


@contextmanager
def following(home: Path) -> Iterator["Follower"]:
    """Lines that are written from now on; raises OSError where there is no log to watch."""
    current = files(home)[0]
    follower, observer = Follower(home), Observer()
    observer.schedule(_Handler(follower.woken), str(current.parent))
    observer.start()
    try:
        yield follower
    finally:
        observer.stop()
        observer.join()
        follower.close()


class _Handler(FileSystemEventHandler):
    """The system tells of a change, on a thread of the observer's."""

    def __init__(self, woken: threading.Event) -> None:
        self._woken = woken

    def on_any_event(self, event: FileSystemEvent) -> None:  # noqa: ARG002 - whatever it is
        self._woken.set()


class Follower:
    """Reads the log on and on; a file that was rotated meanwhile is read out first."""

    def __init__(self, home: Path) -> None:
        self.woken = threading.Event()
        self._home = home
        self._file: BufferedReader | None = None
        self._rest = b""
        if (current := files(home)[0]).exists():
            self._open(current)

    def close(self) -> None:
        """Read no more."""
        if self._file is not None:
            self._file.close()

    def last(self, lines: int) -> list[str]:
        """The last lines until now, the oldest first; `lines` goes on from there."""
        found = [line for one in self._older() for line in one.read_bytes().splitlines()[-lines:]]
        return [*(one.decode(errors="replace") for one in found), *self.new()][-lines:]

    def lines(self) -> Iterator[str]:
        """Every new line in turn; waits for the next one, for as long as it takes."""
        while True:
            self.woken.clear()
            yield from self.new()
            self.woken.wait()

    def new(self) -> Iterator[str]:
        """The whole lines that were written since the last call."""
        if self._file is not None:
            yield from self._read_on()
        for one in self._newer():
            self._open(one)
            yield from self._read_on()

    def _read_on(self) -> Iterator[str]:
        assert self._file is not None  # noqa: S101 - it is opened by who calls this
        *whole, self._rest = (self._rest + self._file.read()).split(b"\n")
        yield from (one.decode(errors="replace") for one in whole)

    def _newer(self) -> list[Path]:
        """The files that came after the one that is read, the oldest first."""
        there, mine = self._there()
        return there[:mine][::-1]

    def _older(self) -> list[Path]:
        """The files that came before the one that is read, the oldest first."""
        there, mine = self._there()
        return there[mine + 1 :][::-1]

    def _there(self) -> tuple[list[Path], int]:
        """The files that there are, the newest first, and which one is read, or past them."""
        there = [one for one in files(self._home) if one.exists()]
        if self._file is None:
            return there, len(there)
        mine = os.fstat(self._file.fileno())
        known = [os.path.samestat(mine, one.stat()) for one in there]
        return there, known.index(True) if True in known else len(there)

    def _open(self, path: Path) -> BufferedReader:
        self.close()
        self._file, self._rest = path.open("rb"), b""
        return self._file
