"""Serving: an ASGI application on a socket of ours, without a tick while nobody asks."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.server import ServerState

from assent_service.web.bounds import DoorBounds
from assent_service.web.protocol import Connection, EventsConnection


@asynccontextmanager
async def serving(
    app: ASGIApp, listening: socket.socket, bounds: DoorBounds
) -> AsyncIterator[ServerState]:
    """Serve as long as the context lasts; requests under way at its end get a moment more.

    uvicorn's own server wakes ten times a second; of it only the connections are used here.
    """
    config, state = _config(app, bounds), ServerState()
    config.load()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Connection(config, state, bounds), sock=listening, backlog=bounds.connections
    )
    try:
        yield state
    finally:
        server.close()
        await _ended(state, bounds.seconds_to_end)


def _config(app: ASGIApp, bounds: DoorBounds) -> Config:
    return Config(
        app,
        http=Connection,
        ws=EventsConnection,
        ws_max_size=1024,
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        interface="asgi3",
        timeout_keep_alive=bounds.seconds_idle,
        h11_max_incomplete_event_size=bounds.header,
    )


async def _ended(state: ServerState, seconds: float) -> None:
    """Let what is under way end, and then no more."""
    for connection in list(state.connections):
        connection.shutdown()
    if state.tasks:
        _, late = await asyncio.wait(set(state.tasks), timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
    for connection in list(state.connections):
        connection.transport.abort()
