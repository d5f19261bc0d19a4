"""A real door in a thread of its own, for tests whose own side does not run in a loop."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from engine.durable.worlds import Bench
from service.owner_door.stages import Stage, stage

Result = TypeVar("Result")


@dataclass
class Served:
    """Both sides of the door, and a way to do something in the service's own loop."""

    bench: Bench
    open: threading.Event = field(default_factory=threading.Event)
    loop: asyncio.AbstractEventLoop = field(init=False)
    here: Stage = field(init=False)
    _enough: asyncio.Event = field(init=False)

    def run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self.loop, self._enough = asyncio.get_running_loop(), asyncio.Event()
        async with stage(self.bench.path, bench=self.bench) as self.here:
            self.open.set()
            await self._enough.wait()

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def close(self) -> None:
        # A test may have closed it before: then the loop is over, or about to be.
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self._enough.set)


@contextmanager
def serving(bench: Bench) -> Iterator[Served]:
    """A service of the bench's home, until the context ends."""
    served = Served(bench)
    thread = threading.Thread(target=served.run)
    thread.start()
    served.open.wait()
    try:
        yield served
    finally:
        served.close()
        thread.join()
