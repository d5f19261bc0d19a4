"""Following the events: on from where the client was, over as many connections as it takes."""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from assent_client.finding import Found
from assent_schemas import exact_json
from assent_schemas.errors import Problem, Refused
from assent_schemas.places import HOST
from assent_schemas.wire.events import FOLLOWING, Cursor, Event

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

Greeting = Callable[[], Awaitable[tuple[Found, list[tuple[str, str]]]]]
LARGEST_EVENT = 1 << 20
_FIRST_WAIT, _LONGEST_WAIT = 0.05, 5.0
_FINAL = {"service.version"}
"""What does not pass by waiting."""


@asynccontextmanager
async def following(
    greet: Greeting, since: Cursor | None, patience: float | None
) -> AsyncIterator["Events"]:
    """Events from the moment the context begins; raises Refused where no service answers then."""
    events = Events(greet, since, math.inf if patience is None else patience)
    await events.open()
    try:
        yield events
    finally:
        await events.close()


class Events:
    """Every event in turn; `cursor` is the last one, to go on from in another process."""

    def __init__(self, greet: Greeting, since: Cursor | None, patience: float) -> None:
        self.cursor = since
        self._greet, self._patience = greet, patience
        self._connection: ClientConnection | None = None

    def __aiter__(self) -> "Events":
        return self

    async def __anext__(self) -> Event:
        """The next event; raises Refused where the service stays away."""
        from websockets.exceptions import ConnectionClosed

        while True:
            try:
                event = await self._received()
            except ConnectionClosed:
                await self._reopen()
                continue
            self.cursor = Cursor(event.epoch, event.seq)
            if event.type != FOLLOWING:
                return event

    async def open(self) -> None:
        """Connect; raises Refused."""
        from websockets.exceptions import InvalidHandshake

        found, headers = await self._greet()
        try:
            self._connection = await _connected(found, headers, self.cursor)
        except InvalidHandshake as error:
            raise _unavailable(str(error)) from error
        event = await self._received()
        self.cursor = self.cursor or Cursor(event.epoch, event.seq)

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def _received(self) -> Event:
        assert self._connection is not None  # noqa: S101 - it is opened with its context
        return _event(await self._connection.recv())

    async def _reopen(self) -> None:
        """Connect again as soon as a service answers, for as long as patience lasts."""
        from websockets.exceptions import ConnectionClosed

        loop = asyncio.get_running_loop()
        end, wait = loop.time() + self._patience, _FIRST_WAIT
        while True:
            try:
                return await self.open()
            except (Refused, OSError, ConnectionClosed) as error:
                told = error if isinstance(error, Refused) else _unavailable(str(error))
                if told.problem.code in _FINAL or loop.time() + wait > end:
                    raise told from error
            await asyncio.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT)


async def _connected(
    found: Found, headers: list[tuple[str, str]], cursor: Cursor | None
) -> "ClientConnection":
    from websockets.asyncio.client import connect, unix_connect

    query = {} if cursor is None else {"epoch": cursor.epoch, "after": cursor.seq}
    uri = f"ws://{HOST}/events?{urlencode(query)}"
    more: dict[str, Any] = {
        "additional_headers": headers,
        "max_size": LARGEST_EVENT,
        "compression": None,
        "ping_interval": None,
        "close_timeout": 1,
    }
    if found.address.socket is not None:
        return await unix_connect(found.address.socket, uri, **more)
    return await connect(uri, host="127.0.0.1", port=found.address.port, proxy=None, **more)


def _event(text: str | bytes) -> Event:
    """An event as it was sent; raises Refused for anything else."""
    try:
        return Event(**exact_json.decode(text))
    except (ValueError, TypeError) as error:
        raise _unavailable(f"an event cannot be read ({type(error).__name__})") from error


def _unavailable(detail: str) -> Refused:
    title = "The events cannot be followed"
    return Refused(Problem("service.no_events", title, f"{detail}.", "Try again."))
