"""The icon on the bus: org.kde.StatusNotifierItem."""

from functools import lru_cache
from typing import Annotated, Any

from dbus_fast import PropertyAccess
from dbus_fast.annotations import (
    DBusBool,
    DBusInt32,
    DBusObjectPath,
    DBusSignature,
    DBusStr,
)
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property, dbus_signal

from assent_tray.face import Face, Mood
from assent_tray.icon import SIZES, Panel, drawn
from assent_tray.status_notifier import dbusmenu

PATH = "/StatusNotifierItem"
INTERFACE = "org.kde.StatusNotifierItem"
NAME = "Assent"
Pixmaps = Annotated[list[Any], DBusSignature("a(iiay)")]


class StatusNotifierItem(ServiceInterface):
    """What a host draws: an icon in several sizes, and a few words for who points at it."""

    def __init__(self, panel: Panel) -> None:
        super().__init__(INTERFACE)
        self._face, self._headline, self._panel = Face(Mood.NOT_CONNECTED), NAME, panel

    def set(self, face: Face, headline: str) -> None:
        """Another face or other words; hosts are told of what has changed only."""
        new_face, new_words = face != self._face, headline != self._headline
        self._face, self._headline = face, headline
        if new_face:
            self.NewIcon()
        if new_words:
            self.NewToolTip()
            self.NewTitle()

    @dbus_property(access=PropertyAccess.READ)
    def Category(self) -> DBusStr:  # noqa: N802 - the interface's own names, here and below
        return "ApplicationStatus"

    @dbus_property(access=PropertyAccess.READ)
    def Id(self) -> DBusStr:  # noqa: N802
        return "assent"

    @dbus_property(access=PropertyAccess.READ)
    def Title(self) -> DBusStr:  # noqa: N802
        return f"{NAME}: {self._headline}"

    @dbus_property(access=PropertyAccess.READ)
    def Status(self) -> DBusStr:  # noqa: N802
        return "Active"

    @dbus_property(access=PropertyAccess.READ)
    def WindowId(self) -> DBusInt32:  # noqa: N802
        return 0

    @dbus_property(access=PropertyAccess.READ)
    def IconName(self) -> DBusStr:  # noqa: N802
        return ""

    @dbus_property(access=PropertyAccess.READ)
    def IconPixmap(self) -> Pixmaps:  # noqa: N802
        return [list(one) for one in _pixmaps(self._face, self._panel)]

    @dbus_property(access=PropertyAccess.READ)
    def ToolTip(self) -> Annotated[list[Any], DBusSignature("(sa(iiay)ss)")]:  # noqa: N802
        return ["", [], NAME, self._headline]

    @dbus_property(access=PropertyAccess.READ)
    def ItemIsMenu(self) -> DBusBool:  # noqa: N802
        return True

    @dbus_property(access=PropertyAccess.READ)
    def Menu(self) -> DBusObjectPath:  # noqa: N802
        return dbusmenu.PATH

    @dbus_method()
    def Activate(self, x: DBusInt32, y: DBusInt32) -> None:  # noqa: N802
        """A host that ignores ItemIsMenu: there is nothing but the menu."""

    @dbus_method()
    def SecondaryActivate(self, x: DBusInt32, y: DBusInt32) -> None:  # noqa: N802
        """As Activate."""

    @dbus_method()
    def ContextMenu(self, x: DBusInt32, y: DBusInt32) -> None:  # noqa: N802
        """As Activate."""

    @dbus_method()
    def Scroll(self, delta: DBusInt32, orientation: DBusStr) -> None:  # noqa: N802
        """Nothing is turned here."""

    @dbus_signal()
    def NewIcon(self) -> None:  # noqa: N802
        """The icon is another one."""

    @dbus_signal()
    def NewTitle(self) -> None:  # noqa: N802
        """The title is another one."""

    @dbus_signal()
    def NewToolTip(self) -> None:  # noqa: N802
        """The words are others."""


@lru_cache(maxsize=8)
def _pixmaps(face: Face, panel: Panel) -> tuple[tuple[int, int, bytes], ...]:
    """The icon at each size: width, height, ARGB in network byte order."""
    return tuple((size, size, _argb(face, size, panel)) for size in SIZES)


def _argb(face: Face, size: int, panel: Panel) -> bytes:
    from PIL import Image

    red, green, blue, alpha = drawn(face, size, panel).split()
    return Image.merge("RGBA", (alpha, red, green, blue)).tobytes()
