"""pystray with a desktop in memory: its own icon, threads and menus, drawn for the test alone."""

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

# What it would load by itself needs a screen, or breaks the import.
with mock.patch.dict(os.environ, {"PYSTRAY_BACKEND": "dummy"}):
    import pystray

__all__ = ["InMemory", "MemoryIcon", "pystray"]
PATIENCE = 60


class MemoryIcon(pystray.Icon):  # type: ignore[misc]
    """A back end of pystray whose screen is a list of entries."""

    def __init__(self, breaks: Callable[[], None], *args: Any) -> None:
        super().__init__(*args)
        self.breaks = breaks
        self.over, self.changed = threading.Event(), threading.Condition()
        self.drawn: list[Any] = []

    def _run(self) -> None:
        self.breaks()
        self._mark_ready()
        self.over.wait()

    def _stop(self) -> None:
        self.over.set()

    def _show(self) -> None:
        """It is seen."""

    def _hide(self) -> None:
        """It is gone."""

    def _update_icon(self) -> None:
        self._icon_valid = True

    def _update_title(self) -> None:
        assert len(self.title) <= 127

    def _update_menu(self) -> None:
        with self.changed:
            self.drawn = list(_flat(self.menu))
            self.changed.notify_all()

    def _named(self, label: str) -> Any:
        return next(one for one in self.drawn if one.text == label)

    async def labels(self) -> list[str]:
        return [one.text for one in self.drawn if one is not pystray.Menu.SEPARATOR]

    async def usable(self, label: str) -> bool:
        return bool(self._named(label).enabled)

    async def picture(self) -> bytes:
        picture: Any = self.icon
        return bytes(picture.tobytes())

    async def click(self, label: str) -> None:
        one = self._named(label)
        if one.enabled and not one.submenu:
            one(self)

    async def until(self, label: str) -> None:
        assert await asyncio.to_thread(self._wait_for, label)

    def _wait_for(self, label: str) -> bool:
        with self.changed:
            return self.changed.wait_for(
                lambda: any(one.text == label for one in self.drawn), PATIENCE
            )


class InMemory:
    """As the module pystray; `breaks` is called where its loop would begin."""

    Menu, MenuItem = pystray.Menu, pystray.MenuItem

    def __init__(self, breaks: Callable[[], None] = lambda: None) -> None:
        self.icons: list[MemoryIcon] = []
        self._breaks = breaks

    def Icon(self, *args: Any) -> MemoryIcon:  # noqa: N802 - the name of the class there
        self.icons.append(MemoryIcon(self._breaks, *args))
        return self.icons[-1]


def _flat(menu: Any) -> Iterator[Any]:
    for one in menu:
        yield one
        if one.submenu:
            yield from _flat(one.submenu)
