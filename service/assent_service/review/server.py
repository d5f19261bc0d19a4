"""The port of the review page: opened when a review is asked for, closed when nobody looks."""

import asyncio
import logging
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from assent_service.desk.desk import Desk
from assent_service.desk.reviewing import NoReviews, Subject
from assent_service.review.bounds import BOUNDS, ReviewBounds
from assent_service.review.keys import Keys
from assent_service.web.serving import serving

LOOPBACK = "127.0.0.1"
_LOG = logging.getLogger("assent.review")


@dataclass(slots=True)
class ReviewServer:
    """One port for all reviews of a service; `seconds` tells time passed."""

    desk: Desk
    bounds: ReviewBounds = BOUNDS
    seconds: Callable[[], float] = time.monotonic
    port: int | None = None
    """Where it listens; None while it does not."""
    _keys: Keys = field(init=False)
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _closed: asyncio.Event = field(default_factory=asyncio.Event)
    _patience: asyncio.TimerHandle | None = None
    _closing: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self._keys = Keys(self.bounds, self.seconds)

    async def open(self, subject: Subject, by: str) -> tuple[str, int]:
        """An address for one look, and for how many seconds it is good."""
        async with self._turn:
            if self.port is None:
                await self._listen()
            code = self._keys.issue(subject, by)
            self._used()
            return f"http://{LOOPBACK}:{self.port}/open/{code}", self.bounds.code_seconds

    async def close(self) -> None:
        """Stop listening, and forget who might look; requests under way get a moment more."""
        async with self._turn:
            await self._close()

    async def closed(self) -> None:
        """Wait until it does not listen any more."""
        await self._closed.wait()

    async def _listen(self) -> None:
        # Not before it is needed, and in a thread: the templates take a while to load.
        reviews = await asyncio.to_thread(_application)
        async with AsyncExitStack() as opening:
            bound = opening.enter_context(_bound())
            port = int(bound.getsockname()[1])
            app = reviews(self.desk, self._keys, port, self.bounds, self._used)
            await opening.enter_async_context(serving(app, bound, self.bounds.door))
            self.port, self._open = port, opening.pop_all()
        self._closed.clear()
        _LOG.info("a review is open", extra={"port": self.port})

    async def _close(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        if self.port is not None:
            self.port = None
            self._keys = Keys(self.bounds, self.seconds)
            await self._open.aclose()
            _LOG.info("no review is open")
        self._closed.set()

    def _used(self) -> None:
        """Somebody who may looks: wait as long as anew."""
        if self._patience is not None:
            self._patience.cancel()
        left = self._keys.anything_left
        seconds = self.bounds.idle_seconds if left else self.bounds.linger_seconds
        self._patience = asyncio.get_running_loop().call_later(seconds, self._give_up)

    def _give_up(self) -> None:
        self._patience = None
        self._closing = asyncio.get_running_loop().create_task(self._close_unless_used())

    async def _close_unless_used(self) -> None:
        async with self._turn:
            # Somebody may have asked for a review in between.
            if self._patience is None:
                await self._close()


def _application() -> type:
    from assent_service.review.app import Reviews

    return Reviews


def _bound() -> socket.socket:
    end = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform == "win32":
        # There another program could take the same port beside this one.
        end.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    end.bind((LOOPBACK, 0))
    return end


@asynccontextmanager
async def reviews(desk: Desk, bounds: ReviewBounds = BOUNDS) -> AsyncIterator[ReviewServer]:
    """Reviews for whoever asks the desk for one, as long as this lasts."""
    found = ReviewServer(desk, bounds)
    desk.room.reviews = found
    try:
        yield found
    finally:
        desk.room.reviews = NoReviews()
        await found.close()
