"""What passes the gate: bodies that were read already, parts of answers that are taken in time."""

import asyncio

from starlette.types import Message, Receive, Send


def replayed(body: bytes, receive: Receive) -> Receive:
    """Receive anew what was read, and then what comes after it."""
    read = iter((body,))

    async def again() -> Message:
        for part in read:
            return {"type": "http.request", "body": part, "more_body": False}
        return await receive()

    return again


def in_time(send: Send, seconds: float) -> Send:
    """Send, but to nobody who does not take it: raises TimeoutError, which ends the answer."""

    async def sending(message: Message) -> None:
        async with asyncio.timeout(seconds):
            await send(message)

    return sending
