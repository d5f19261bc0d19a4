"""Linux's own notice of a set clock, and of a wake: a timer that the kernel cancels."""

import asyncio
import contextlib
import ctypes
import errno
import os
import time

from assent_service.power.port import Heard, Told, Unavailable

_CANCEL_ON_SET = 1 << 1
_ABSTIME = 1 << 0
_NEVER = 2**40
"""A moment beyond all use, in seconds since the epoch: the timer is there to be cancelled."""


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Itimerspec(ctypes.Structure):
    _fields_ = (("interval", _Timespec), ("value", _Timespec))


class SetClock:
    """`timerfd_create(2)` with TFD_TIMER_CANCEL_ON_SET: readable when the wall clock is set.

    The kernel cancels it on a resume from sleep, too. Nothing is polled.
    """

    name = "timerfd"

    def __init__(self) -> None:
        self._descriptor: int | None = None
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def start(self, heard: Heard) -> None:
        self._loop = asyncio.get_running_loop()
        self._descriptor = descriptor = _created()
        _arm(descriptor)
        self._loop.add_reader(descriptor, self._readable, descriptor, heard)

    async def stop(self) -> None:
        if self._descriptor is None or self._loop is None:
            return
        self._loop.remove_reader(self._descriptor)
        os.close(self._descriptor)
        self._descriptor = None
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _readable(self, descriptor: int, heard: Heard) -> None:
        # ECANCELED is the message; the timer has to be armed again for the next one.
        with contextlib.suppress(OSError):
            os.read(descriptor, 8)
        _arm(descriptor)
        self._task = asyncio.ensure_future(_told(heard))


async def _told(heard: Heard) -> None:
    await heard(Told.TIME)


def _created() -> int:
    try:
        library = ctypes.CDLL(None, use_errno=True)
        descriptor = library.timerfd_create(time.CLOCK_REALTIME, os.O_CLOEXEC | os.O_NONBLOCK)
    except (OSError, AttributeError) as error:
        raise Unavailable(f"this system has no timerfd: {error}") from error
    if descriptor < 0:
        raise Unavailable(os.strerror(ctypes.get_errno()))
    return int(descriptor)


def _arm(descriptor: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    never = _Itimerspec(_Timespec(0, 0), _Timespec(_NEVER, 0))
    flags = _ABSTIME | _CANCEL_ON_SET
    for _ in range(2):
        # Right after a change the kernel says ECANCELED, and arms it all the same.
        if library.timerfd_settime(descriptor, flags, ctypes.byref(never), None) == 0:
            return
        if ctypes.get_errno() != errno.ECANCELED:
            raise Unavailable(os.strerror(ctypes.get_errno()))
