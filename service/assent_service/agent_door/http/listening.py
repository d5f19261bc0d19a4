"""The port of Streamable HTTP: open as the owner has set it, at once and after each start."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from assent_schemas.errors import Problem
from assent_service.agent_door.entrance import Entrance
from assent_service.agent_door.http.bounds import BOUNDS, HttpBounds
from assent_service.agent_door.http.gate import Gate
from assent_service.agent_door.reach import Reach
from assent_service.http_setting import HttpSetting
from assent_service.web.serving import serving

_LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class HttpDoor:
    """Listens, or not; a port that is taken is a trouble, and keeps nothing else from working."""

    entrance: Entrance
    bounds: HttpBounds = BOUNDS
    port: int | None = None
    trouble: Problem | None = None
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def follow(self) -> None:
        """Listen, or no more, as the setting of the home says."""
        async with self._turn:
            setting = HttpSetting.of(self.entrance.room.home)
            wanted = setting.port if setting.on else None
            if wanted != self.port:
                await self._close()
            if wanted is not None and self.port is None:
                await self._listen(wanted)

    async def close(self) -> None:
        """Listen no more."""
        async with self._turn:
            await self._close()

    async def _listen(self, port: int) -> None:
        try:
            await self._open.enter_async_context(listening(port, self.entrance, self.bounds))
        except OSError as error:
            detail = f"Port {port}: {error.strerror or error}."
            remedy = "Give another one: assent clients http on --port N"
            self.trouble = Problem("http.port", "The port cannot be used", detail, remedy)
            _LOG.error("no HTTP for agents", extra={"problem": self.trouble.as_json()})
        else:
            self.port = port

    async def _close(self) -> None:
        self.port, self.trouble = None, None
        await self._open.aclose()


@asynccontextmanager
async def listening(port: int, entrance: Entrance, bounds: HttpBounds) -> AsyncIterator[Gate]:
    """Serve at a port of the loopback interface; raises OSError."""
    reach = Reach(entrance.room)
    gate = Gate(port, entrance, reach, bounds)
    with bound_to(port) as bound:
        async with serving(gate, bound, bounds):
            try:
                yield gate
            finally:
                await gate.close()
                reach.close()


@contextmanager
def bound_to(port: int) -> Iterator[socket.socket]:
    """A socket at a port that nobody beyond this computer can reach; raises OSError.

    Without the protocol's number asyncio leaves its answers waiting to be filled up: 40 ms each.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as bound:
        if os.name == "posix":
            # Elsewhere it would let others listen at the same port.
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", port))
        yield bound
