"""Choosing how to be on this desktop: the one place that knows what there is."""

import asyncio
import logging
import os
import sys

from assent_tray.icon import Panel
from assent_tray.ports import BackEnd, Unusable

_LOG = logging.getLogger(__name__)


def chosen(panel: Panel | None) -> BackEnd:
    """The back end for here; `panel` is what the owner says of the desktop's colour.

    On Linux: StatusNotifierItem where a panel speaks it; else pystray where it has a menu; else
    StatusNotifierItem all the same, which waits for a panel and says so. Raises Unusable
    elsewhere, where pystray is all there is.
    """
    if sys.platform != "linux":
        from assent_tray.pystray_back_end import Pystray, load

        return Pystray(load(), panel or Panel.LIGHT)
    from assent_tray.status_notifier.back_end import StatusNotifier

    if "PYSTRAY_BACKEND" not in os.environ and _is_watched():
        return StatusNotifier(panel)
    return _with_gtk(panel) or StatusNotifier(panel)


def _with_gtk(panel: Panel | None) -> BackEnd | None:
    from assent_tray.pystray_back_end import Pystray, load

    try:
        return Pystray(load(), panel or Panel.DARK)
    except Unusable as why:
        _LOG.info("%s", why)
        return None


def _is_watched() -> bool:
    """Whether a panel here takes status icons."""
    from assent_tray.status_notifier.panel import has_watcher
    from assent_tray.status_notifier.session_bus import Unreachable

    try:
        return asyncio.run(has_watcher())
    except Unreachable:
        return False
