"""The home's files: watched while a trigger asks for it, and compared with how they last stood."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from assent_engine.engine import Engine
from assent_engine.scheduling.watched_files import FileState, Survey
from assent_service.file_survey import MOST, state_of, surveyed
from assent_service.file_watch import FileWatch

YOUNG_NS = 2_000_000_000
"""What was changed so short a time ago may be changing still: it is left to the watch."""
_LOG = logging.getLogger("assent.files")


@dataclass(slots=True)
class WatchedHome:
    """Tells the engine of each changed file: at once, or afterwards where nothing watched."""

    engine: Engine
    spawn: Callable[[Coroutine[Any, Any, Any]], None]
    _watch: FileWatch | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _told: dict[str, FileState] = field(default_factory=dict)
    """What the last comparison told of: the watch may have heard of it, too."""

    async def watch(self) -> None:
        """Watch as long as a trigger asks for it."""
        async with self._turn:
            wanted = bool(await self.engine.schedule.watched())
            if wanted and self._watch is None:
                folder, clock = self.engine.home.files, self.engine.clock
                self._watch = FileWatch(folder, clock, lambda _path: True, self._changed)
                await self._watch.start()
            elif not wanted:
                await self._unwatch()

    async def compare(self) -> None:
        """Tell of what has changed while nothing watched; to be called while it does."""
        async with self._turn:
            folder = self.engine.home.files
            paths = sorted(await self.engine.schedule.watched())
            found = {path: await asyncio.to_thread(surveyed, folder, path) for path in paths}
            for path in [path for path, one in found.items() if not one.whole]:
                about = {"path": path, "most": MOST}
                _LOG.warning("too many files: changes are noticed only while it runs", extra=about)
            young = frozenset(_young(found.values()))
            marked = {path: replace(one, young=young) for path, one in found.items()}
            found_out = await self.engine.schedule.surveyed(marked)
            self._told = found_out.changed
            for path in found_out.waits:
                del self._told[path]
                if self._watch is not None:
                    self._watch.stir(path)

    async def stop(self) -> None:
        async with self._turn:
            await self._unwatch()

    async def _unwatch(self) -> None:
        if self._watch is not None:
            await self._watch.stop()
            self._watch = None

    def _changed(self, path: str) -> None:
        self.spawn(self._tell(path))

    async def _tell(self, path: str) -> None:
        state = state_of(self.engine.home.files / path)
        if state is None or self._told.pop(path, None) != state:
            await self.engine.schedule.file_changed(path, state)


def _young(surveys: Iterable[Survey]) -> Iterator[str]:
    now = time.time_ns()
    for one in surveys:
        yield from (at for at, is_ in one.files.items() if 0 <= now - is_.mtime_ns < YOUNG_NS)
