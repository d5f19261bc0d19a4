"""Checks of `assent doctor`: whether this session has a place for the icon."""

import asyncio
import sys
from pathlib import Path

from assent_schemas.checks import Finding, Verdict
from assent_tray.words import capital

_ALONE = "Without an icon everything can be decided with the command line."


def tray(_home: Path) -> Finding:
    """What would show the icon here, and what is missing where nothing would."""
    if sys.platform != "linux":
        return _by_pystray("")
    from assent_tray.status_notifier.panel import has_watcher
    from assent_tray.status_notifier.session_bus import Unreachable

    try:
        shown = asyncio.run(has_watcher())
    except Unreachable as why:
        remedy = f"Look in a session with a desktop. {_ALONE}"
        return _by_pystray(f"{capital(str(why))}. ", remedy)
    if shown:
        return Finding(Verdict.OK, "A panel here shows status icons.")
    remedy = f"On GNOME install the AppIndicator extension. {_ALONE}"
    return _by_pystray("No panel here shows status icons. ", remedy)


def _by_pystray(before: str, remedy: str = _ALONE) -> Finding:
    from assent_tray.ports import Unusable
    from assent_tray.pystray_back_end import load

    try:
        load()
    except Unusable as why:
        return Finding(Verdict.WARN, f"{before}{why}.", remedy)
    return Finding(Verdict.OK, f"{before}The icon is shown by pystray.")
