"""A logind of our own on a private system bus, which sleeps when a test says so."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from dbus_fast import Message, MessageType, NameFlag
from dbus_fast.aio import MessageBus

NAME = "org.freedesktop.login1"
PATH = "/org/freedesktop/login1"
MANAGER = "org.freedesktop.login1.Manager"


@dataclass
class MockLogind:
    """Hands out delay inhibitors, and says PrepareForSleep; `let_go` is set as one is closed."""

    bus: MessageBus
    refuse: bool = False
    asked: list[list[str]] = field(default_factory=list)
    taken: asyncio.Queue[int] = field(default_factory=asyncio.Queue)
    _locks: list[int] = field(default_factory=list)

    @classmethod
    @asynccontextmanager
    async def on(cls, address: str) -> AsyncIterator["MockLogind"]:
        bus = await MessageBus(address, negotiate_unix_fd=True).connect()
        one = cls(bus)
        bus.add_message_handler(one._asked)
        await bus.request_name(NAME, NameFlag.DO_NOT_QUEUE)
        try:
            yield one
        finally:
            bus.disconnect()
            for lock in one._locks:
                os.close(lock)

    async def prepare_for_sleep(self, *, going: bool) -> None:
        await say_prepare_for_sleep(self.bus, going=going)

    async def next_lock(self) -> int:
        """The reading end of the next lock that is taken; its end comes when it is let go."""
        async with asyncio.timeout(30):
            return await self.taken.get()

    def _asked(self, message: Message) -> Message | None:
        if message.message_type is not MessageType.METHOD_CALL or message.member != "Inhibit":
            return None
        self.asked.append(list(message.body))
        if self.refuse:
            return Message.new_error(message, "org.freedesktop.DBus.Error.AccessDenied", "no")
        reading, writing = os.pipe()
        self._locks.append(reading)
        self.taken.put_nowait(reading)
        answer = Message.new_method_return(message, "h", [0], [writing])
        # It is sent in this turn of the loop; ours may be closed after it.
        asyncio.get_running_loop().call_later(0.05, os.close, writing)
        return answer


async def say_prepare_for_sleep(bus: MessageBus, *, going: bool) -> None:
    """The signal, from whoever the bus belongs to."""
    await bus.send(Message.new_signal(PATH, MANAGER, "PrepareForSleep", "b", [going]))


async def is_let_go(lock: int) -> None:
    """Return once nobody holds the lock any more."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(lock, over.set)
    try:
        async with asyncio.timeout(30):
            await over.wait()
    finally:
        loop.remove_reader(lock)
