"""Numbers for the entries of a menu: one stays with its key, and is never given to another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from assent_tray.ports import Item

ROOT = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """An item with its number."""

    number: int
    item: Item
    inside: tuple["Entry", ...] = ()

    def all(self) -> Iterator["Entry"]:
        """This one and everything inside."""
        yield self
        for one in self.inside:
            yield from one.all()


@dataclass(slots=True)
class Numbers:
    """Numbers menus, each like the one before as far as it is about the same."""

    _known: dict[str, int] = field(default_factory=dict)
    _last: int = ROOT

    def numbered(self, items: Sequence[Item]) -> Entry:
        """The menu as one entry; who clicks on a number that is gone meets nothing."""
        used: dict[str, int] = {}
        root = Entry(ROOT, Item("root"), tuple(self._entry(one, used) for one in items))
        self._known = used
        return root

    def _entry(self, item: Item, used: dict[str, int]) -> Entry:
        number = self._known.get(item.key)
        if number is None:
            self._last += 1
            number = self._last
        used[item.key] = number
        return Entry(number, item, tuple(self._entry(one, used) for one in item.inside))
