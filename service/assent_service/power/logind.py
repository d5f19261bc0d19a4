"""Linux's logind: told before a sleep, with a lock that puts it off, and after it."""

import asyncio
import contextlib
import os
from typing import Any

from dbus_fast import BusType, Message, MessageType
from dbus_fast.aio import MessageBus

from assent_service.power.port import Heard, Told, Unavailable

_LOGIND = "org.freedesktop.login1"
_PATH = "/org/freedesktop/login1"
_MANAGER = "org.freedesktop.login1.Manager"
_BUS = "org.freedesktop.DBus"
_SLEEP_RULE = f"type='signal',sender='{_LOGIND}',interface='{_MANAGER}',member='PrepareForSleep'"
_OWNER_RULE = (
    f"type='signal',sender='{_BUS}',interface='{_BUS}',member='NameOwnerChanged',arg0='{_LOGIND}'"
)


class Logind:
    """Listens to `PrepareForSleep` and holds a delay inhibitor while awake.

    Signals of others than logind's present owner are ignored. When logind restarts the lock is
    taken anew.
    """

    name = "logind"

    def __init__(self) -> None:
        self._bus: MessageBus | None = None
        self._heard: Heard | None = None
        self._owner = ""
        self._lock: int | None = None
        self._following: asyncio.Queue[bool | str] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def start(self, heard: Heard) -> None:
        self._heard = heard
        try:
            self._bus = MessageBus(bus_type=BusType.SYSTEM, negotiate_unix_fd=True)
            await self._bus.connect()
            for rule in (_SLEEP_RULE, _OWNER_RULE):
                await self._call(_BUS, "/org/freedesktop/DBus", _BUS, "AddMatch", "s", rule)
            self._bus.add_message_handler(self._signal)
            self._owner = await self._owner_now()
            await self._take_if_possible()
        except Unavailable:
            raise
        except Exception as error:
            # A bus may be missing, refuse, or speak nonsense: then nobody tells, and no more.
            raise Unavailable(f"{type(error).__name__}: {error}") from error
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._let_go()
        if self._bus is not None and self._bus.connected:
            self._bus.disconnect()

    @property
    def holds_lock(self) -> bool:
        """Whether a sleep waits for us."""
        return self._lock is not None

    def _signal(self, message: Message) -> None:
        """Keep the order in which they come; each may take a while to be followed."""
        if message.message_type is not MessageType.SIGNAL:
            return
        from_logind = message.sender == self._owner and message.interface == _MANAGER
        if from_logind and message.member == "PrepareForSleep" and message.signature == "b":
            self._following.put_nowait(bool(message.body[0]))
        elif message.sender == _BUS and message.member == "NameOwnerChanged":
            self._following.put_nowait(str(message.body[2]))

    async def _follow(self) -> None:
        while True:
            match await self._following.get():
                case bool(going):
                    await (self._going() if going else self._back())
                case str(owner):
                    await self._changed_hands(owner)

    async def _going(self) -> None:
        if self._heard is not None:
            await self._heard(Told.SLEEPING)
        self._let_go()

    async def _back(self) -> None:
        await self._take_if_possible()
        if self._heard is not None:
            await self._heard(Told.WOKE)

    async def _changed_hands(self, owner: str) -> None:
        self._owner = owner
        self._let_go()
        if owner:
            await self._take_if_possible()

    async def _owner_now(self) -> str:
        path, member = "/org/freedesktop/DBus", "GetNameOwner"
        (owner,) = (await self._call(_BUS, path, _BUS, member, "s", _LOGIND)).body
        return str(owner)

    async def _take(self) -> None:
        if self._lock is not None:
            return
        why = ("sleep", "Assent", "Finishes what it is writing.", "delay")
        answer = await self._call(_LOGIND, _PATH, _MANAGER, "Inhibit", "ssss", *why)
        self._lock = answer.unix_fds[answer.body[0]]

    async def _take_if_possible(self) -> None:
        """Without the lock a sleep is told of all the same, only it does not wait."""
        with contextlib.suppress(Unavailable):
            await self._take()

    def _let_go(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    async def _call(
        self, to: str, path: str, interface: str, member: str, signature: str, *body: Any
    ) -> Message:
        if self._bus is None:
            raise Unavailable("there is no bus")
        message = Message(
            destination=to,
            path=path,
            interface=interface,
            member=member,
            signature=signature,
            body=list(body),
        )
        answer = await self._bus.call(message)
        if answer.message_type is MessageType.ERROR:
            raise Unavailable(f"{member}: {answer.error_name}")
        return answer
