"""macOS's power notifications (IOKit): told before a sleep, which waits for us, and after."""

import asyncio
import ctypes
import ctypes.util
import threading
from typing import Any

from assent_service.power.port import Heard, Told, Unavailable

CAN_SLEEP, WILL_SLEEP, HAS_POWERED_ON = 0xE0000270, 0xE0000280, 0xE0000300
"""IOMessage.h: kIOMessageCanSystemSleep, ...WillSleep, ...HasPoweredOn."""
_COMMON_MODES = "kCFRunLoopCommonModes"
_CALLBACK = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_void_p
)


class MacPower:
    """`IORegisterForSystemPower` on a run loop in a thread of its own.

    The system sleeps once IOAllowPowerChange was called, which happens when `heard` has returned,
    or after 30 seconds.
    """

    name = "iokit"

    def __init__(self, iokit: Any = None, core: Any = None) -> None:
        self._iokit, self._core = iokit, core
        self._loop: asyncio.AbstractEventLoop | None = None
        self._heard: Heard | None = None
        self._run_loop: Any = None
        self._root = 0
        self._port = ctypes.c_void_p()
        self._notifier = ctypes.c_uint32()
        self._callback = _CALLBACK(self._told)
        self._thread: threading.Thread | None = None

    async def start(self, heard: Heard) -> None:
        self._loop, self._heard = asyncio.get_running_loop(), heard
        self._iokit = self._iokit or _framework("IOKit")
        self._core = self._core or _framework("CoreFoundation")
        ready = self._loop.create_future()
        self._thread = threading.Thread(
            target=self._listen, args=(ready,), name="assent-power", daemon=True
        )
        self._thread.start()
        await ready

    async def stop(self) -> None:
        if self._run_loop is not None:
            self._core.CFRunLoopStop(self._run_loop)
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    def _listen(self, ready: "asyncio.Future[None]") -> None:
        self._iokit.IORegisterForSystemPower.restype = ctypes.c_uint32
        self._root = self._iokit.IORegisterForSystemPower(
            None, ctypes.byref(self._port), self._callback, ctypes.byref(self._notifier)
        )
        if not self._root:
            self._on_loop(ready.set_exception, Unavailable("IORegisterForSystemPower refused"))
            return
        self._run_loop = self._begun()
        self._on_loop(ready.set_result, None)
        self._core.CFRunLoopRun()
        self._iokit.IODeregisterForSystemPower(ctypes.byref(self._notifier))
        self._iokit.IOServiceClose(self._root)
        self._iokit.IONotificationPortDestroy(self._port)

    def _begun(self) -> Any:
        """This thread's run loop, with the notifications as its source."""
        current = self._core.CFRunLoopGetCurrent
        source_of = self._iokit.IONotificationPortGetRunLoopSource
        current.restype = source_of.restype = ctypes.c_void_p
        run_loop, source = ctypes.c_void_p(current()), ctypes.c_void_p(source_of(self._port))
        self._core.CFRunLoopAddSource(run_loop, source, _common_modes(self._core))
        return run_loop

    def _told(self, _about: Any, _service: int, message: int, argument: Any) -> None:
        """Runs on the thread; the change is allowed as soon as the loop has had its say."""
        if message == CAN_SLEEP:
            self._allow(argument)
        elif message == WILL_SLEEP:
            self._on_loop(self._spawn, Told.SLEEPING, argument)
        elif message == HAS_POWERED_ON:
            self._on_loop(self._spawn, Told.WOKE, None)

    def _spawn(self, told: Told, argument: Any) -> None:
        asyncio.ensure_future(self._say(told, argument))  # noqa: RUF006 - the loop's own task is enough

    async def _say(self, told: Told, argument: Any) -> None:
        try:
            if self._heard is not None:
                await self._heard(told)
        finally:
            if told is Told.SLEEPING:
                self._allow(argument)

    def _allow(self, argument: Any) -> None:
        self._iokit.IOAllowPowerChange(ctypes.c_uint32(self._root), ctypes.c_void_p(argument))

    def _on_loop(self, function: Any, *arguments: Any) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *arguments)


def _common_modes(core: Any) -> Any:
    return ctypes.c_void_p.in_dll(core, _COMMON_MODES)


def _framework(name: str) -> Any:
    found = ctypes.util.find_library(name)
    if found is None:
        raise Unavailable(f"the framework {name} is not there")
    return ctypes.CDLL(found)
