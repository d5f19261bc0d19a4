"""Windows' suspend and resume notifications, without a window."""

import asyncio
import ctypes
from typing import Any

from assent_service.power.port import Heard, Told, Unavailable

SUSPEND, RESUME_BY_PERSON, RESUME = 4, 7, 18
"""winuser.h: PBT_APMSUSPEND, PBT_APMRESUMESUSPEND, PBT_APMRESUMEAUTOMATIC (at every resume)."""
_BY_CALLBACK = 2
_WAIT = 2.0
"""Seconds that the system's thread is held at a suspend; Windows allows about two."""
_FUNCTION = getattr(ctypes, "WINFUNCTYPE", ctypes.CFUNCTYPE)
_CALLBACK = _FUNCTION(ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_void_p)


class _Subscription(ctypes.Structure):
    _fields_ = (("callback", _CALLBACK), ("context", ctypes.c_void_p))


class WindowsPower:
    """`PowerRegisterSuspendResumeNotification` with a callback on a thread of the system's."""

    name = "powrprof"

    def __init__(self, library: Any = None) -> None:
        self._library = library
        self._loop: asyncio.AbstractEventLoop | None = None
        self._heard: Heard | None = None
        # The system calls it as long as it is registered: it has to live as long.
        self._callback = _CALLBACK(self._told)
        self._subscription = _Subscription(self._callback, None)
        self._handle = ctypes.c_void_p()

    async def start(self, heard: Heard) -> None:
        self._loop, self._heard = asyncio.get_running_loop(), heard
        if self._library is None:
            self._library = _powrprof()
        failed = self._library.PowerRegisterSuspendResumeNotification(
            _BY_CALLBACK, ctypes.byref(self._subscription), ctypes.byref(self._handle)
        )
        if failed:
            self._handle = ctypes.c_void_p()
            raise Unavailable(f"PowerRegisterSuspendResumeNotification failed: {failed}")

    async def stop(self) -> None:
        if self._handle.value is not None:
            self._library.PowerUnregisterSuspendResumeNotification(self._handle)
            self._handle = ctypes.c_void_p()

    def _told(self, _context: Any, kind: int, _setting: Any) -> int:
        """Runs on a thread of the system's, which sleeps when this has returned."""
        if kind == SUSPEND:
            self._say(Told.SLEEPING, wait=_WAIT)
        elif kind == RESUME:
            self._say(Told.WOKE)
        return 0

    def _say(self, told: Told, wait: float = 0.0) -> None:
        if self._loop is None or self._heard is None or self._loop.is_closed():
            return
        said = asyncio.run_coroutine_threadsafe(_heard(self._heard, told), self._loop)
        if wait:
            try:
                said.result(wait)
            except TimeoutError:
                return


async def _heard(heard: Heard, told: Told) -> None:
    await heard(told)


def _powrprof() -> Any:
    windll = getattr(ctypes, "windll", None)
    if windll is None:
        raise Unavailable("this is not Windows")
    return windll.powrprof
