"""The icon and its menu on the session bus, whenever there is one, with whichever host."""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus

from assent_tray.asks import Ask
from assent_tray.icon import Panel as Colour
from assent_tray.ports import Look
from assent_tray.status_notifier import dbusmenu, item
from assent_tray.status_notifier.dbusmenu import DBusMenu
from assent_tray.status_notifier.item import StatusNotifierItem
from assent_tray.status_notifier.numbers import Numbers
from assent_tray.status_notifier.panel_colour import panel_colour
from assent_tray.status_notifier.session_bus import (
    DBUS,
    DBUS_PATH,
    Unreachable,
    ask,
    connected,
    has_owner,
)

WATCHER = "org.kde.StatusNotifierWatcher"
_WATCHER = (WATCHER, "/StatusNotifierWatcher", WATCHER)
_RULE = (
    f"type='signal',sender='{DBUS}',interface='{DBUS}',member='NameOwnerChanged',arg0='{WATCHER}'"
)
_FIRST_WAIT, _LONGEST_WAIT = 0.2, 10.0
_LOG = logging.getLogger(__name__)


class Panel:
    """Shows the newest look to each host that comes, for as long as `keep` runs."""

    def __init__(self, clicked: Callable[[Ask], None], colour: Colour | None = None) -> None:
        self._clicked, self._colour = clicked, colour
        self._numbers = Numbers()
        self._look: Look | None = None
        self._item: StatusNotifierItem | None = None
        self._menu: DBusMenu | None = None
        self._said = ""
        self._registering: asyncio.Future[None] | None = None

    def show(self, look: Look) -> None:
        self._look = look
        if self._item is not None and self._menu is not None:
            self._item.set(look.face, look.headline)
            self._menu.set(self._numbers.numbered(look.items))

    async def keep(self) -> None:
        """Be on the bus; one that is missing or breaks is looked for again, until cancelled."""
        wait = _FIRST_WAIT
        while True:
            try:
                await self._on_a_bus()
                wait = _FIRST_WAIT
            except Unreachable as error:
                self._say(f"{error}; the icon comes when there is one")
            await asyncio.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT)

    async def _on_a_bus(self) -> None:
        """From connecting to losing the connection; raises Unreachable."""
        bus = await connected()
        try:
            await self._serve(bus)
            with contextlib.suppress(Exception):
                # However it ends, it is over: what matters is to come back.
                await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
        finally:
            self._item = self._menu = None
            if bus.connected:
                bus.disconnect()

    async def _serve(self, bus: MessageBus) -> None:
        colour = self._colour or await panel_colour(bus)
        self._item, self._menu = StatusNotifierItem(colour), DBusMenu(self._clicked)
        if self._look is not None:
            self.show(self._look)
        bus.export(item.PATH, self._item)
        bus.export(dbusmenu.PATH, self._menu)
        bus.add_message_handler(lambda message: self._heard(bus, message))
        await ask(bus, (DBUS, DBUS_PATH, DBUS), "AddMatch", "s", _RULE)
        if await has_owner(bus, WATCHER):
            await self._register(bus)
        else:
            self._say("no panel here shows status icons yet; the icon comes when one does")

    def _heard(self, bus: MessageBus, message: Message) -> None:
        """A watcher that came late, or again, has not heard of us."""
        if message.message_type is not MessageType.SIGNAL or message.sender != DBUS:
            return
        if message.member == "NameOwnerChanged" and message.body[0] == WATCHER and message.body[2]:
            self._registering = asyncio.ensure_future(self._register(bus))

    async def _register(self, bus: MessageBus) -> None:
        try:
            await ask(bus, _WATCHER, "RegisterStatusNotifierItem", "s", bus.unique_name)
            self._said = ""
        except Unreachable as error:
            self._say(f"the panel does not take the icon ({error})")

    def _say(self, what: str) -> None:
        """Say it once, until something else is to be said."""
        if what != self._said:
            self._said = what
            _LOG.warning(what)


async def has_watcher() -> bool:
    """Whether a panel in this session takes status icons; raises Unreachable without a bus."""
    bus = await connected()
    try:
        return await has_owner(bus, WATCHER)
    finally:
        bus.disconnect()
