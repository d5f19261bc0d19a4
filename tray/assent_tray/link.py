"""The link to the service: made, lost and made again for as long as the tray lives."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from assent_schemas.errors import Problem, Refused
from assent_schemas.wire.events import Cursor, Event

if TYPE_CHECKING:
    from assent_client.client import Client

NOT_RUNNING = "service.not_running"
_FIRST_WAIT, _LONGEST_WAIT = 0.1, 3.0
_BROKEN = Problem("service.no_events", "The events cannot be followed", "The connection broke.")


@dataclass(slots=True)
class Link:
    """Says when a service is there, what happens in it, and when it is gone.

    `client` is the service while it is there.
    """

    home: Path
    there: Callable[[], None]
    heard: Callable[[Event], None]
    gone: Callable[[Problem], None]
    client: "Client | None" = None
    _cursor: Cursor | None = None
    _hurry: asyncio.Event = field(default_factory=asyncio.Event)

    async def keep(self) -> None:
        """Stay in touch, until cancelled."""
        wait = _FIRST_WAIT
        while True:
            if await self._follow():
                wait = _FIRST_WAIT
            await self._pause(wait)
            wait = min(2 * wait, _LONGEST_WAIT)

    def hurry(self) -> None:
        """Look for the service at once: there is reason to believe that it is there."""
        self._hurry.set()

    async def _follow(self) -> bool:
        """Follow the events for as long as they come; whether a service was there at all."""
        from websockets.exceptions import ConnectionClosed

        was_there = False
        try:
            async with self._connected() as client, client.events(self._cursor, patience=0) as told:
                was_there, self.client = True, client
                self.there()
                async for event in told:
                    self._cursor = told.cursor
                    self.heard(event)
        except Refused as error:
            self.client = None
            self.gone(error.problem)
        except (OSError, ConnectionClosed):
            self.client = None
            self.gone(_BROKEN)
        return was_there

    async def _pause(self, seconds: float) -> None:
        self._hurry.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._hurry.wait()
        except TimeoutError:
            return

    def _connected(self) -> AbstractAsyncContextManager["Client"]:
        from assent_client.client import connected

        return connected(self.home, f"tray/{version('assent')}")
