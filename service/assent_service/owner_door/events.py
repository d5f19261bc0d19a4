"""Events over WebSocket: each client goes on where it was, and a slow one is cut off."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.websockets import WebSocket

from assent_engine.moments import timestamp
from assent_schemas import exact_json
from assent_schemas.errors import Problem, Refused
from assent_schemas.wire.events import FOLLOWING, Cursor, Event
from assent_service.desk.hub import Follower, Hub
from assent_service.web.bounds import DoorBounds
from assent_service.web.refusals import TITLE, refusal

_LONGEST_NUMBER = 18
_POLICY_VIOLATION = 1008


def following(hub: Hub, bounds: DoorBounds) -> Callable[[WebSocket], Awaitable[None]]:
    """The endpoint of `/events?epoch=&after=`."""

    async def follow(client: WebSocket) -> None:
        try:
            since = _since(client)
        except Refused as error:
            await client.send_denial_response(refusal(error))
            return
        # From here on nothing is lost, even if the client hears of it a moment later.
        cursor = since or Cursor(hub.epoch, hub.last)
        follower = hub.follow(cursor)
        try:
            await client.accept()
            await _send(client, _first(hub, cursor), bounds)
            await _until_it_ends(client, follower, bounds)
        finally:
            follower.close()

    return follow


def _since(client: WebSocket) -> Cursor | None:
    """Where the client wants to go on; raises Refused."""
    epoch, after = client.query_params.get("epoch"), client.query_params.get("after")
    if epoch is None and after is None:
        return None
    if epoch and after and after.isascii() and after.isdigit() and len(after) <= _LONGEST_NUMBER:
        return Cursor(epoch, int(after))
    raise Refused(Problem("door.form", TITLE, "Events are asked for by epoch and after."))


def _first(hub: Hub, cursor: Cursor) -> Event:
    return Event(cursor.epoch, cursor.seq, FOLLOWING, timestamp(hub.clock.now()))


async def _until_it_ends(client: WebSocket, follower: Follower, bounds: DoorBounds) -> None:
    """Send until the client goes, speaks, or does not listen any more."""
    sending = asyncio.create_task(_send_all(client, follower, bounds))
    hearing = asyncio.create_task(client.receive())
    try:
        await asyncio.wait({sending, hearing}, return_when=asyncio.FIRST_COMPLETED)
        if hearing.done() and hearing.result()["type"] != "websocket.disconnect":
            await client.close(_POLICY_VIOLATION)
    finally:
        sending.cancel()
        hearing.cancel()
        await asyncio.gather(sending, hearing, return_exceptions=True)


async def _send_all(client: WebSocket, follower: Follower, bounds: DoorBounds) -> None:
    while True:
        for event in await follower.next():
            await _send(client, event, bounds)


async def _send(client: WebSocket, event: Event, bounds: DoorBounds) -> None:
    text = exact_json.encode(exact_json.plain(event.as_json()), as_ordered=True).decode()
    async with asyncio.timeout(bounds.seconds_to_take):
        await client.send_text(text)
