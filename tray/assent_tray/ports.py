"""The port between the tray and a desktop: what it shows, and what a back end has to do."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from assent_tray.asks import Ask
from assent_tray.face import Face


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a menu: with `inside` a submenu, with `ask` a button, else words to read.

    `key` says what it is about and stays while that stays, wherever the item stands. An empty
    label draws a line.
    """

    key: str
    label: str = ""
    ask: Ask | None = None
    inside: tuple["Item", ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """Everything that the owner sees of the tray; `headline` is in our own words."""

    face: Face
    headline: str
    items: tuple[Item, ...]


@dataclass(slots=True)
class Seat:
    """Where a back end lets the work show itself, and hears of clicks and of the end."""

    show: Callable[[Look], None]
    clicks: asyncio.Queue[Ask] = field(default_factory=asyncio.Queue)
    told_to_end: asyncio.Event = field(default_factory=asyncio.Event)


Work = Callable[[Seat], Awaitable[None]]


class Unusable(Exception):
    """A back end cannot be used here; says why."""


class BackEnd(Protocol):
    """One way to have an icon on a desktop.

    A click is put into the seat as the ask of the item that was shown; a click on an item that
    has gone since asks for nothing. A host that comes late or starts anew gets the icon then.
    """

    name: str

    def run(self, work: Work) -> None:
        """Carry the work out, in the main thread; returns when it ends. SIGTERM ends it.

        Raises Unusable, and what the work raises.
        """
        ...
