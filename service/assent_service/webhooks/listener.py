"""The listener of a service: open where and while the owner has switched it on, else nothing."""

import asyncio
import logging
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field

from assent_engine.home import Home
from assent_engine.hook_keys import HookKeys
from assent_engine.hooks import Listening, listening
from assent_engine.notices import NoticeLevel
from assent_engine.refusals import refused
from assent_engine.store.records import NewNotice
from assent_schemas.errors import AssentError
from assent_service.desk.room import Room
from assent_service.web.serving import serving
from assent_service.webhooks.app import Calls
from assent_service.webhooks.book import Book
from assent_service.webhooks.bounds import BOUNDS, HookBounds
from assent_service.webhooks.intake import Intake

LOOPBACK = "127.0.0.1"
OFF = "Webhooks are switched off: assent hooks on"
_LOG = logging.getLogger("assent.webhooks")


@dataclass(slots=True)
class Webhooks:
    """The third listener; while it is off no socket exists."""

    room: Room
    bounds: HookBounds = BOUNDS
    seconds: Callable[[], float] = time.monotonic
    reason: str = OFF
    _calls: Calls | None = None
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def port(self) -> int | None:
        return None if self._calls is None else self._calls.port

    async def follow(self) -> None:
        """Do as the store says; that a port is taken is told to the owner, once a start."""
        try:
            await self.listen(await listening(self.room.read))
        except AssentError as error:
            _LOG.warning("webhooks are not listened to", extra={"problem": error.problem.as_json()})
            if error.problem.code == "hook.port_taken":
                await self._tell(error.problem.detail)

    async def listen(self, to: Listening) -> None:
        async with self._turn:
            if not to.on:
                await self.close()
            elif self.port != to.port:
                await self._listen(to.port)

    async def learn(self) -> None:
        async with self._turn:
            if self._calls is None:
                return
            try:
                self._calls.book = await self._book()
            except BaseException:
                # What was revoked must open nothing, even where that cannot be read.
                self._calls.book = Book()
                raise

    async def close(self) -> None:
        """Stop listening; requests under way get a moment more."""
        self._calls, self.reason = None, OFF
        await self._open.aclose()

    async def _listen(self, port: int) -> None:
        """Have the new socket before the old one is given up."""
        async with AsyncExitStack() as opening:
            bound = opening.enter_context(self._bound(port))
            book = await self._book()
            await self.close()
            calls = Calls(port, Intake(self.room), self.bounds, book, self.seconds)
            await opening.enter_async_context(serving(calls, bound, self.bounds.door))
            self._calls, self._open = calls, opening.pop_all()
        _LOG.info("webhooks are listened to", extra={"port": port})

    async def _book(self) -> Book:
        return await Book.read(self.room.read, HookKeys(Home(self.room.home).hooks))

    def _bound(self, port: int) -> socket.socket:
        end = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if sys.platform == "win32":
            # There the other option would share the port with whoever asks.
            end.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            end.bind((LOOPBACK, port))
        except OSError as error:
            end.close()
            self.reason = f"Port {port} cannot be listened to: {error.strerror}."
            remedy = "Choose another one: assent hooks on --port N"
            raise refused("hook.port_taken", self.reason, remedy) from error
        return end

    async def _tell(self, why: str) -> None:
        """Leave the owner a notice, where it can be written."""
        key = f"hooks.port_taken/{self.room.since}"
        with suppress(AssentError):
            said = f"Webhooks are not heard. {why} Choose another port: assent hooks on --port N"
            note = NewNotice(key, said, NoticeLevel.PROBLEM, "", self.room.now)
            await self.room.engine.store.commit(note)


@asynccontextmanager
async def webhooks(room: Room, bounds: HookBounds = BOUNDS) -> AsyncIterator[Webhooks]:
    """The listener of a room, closed until it is told to `follow`, as long as this lasts."""
    found = Webhooks(room, bounds)
    room.webhooks = found
    try:
        yield found
    finally:
        await found.close()
