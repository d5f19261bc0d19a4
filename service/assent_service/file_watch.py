"""Watching the home's files: the operating system tells of a change, and it is passed on once."""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path, PurePath

from watchdog.events import (
    EVENT_TYPE_CLOSED,
    EVENT_TYPE_CREATED,
    EVENT_TYPE_MODIFIED,
    EVENT_TYPE_MOVED,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from assent_engine.clock import Clock, Timer

QUIET = 0.5
"""Seconds in which a file must not change any more before its change is passed on."""
LONGEST = 10.0
"""Seconds after which a file that never comes to rest is told of all the same."""
MOST = 1_000
"""How many changed files may wait at once; the rest is told of with the next change."""
_CHANGES = {EVENT_TYPE_CREATED, EVENT_TYPE_MODIFIED, EVENT_TYPE_CLOSED, EVENT_TYPE_MOVED}


class FileWatch:
    """Calls `changed` with the path of a file in a folder, beneath it and with slashes.

    A file that is written in several goes is told of once it has come to rest; one that is put
    in place by renaming counts as changed, one that is removed does not. `wanted` says which
    paths matter. Folders that are links are not followed.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        wanted: Callable[[str], bool],
        changed: Callable[[str], None],
    ) -> None:
        self._folder = folder.resolve()
        self._clock = clock
        self._wanted = wanted
        self._changed = changed
        self._observer: BaseObserver | None = None
        self._unrest: dict[str, _Unrest] = {}

    async def start(self) -> None:
        """Begin to watch; raises OSError where the system has no room for it."""
        loop = asyncio.get_running_loop()
        observer = Observer()
        observer.schedule(_Handler(loop, self._heard), str(self._folder), recursive=True)
        await asyncio.to_thread(observer.start)
        self._observer = observer

    async def stop(self) -> None:
        """Watch no more; what has not come to rest is found at the next start."""
        for one in self._unrest.values():
            one.cancel()
        self._unrest.clear()
        if self._observer is not None:
            self._observer.stop()
            await asyncio.to_thread(self._observer.join)
            self._observer = None

    def stir(self, name: str) -> None:
        """A file is changing: pass that on once it has come to rest."""
        one = self._unrest.get(name)
        if one is None and len(self._unrest) < MOST:
            one = self._unrest[name] = _Unrest(self._clock, lambda: self._rested(name))
        if one is not None:
            one.stir()

    def _heard(self, path: str) -> None:
        name = self._name(path)
        if name is not None and self._wanted(name):
            self.stir(name)

    def _name(self, path: str) -> str | None:
        with contextlib.suppress(ValueError):
            return PurePath(path).relative_to(self._folder).as_posix()
        return None

    def _rested(self, name: str) -> None:
        self._unrest.pop(name).cancel()
        self._changed(name)


class _Unrest:
    """One file that is changing; `rested` is called once it has stopped, or gone on for long."""

    def __init__(self, clock: Clock, rested: Callable[[], None]) -> None:
        self._clock = clock
        self._rested = rested
        self._quiet: Timer | None = None
        self._longest = clock.timer(LONGEST, rested)

    def stir(self) -> None:
        if self._quiet is not None:
            self._quiet.cancel()
        self._quiet = self._clock.timer(QUIET, self._rested)

    def cancel(self) -> None:
        self._longest.cancel()
        if self._quiet is not None:
            self._quiet.cancel()


class _Handler(FileSystemEventHandler):
    """Hears of changes on the observer's thread and passes them to the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, heard: Callable[[str], None]) -> None:
        self._loop = loop
        self._heard = heard

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.is_directory or event.event_type not in _CHANGES:
            return
        moved = event.event_type == EVENT_TYPE_MOVED
        path = event.dest_path if moved else event.src_path
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._heard, str(path))
