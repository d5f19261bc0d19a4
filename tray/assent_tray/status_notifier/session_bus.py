"""The session bus: found anew at each try, and asked a few plain things."""

import asyncio
import os
from pathlib import Path
from typing import Any

from dbus_fast import Message, MessageFlag, MessageType
from dbus_fast.aio import MessageBus

_SECONDS = 5
"""Whoever does not answer by then will not."""
DBUS, DBUS_PATH = "org.freedesktop.DBus", "/org/freedesktop/DBus"


class Unreachable(Exception):
    """There is no session bus, it does not answer, or it refuses."""


def address() -> str:
    """Where the session bus is; raises Unreachable."""
    if given := os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return given
    usual = Path(os.environ.get("XDG_RUNTIME_DIR", f"/run/user/{os.getuid()}")) / "bus"
    if not usual.exists():
        raise Unreachable("there is no session bus")
    return f"unix:path={usual}"


async def connected() -> MessageBus:
    """The session bus; raises Unreachable."""
    where = address()
    try:
        return await MessageBus(bus_address=where).connect()
    except Exception as error:
        # An address may be wrong, nobody may be there, or what is there may speak nonsense.
        raise Unreachable(f"the session bus cannot be used ({type(error).__name__})") from error


async def ask(
    bus: MessageBus, to: tuple[str, str, str], member: str, signature: str = "", *body: Any
) -> list[Any]:
    """The answer of a name, path and interface; nobody is started for it. Raises Unreachable."""
    name, path, interface = to
    message = Message(
        destination=name,
        path=path,
        interface=interface,
        member=member,
        signature=signature,
        body=list(body),
        flags=MessageFlag.NO_AUTOSTART,
    )
    try:
        async with asyncio.timeout(_SECONDS):
            answer = await bus.call(message)
    except Exception as error:
        # The bus may break at any moment, in any of the ways that sockets break.
        raise Unreachable(f"{member}: {type(error).__name__}") from error
    if answer.message_type is MessageType.ERROR:
        raise Unreachable(f"{member}: {answer.error_name}")
    return list(answer.body)


async def has_owner(bus: MessageBus, name: str) -> bool:
    """Whether somebody has a name on the bus; raises Unreachable."""
    (found,) = await ask(bus, (DBUS, DBUS_PATH, DBUS), "NameHasOwner", "s", name)
    return bool(found)
