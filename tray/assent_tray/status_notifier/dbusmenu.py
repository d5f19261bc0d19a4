"""The menu on the bus: com.canonical.dbusmenu, version 3."""

from collections.abc import Callable
from typing import Annotated, Any

from dbus_fast import DBusError, PropertyAccess, Variant
from dbus_fast.annotations import (
    DBusBool,
    DBusInt32,
    DBusSignature,
    DBusStr,
    DBusUInt32,
    DBusVariant,
)
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property, dbus_signal

from assent_tray.asks import Ask
from assent_tray.status_notifier.numbers import ROOT, Entry

PATH = "/MenuBar"
INTERFACE = "com.canonical.dbusmenu"
_DEEPEST = 8
Properties = dict[str, Variant]
Names = Annotated[list[str], DBusSignature("as")]
Ids = Annotated[list[int], DBusSignature("ai")]


class DBusMenu(ServiceInterface):
    """Answers hosts that ask for the menu, and passes clicks on; a host may ask anything."""

    def __init__(self, clicked: Callable[[Ask], None]) -> None:
        super().__init__(INTERFACE)
        self._clicked = clicked
        self._revision = 1
        self._entries: dict[int, Entry] = {}

    def set(self, root: Entry) -> None:
        """Another menu: an open one stays open and changes under the hand."""
        self._entries = {one.number: one for one in root.all()}
        self._revision += 1
        self.LayoutUpdated()

    def _entry(self, number: int) -> Entry:
        found = self._entries.get(number)
        if found is None:
            raise DBusError(f"{INTERFACE}.Error", "there is no such item")
        return found

    def _event(self, number: int, kind: str) -> bool:
        """Pass a click on; whether there is such an item."""
        entry = self._entries.get(number)
        if entry is not None and kind == "clicked" and entry.item.ask is not None:
            self._clicked(entry.item.ask)
        return entry is not None

    @dbus_method()
    def GetLayout(  # noqa: N802 - the interface's own names, here and below
        self,
        parent: DBusInt32,
        depth: DBusInt32,
        names: Names,  # noqa: ARG002 - hosts take more than they asked for
    ) -> Annotated[list[Any], DBusSignature("u(ia{sv}av)")]:
        levels = depth if 0 <= depth <= _DEEPEST else _DEEPEST
        return [self._revision, _layout(self._entry(parent), levels)]

    @dbus_method()
    def GetGroupProperties(  # noqa: N802
        self,
        numbers: Ids,
        names: Names,  # noqa: ARG002
    ) -> Annotated[list[Any], DBusSignature("a(ia{sv})")]:
        wanted = numbers or list(self._entries)
        known = [self._entries[one] for one in wanted if one in self._entries]
        return [[one.number, _properties(one)] for one in known]

    @dbus_method()
    def GetProperty(self, number: DBusInt32, name: DBusStr) -> DBusVariant:  # noqa: N802
        found = _properties(self._entry(number)).get(name)
        if found is None:
            raise DBusError(f"{INTERFACE}.Error", "there is no such property")
        return found

    @dbus_method()
    def Event(  # noqa: N802
        self,
        number: DBusInt32,
        kind: DBusStr,
        data: DBusVariant,  # noqa: ARG002
        timestamp: DBusUInt32,  # noqa: ARG002
    ) -> None:
        self._event(number, kind)

    @dbus_method()
    def EventGroup(  # noqa: N802
        self, events: Annotated[list[Any], DBusSignature("a(isvu)")]
    ) -> Ids:
        return [one[0] for one in events if not self._event(one[0], one[1])]

    @dbus_method()
    def AboutToShow(self, number: DBusInt32) -> DBusBool:  # noqa: N802, ARG002
        return False

    @dbus_method()
    def AboutToShowGroup(  # noqa: N802
        self, numbers: Ids
    ) -> Annotated[list[list[int]], DBusSignature("aiai")]:
        return [[], [one for one in numbers if one not in self._entries]]

    @dbus_property(access=PropertyAccess.READ)
    def Version(self) -> DBusUInt32:  # noqa: N802
        return 3

    @dbus_property(access=PropertyAccess.READ)
    def TextDirection(self) -> DBusStr:  # noqa: N802
        return "ltr"

    @dbus_property(access=PropertyAccess.READ)
    def Status(self) -> DBusStr:  # noqa: N802
        return "normal"

    @dbus_property(access=PropertyAccess.READ)
    def IconThemePath(self) -> Names:  # noqa: N802
        return []

    @dbus_signal()
    def LayoutUpdated(self) -> Annotated[list[int], DBusSignature("ui")]:  # noqa: N802
        return [self._revision, ROOT]


def _layout(entry: Entry, levels: int) -> list[Any]:
    inside = entry.inside if levels else ()
    children = [Variant("(ia{sv}av)", _layout(one, levels - 1)) for one in inside]
    return [entry.number, _properties(entry), children]


def _properties(entry: Entry) -> Properties:
    if entry.number == ROOT:
        return {"children-display": Variant("s", "submenu")}
    item = entry.item
    if not item.label:
        return {"type": Variant("s", "separator")}
    # An underscore would mark the next letter as a key to press.
    found = {
        "label": Variant("s", item.label.replace("_", "__")),
        "enabled": Variant("b", item.ask is not None or bool(item.inside)),
    }
    return found | ({"children-display": Variant("s", "submenu")} if item.inside else {})
