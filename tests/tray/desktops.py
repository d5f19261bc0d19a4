"""Desktops for the contract of back ends: each shows what a back end gives it, and clicks."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from unittest import mock

from assent_tray.asks import Ask
from assent_tray.icon import Panel
from assent_tray.ports import BackEnd, Look, Seat
from assent_tray.pystray_back_end import Pystray
from tray.memory_desktop import InMemory

PATIENCE = 60


class Desktop(Protocol):
    """What a person sees and does."""

    async def labels(self) -> list[str]: ...

    async def usable(self, label: str) -> bool: ...

    async def picture(self) -> bytes: ...

    async def click(self, label: str) -> None: ...

    async def until(self, label: str) -> None:
        """Wait until such an entry is there."""
        ...


@dataclass
class Work:
    """The work that a back end is given: waits for the test, in the back end's own loop."""

    began: threading.Event = field(default_factory=threading.Event)
    loop: asyncio.AbstractEventLoop = field(init=False)
    seat: Seat = field(init=False)

    async def __call__(self, seat: Seat) -> None:
        self.loop, self.seat = asyncio.get_running_loop(), seat
        self.began.set()
        await seat.told_to_end.wait()

    async def show(self, look: Look) -> None:
        await self._there(self._show(look))

    async def clicked(self) -> Ask:
        found: Ask = await self._there(asyncio.wait_for(self.seat.clicks.get(), PATIENCE))
        return found

    async def nothing_clicked(self) -> bool:
        return self.seat.clicks.empty()

    def end(self) -> None:
        self.loop.call_soon_threadsafe(self.seat.told_to_end.set)

    async def _show(self, look: Look) -> None:
        self.seat.show(look)

    async def _there(self, what: Any) -> Any:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(what, self.loop))


@asynccontextmanager
async def seated(back_end: BackEnd) -> AsyncIterator[Work]:
    """A back end that runs until the context ends; then it has to end by itself."""
    work = Work()
    running = asyncio.create_task(asyncio.to_thread(back_end.run, work))
    await asyncio.to_thread(work.began.wait, PATIENCE)
    try:
        yield work
    finally:
        work.end()
        async with asyncio.timeout(PATIENCE):
            await running


@asynccontextmanager
async def a_panel(folder: Path) -> AsyncIterator[tuple[Desktop, Work]]:
    """A real bus with a host on it, and StatusNotifierItem."""
    from assent_tray.status_notifier.back_end import StatusNotifier
    from buses import session_bus
    from tray.hosts import Host, host, named

    @dataclass
    class Bar:
        host: Host

        async def labels(self) -> list[str]:
            return [one for one in await self.host.labels() if one]

        async def usable(self, label: str) -> bool:
            return bool(named(label)(await self.host.rows()).enabled)  # type: ignore[union-attr]

        async def picture(self) -> bytes:
            return bytes((await self.host.of_the_icon("IconPixmap"))[-1][2])

        async def click(self, label: str) -> None:
            row = named(label)(await self.host.rows())
            assert row is not None
            await self.host.click(row.number)

        async def until(self, label: str) -> None:
            await self.host.until(named(label))

    async with session_bus(folder) as address, host(address) as bar:
        with mock.patch.dict(os.environ, {"DBUS_SESSION_BUS_ADDRESS": address}):
            async with seated(StatusNotifier(Panel.DARK)) as work:
                await bar.next_icon()
                yield Bar(bar), work


@asynccontextmanager
async def pystrays_own(_folder: Path) -> AsyncIterator[tuple[Desktop, Work]]:
    """pystray with a desktop in memory: its own icon and menus, drawn for the test alone."""
    module = InMemory()
    async with seated(Pystray(module, Panel.DARK)) as work:
        (icon,) = module.icons
        yield icon, work
