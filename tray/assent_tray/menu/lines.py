"""Long words as several lines of a menu, and lists that end before they are too long."""

import textwrap
from collections.abc import Iterable, Sequence

from assent_schemas.visible import cut
from assent_tray.ports import Item
from assent_tray.words import LONGEST

MOST_TEXT, MOST_ITEMS = 300, 10


def line(key: str) -> Item:
    """What keeps two groups apart."""
    return Item(f"{key}:line")


def lines(key: str, text: object) -> tuple[Item, ...]:
    """Words to read, however long they are, as a few lines."""
    found = textwrap.wrap(cut(text, MOST_TEXT), LONGEST, break_on_hyphens=False)
    return tuple(Item(f"{key}:{number}", one) for number, one in enumerate(found))


def bounded(key: str, items: Sequence[Item], command: str) -> tuple[Item, ...]:
    """The first items, and where to see the others."""
    rest = len(items) - MOST_ITEMS
    more = (Item(f"{key}:more", f"and {rest} more: {command}"),) if rest > 0 else ()
    return (*items[:MOST_ITEMS], *more)


def grouped(groups: Iterable[tuple[str, Sequence[Item]]]) -> tuple[Item, ...]:
    """Groups with a line between each two; empty ones leave none."""
    found: list[Item] = []
    for key, items in groups:
        if items:
            found += [line(key), *items] if found else items
    return tuple(found)
