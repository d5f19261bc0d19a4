"""At work: an engine behind the desk, heard by everyone who follows the events."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from assent_engine.engine import Engine
from assent_schemas.errors import Problem
from assent_service.desk.behind import Held, Working
from assent_service.desk.room import Room
from assent_service.desk.telling import Telling

STOPPING = Problem("service.stopping", "The service stops", "It takes nothing on any more.")


@asynccontextmanager
async def at_work(room: Room, engine: Engine) -> AsyncIterator[Room]:
    """Let an engine, which was opened with `room.carriers.hear`, work as long as this lasts.

    At the end the runs that were begun at the desk stop where they stand.
    """
    telling = Telling(room.hub, engine.store.read)
    engine.store.heard = telling.hear
    looking = asyncio.create_task(telling.run())
    room.behind = Working(engine)
    room.hub.publish("service.changed", {"state": room.behind.state})
    try:
        yield room
    finally:
        room.behind = Held(STOPPING, clock=engine.clock)
        room.hub.publish("service.changed", {"state": room.behind.state})
        await room.carriers.close()
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
