"""The back end for Linux: one asyncio loop does everything."""

import asyncio
import contextlib
import signal
import threading

from assent_tray.asks import Ask
from assent_tray.icon import Panel as Colour
from assent_tray.ports import Seat, Work
from assent_tray.status_notifier.panel import Panel

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class StatusNotifier:
    """See BackEnd; where there is no bus or no panel it waits for one, and the work goes on."""

    name = "StatusNotifierItem"

    def __init__(self, colour: Colour | None = None) -> None:
        self._colour = colour

    def run(self, work: Work) -> None:
        asyncio.run(self._run(work))

    async def _run(self, work: Work) -> None:
        clicks: asyncio.Queue[Ask] = asyncio.Queue()
        panel = Panel(clicks.put_nowait, self._colour)
        seat = Seat(panel.show, clicks)
        _listen(seat)
        keeping = asyncio.create_task(panel.keep())
        try:
            await work(seat)
        finally:
            keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeping


def _listen(seat: Seat) -> None:
    """Only the main thread can hear signals."""
    if threading.current_thread() is threading.main_thread():
        for one in _SIGNALS:
            asyncio.get_running_loop().add_signal_handler(one, seat.told_to_end.set)
