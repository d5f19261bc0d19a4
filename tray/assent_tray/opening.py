"""The first look, shown before anything is loaded that takes long: the icon comes at once."""

import asyncio
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from assent_tray.asks import Quit
from assent_tray.face import Face, Mood
from assent_tray.ports import Item, Look, Seat

SEARCHING = "Looking for the service ..."
QUIT = Item("quit", "Quit tray (the service stays)", Quit())
FIRST = Look(
    Face(Mood.NOT_CONNECTED),
    SEARCHING,
    (Item("headline", SEARCHING), Item("quit:line"), QUIT),
)


@dataclass(frozen=True, slots=True)
class Opening:
    """The work of a tray, from its first look on; `rule` is a word of ShowFirst."""

    home: Path
    rule: str

    async def work(self, seat: Seat) -> None:
        """Show the icon, load the rest in a thread beside, and be the tray."""
        seat.show(FIRST)
        tray = await asyncio.to_thread(import_module, "assent_tray.tray")
        await tray.Tray(self.home, tray.ShowFirst(self.rule)).run(seat)
