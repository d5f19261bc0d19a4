"""A panel for tests: watches for status icons, reads their menus as panels do, and clicks."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from dbus_fast import Message, MessageType, NameFlag, Variant
from dbus_fast.aio import MessageBus

WATCHER = "org.kde.StatusNotifierWatcher"
MENU = "com.canonical.dbusmenu"
ITEM = "org.kde.StatusNotifierItem"
PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Row:
    """One entry as a host sees it; `path` are the labels on the way to it."""

    number: int
    path: tuple[str, ...]
    enabled: bool


@dataclass
class Host:
    """Watcher and host in one; `icons` are the bus names that have registered."""

    bus: MessageBus
    icons: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    icon: str = ""
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def next_icon(self) -> str:
        async with asyncio.timeout(PATIENCE):
            self.icon = await self.icons.get()
        return self.icon

    async def ask(self, path: str, face: str, member: str, signature: str, *body: Any) -> list[Any]:
        answer = await self.bus.call(
            Message(
                destination=self.icon,
                path=path,
                interface=face,
                member=member,
                signature=signature,
                body=list(body),
            )
        )
        if answer.message_type is MessageType.ERROR:
            raise LookupError(answer.error_name, *answer.body)
        return list(answer.body)

    async def of_the_icon(self, name: str) -> Any:
        """One of the icon's properties."""
        face = "org.freedesktop.DBus.Properties"
        (found,) = await self.ask("/StatusNotifierItem", face, "Get", "ss", ITEM, name)
        return found.value

    async def rows(self) -> list[Row]:
        """The whole menu."""
        path = await self.of_the_icon("Menu")
        _, root = await self.ask(path, MENU, "GetLayout", "iias", 0, -1, [])
        return list(_flat(root, ()))

    async def labels(self) -> list[str]:
        return [row.path[-1] for row in await self.rows()]

    async def click(self, number: int) -> None:
        path = await self.of_the_icon("Menu")
        await self.ask(path, MENU, "Event", "isvu", number, "clicked", Variant("s", ""), 0)

    async def until(self, seen: Callable[[list[Row]], Any]) -> Any:
        """What `seen` finds in the menu, as soon as it finds something there."""
        async with asyncio.timeout(PATIENCE):
            while True:
                self._changed.clear()
                if found := seen(await self.rows()):
                    return found
                await self._changed.wait()

    def _asked(self, message: Message) -> Message | None:
        if message.message_type is MessageType.SIGNAL and message.member == "LayoutUpdated":
            self._changed.set()
            return None
        if message.message_type is not MessageType.METHOD_CALL or message.interface != WATCHER:
            return None
        self.icons.put_nowait(str(message.sender))
        return Message.new_method_return(message)


@asynccontextmanager
async def host(address: str) -> AsyncIterator[Host]:
    """A panel on a bus, for as long as the context lasts."""
    bus = await MessageBus(address).connect()
    one = Host(bus)
    bus.add_message_handler(one._asked)
    rule = f"type='signal',interface='{MENU}'"
    await bus.call(
        Message(
            destination="org.freedesktop.DBus",
            path="/org/freedesktop/DBus",
            interface="org.freedesktop.DBus",
            member="AddMatch",
            signature="s",
            body=[rule],
        )
    )
    await bus.request_name(WATCHER, NameFlag.DO_NOT_QUEUE)
    try:
        yield one
    finally:
        bus.disconnect()


def named(label: str) -> Callable[[list[Row]], Row | None]:
    """Finds the first entry whose label begins so."""
    return lambda rows: next((row for row in rows if row.path[-1].startswith(label)), None)


def inside(outer: str, label: str) -> Callable[[list[Row]], Row | None]:
    """Finds an entry somewhere in a submenu."""

    def found(row: Row) -> bool:
        within = any(one.startswith(outer) for one in row.path[:-1])
        return within and row.path[-1].startswith(label)

    return lambda rows: next((row for row in rows if found(row)), None)


def _flat(node: list[Any], path: tuple[str, ...]) -> Any:
    for child in node[2]:
        number, properties, _ = child.value
        label = properties["label"].value.replace("__", "_") if "label" in properties else ""
        here = (*path, label)
        enabled = properties["enabled"].value if "enabled" in properties else False
        yield Row(number, here, enabled)
        yield from _flat(child.value, here)
