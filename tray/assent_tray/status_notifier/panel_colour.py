"""Whether panels are light or dark here, as the desktop tells; dark where nobody tells."""

import os

from dbus_fast.aio import MessageBus

from assent_tray.icon import Panel
from assent_tray.status_notifier.session_bus import Unreachable, ask

_PORTAL = (
    "org.freedesktop.portal.Desktop",
    "/org/freedesktop/portal/desktop",
    "org.freedesktop.portal.Settings",
)
_PREFERS_LIGHT = 2
_ALWAYS_DARK = ("GNOME", "UNITY", "CINNAMON")
"""Desktops whose panel is dark with light windows, too."""


async def panel_colour(bus: MessageBus) -> Panel:
    """What the icon will stand on."""
    desktop = os.environ.get("XDG_CURRENT_DESKTOP", "").upper()
    if any(one in desktop for one in _ALWAYS_DARK):
        return Panel.DARK
    try:
        names = ("org.freedesktop.appearance", "color-scheme")
        (found,) = await ask(bus, _PORTAL, "Read", "ss", *names)
    except Unreachable:
        return Panel.DARK
    while hasattr(found, "value"):
        found = found.value
    return Panel.LIGHT if found == _PREFERS_LIGHT else Panel.DARK
