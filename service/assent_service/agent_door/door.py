"""The agent door as a whole: opened on a home for a room, open as long as its context lasts."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assent_schemas.places import DoorFolder
from assent_service import doorway, peers
from assent_service.agent_door.bounds import BOUNDS, AgentBounds
from assent_service.agent_door.entrance import Entrance
from assent_service.agent_door.greeting import BAD, Greeting, greeting_of
from assent_service.agent_door.http.listening import HttpDoor
from assent_service.agent_door.lines import TooLong, lines
from assent_service.desk.room import Room
from assent_service.doorway import Doorway
from assent_service.kept_door import KeptDoor

NAME = "agent door"
_LOG = logging.getLogger(__name__)
_FULL = b'{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Too many connections."}}\n'


@asynccontextmanager
async def agent_door(
    home: Path,
    room: Room,
    *,
    bounds: AgentBounds = BOUNDS,
    unix: bool = sys.platform != "win32",
) -> AsyncIterator[KeptDoor]:
    """Open the door of a home that is there; raises Refused or StoreError where it cannot be.

    The caller holds the home's lock. Connections outlive that it has to be opened again.
    """
    entrance = Entrance(room, bounds)
    door, http = Door(entrance, bounds, token_asked=not unix), HttpDoor(entrance)
    kept = KeptDoor(NAME, lambda: _listening(DoorFolder.of_agents(home), door, unix=unix))
    await kept.open()
    room.http = http
    try:
        await http.follow()
        yield kept
    finally:
        await kept.close()
        await http.close()
        await door.close()
        await entrance.close()


@asynccontextmanager
async def _listening(folder: DoorFolder, door: "Door", *, unix: bool) -> AsyncIterator[Doorway]:
    with doorway.opened(folder, NAME, unix=unix) as found:
        server = await asyncio.start_server(door.connected, sock=found.listening)
        try:
            yield found
        finally:
            server.close()


@dataclass(slots=True)
class Door:
    """Takes connections, hears who they are, and leads them into the hall.

    On the loopback interface anybody could come: there a token is asked for.
    """

    entrance: Entrance
    bounds: AgentBounds
    token_asked: bool
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    _strangers: int = 0

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until its end; whatever happens in it stays in it."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a callback of the server's is one
        self._tasks.add(task)
        try:
            await self._served(reader, writer)
        except asyncio.CancelledError:
            # The door closes; asyncio would complain of its own callback else.
            pass
        except (OSError, TimeoutError):
            _LOG.debug("a connection ended", exc_info=True)
        except Exception:  # noqa: BLE001 - it is one client's, and must not be the door's
            _LOG.exception("a connection failed")
        finally:
            self._tasks.discard(task)
            writer.close()
            with suppress(OSError, TimeoutError, asyncio.CancelledError):
                await writer.wait_closed()

    async def close(self) -> None:
        """End every connection."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if peers.is_stranger(peers.peer_uid(writer.get_extra_info("socket"))):
            _LOG.warning("another user was turned away")
            return
        if len(self._tasks) > self.bounds.connections:
            writer.write(_FULL)
            return
        incoming = lines(reader, self.bounds.line)
        async with asyncio.timeout(self.bounds.seconds_to_greet):
            first = await anext(incoming, None)
        if first is None:
            return
        greeting = self._greeting(first)
        follows = _with_first(first, incoming) if greeting is None else incoming
        if greeting is None and self.token_asked:
            greeting = BAD
            follows = _with_first(first, incoming)
        await self._led_in(greeting, follows, writer)

    def _greeting(self, first: bytes | TooLong) -> Greeting | None:
        if isinstance(first, TooLong):
            return BAD if first.first.startswith(b'{"assent"') else None
        return greeting_of(first, self.bounds.greeting)

    async def _led_in(
        self,
        greeting: Greeting | None,
        incoming: AsyncIterator[bytes | TooLong],
        writer: asyncio.StreamWriter,
    ) -> None:
        """Serve it, as one of the strangers if it has shown no token."""
        stranger = greeting is None or greeting is BAD
        if stranger and self._strangers >= self.bounds.strangers:
            writer.write(_FULL)
            return
        self._strangers += stranger
        try:
            hall = await self.entrance.hall()
            await hall.serve(greeting, incoming, writer)
        finally:
            self._strangers -= stranger


async def _with_first(
    first: bytes | TooLong, rest: AsyncIterator[bytes | TooLong]
) -> AsyncIterator[bytes | TooLong]:
    yield first
    async for one in rest:
        yield one
