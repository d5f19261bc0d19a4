"""The back end for macOS, Windows, and desktops of Linux with GTK: pystray in the main thread."""

import asyncio
import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import Any

from assent_tray.asks import Ask
from assent_tray.face import Face, Mood
from assent_tray.icon import Panel as Colour
from assent_tray.icon import drawn
from assent_tray.ports import Item, Look, Seat, Unusable, Work

_SIZE = 64
_LONGEST_TITLE = 120
"""Windows takes 127 characters, and breaks on more."""


def load() -> Any:
    """The module, where it can show a menu; raises Unusable.

    Without a display its import raises whatever the display's library raises.
    """
    try:
        import pystray
    except Exception as error:
        raise Unusable(f"pystray: {type(error).__name__}") from error
    if not pystray.Icon.HAS_MENU:
        raise Unusable("pystray has no menu here: PyGObject is missing")
    return pystray


class Pystray:
    """See BackEnd; the work has a loop in a thread of its own, as the icon takes the main one."""

    name = "pystray"

    def __init__(self, module: Any, colour: Colour = Colour.DARK) -> None:
        self._module, self._colour = module, colour
        self._items: Sequence[Item] = ()
        self._seat: Seat | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failure: BaseException | None = None
        self._broken = False

    def run(self, work: Work) -> None:
        _silence_its_notifier()
        menu = self._module.Menu(lambda: self._entries(self._items))
        icon = self._module.Icon("assent", self._image(Face(Mood.NOT_CONNECTED)), "Assent", menu)
        thread = threading.Thread(target=self._work, args=(icon, work), name="tray")
        before = self._hear_signals()
        try:
            icon.run(lambda shown: self._begin(shown, thread))
        except Exception as error:
            self._release(icon)
            raise Unusable(f"pystray: {type(error).__name__}: {error}") from error
        finally:
            self._end()
            for one, handler in before.items():
                signal.signal(one, handler)
            if thread.ident is not None:
                thread.join()
        if self._failure is not None:
            raise self._failure

    def _begin(self, icon: Any, thread: threading.Thread) -> None:
        """In a thread of pystray's, once its loop runs; on macOS only the main one may draw."""
        if self._broken:
            return
        _in_main(lambda: setattr(icon, "visible", True))
        thread.start()

    def _work(self, icon: Any, work: Work) -> None:
        try:
            asyncio.run(self._seated(icon, work))
        except BaseException as error:  # noqa: BLE001 - it is raised in the main thread
            self._failure = error
        finally:
            _in_main(icon.stop)

    async def _seated(self, icon: Any, work: Work) -> None:
        self._loop = asyncio.get_running_loop()
        self._seat = Seat(lambda look: _in_main(lambda: self._show(icon, look)))
        await work(self._seat)

    def _show(self, icon: Any, look: Look) -> None:
        """Each update closes an open menu: only what has changed is told."""
        icon.title = f"Assent: {look.headline}"[:_LONGEST_TITLE]
        icon.icon = self._image(look.face)
        if look.items != self._items:
            self._items = look.items
            icon.update_menu()

    def _image(self, face: Face) -> Any:
        return drawn(face, _SIZE, self._colour)

    def _entries(self, items: Sequence[Item]) -> Iterator[Any]:
        for one in items:
            yield self._entry(one) if one.label else self._module.Menu.SEPARATOR

    def _entry(self, one: Item) -> Any:
        label = one.label.replace("&", "&&") if sys.platform == "win32" else one.label
        if one.inside:
            inside = self._module.Menu(*self._entries(one.inside))
            return self._module.MenuItem(label, inside)
        act = self._clicked(one.ask) if one.ask is not None else None
        return self._module.MenuItem(label, act, enabled=act is not None)

    def _clicked(self, ask: Ask) -> Callable[[], None]:
        def click() -> None:
            seat = self._seat
            if seat is not None:
                self._call(lambda: seat.clicks.put_nowait(ask))

        return click

    def _end(self) -> None:
        seat = self._seat
        if seat is not None:
            self._call(seat.told_to_end.set)

    def _call(self, what: Callable[[], None]) -> None:
        """Do it in the loop of the work, if that still runs."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(what)

    def _hear_signals(self) -> dict[signal.Signals, Any]:
        if threading.current_thread() is not threading.main_thread():
            return {}

        def hear(_number: int, _frame: FrameType | None) -> None:
            self._end()

        return {one: signal.signal(one, hear) for one in (signal.SIGTERM, signal.SIGINT)}

    def _release(self, icon: Any) -> None:
        """Let go the thread that waits for a loop which never came: the process could not end."""
        self._broken = True
        with contextlib.suppress(Exception):
            icon._mark_ready()  # noqa: SLF001 - it has no other way


def _in_main(what: Callable[[], None]) -> None:
    """On macOS in the main thread, else here: pystray hands it on to its loop itself."""
    if sys.platform == "darwin":
        from PyObjCTools import AppHelper  # pyright: ignore[reportMissingImports]

        AppHelper.callAfter(what)
    else:
        what()


def _silence_its_notifier() -> None:
    """Pystray asks for a notification daemon that it need not have, and breaks without one."""
    if sys.platform != "linux":
        return
    try:
        from pystray._util import notify_dbus
    except Exception:  # noqa: BLE001 - where it cannot be loaded it cannot break
        return
    notify_dbus.Notifier = _Mute


class _Mute:
    """A notifier that has nothing to say."""

    def notify(self, *_words: object) -> None:
        """Say nothing."""

    def hide(self) -> None:
        """Hide nothing."""
