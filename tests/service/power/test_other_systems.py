"""macOS' and Windows' voices, against libraries that record what they are asked."""

import asyncio
import ctypes
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from assent_service.power import Told, Unavailable
from assent_service.power.macos import CAN_SLEEP, HAS_POWERED_ON, WILL_SLEEP, MacPower
from assent_service.power.windows import RESUME, RESUME_BY_PERSON, SUSPEND, WindowsPower


@dataclass
class Library:
    """Answers every function with 1, or as given, and notes what was called."""

    answers: dict[str, Any] = field(default_factory=dict)
    called: list[str] = field(default_factory=list)
    arguments: dict[str, tuple[Any, ...]] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        def function(*arguments: Any) -> Any:
            self.called.append(name)
            self.arguments[name] = arguments
            answer = self.answers.get(name, 1)
            return answer() if callable(answer) else answer

        return function


async def windows(failed: int = 0) -> tuple[WindowsPower, Library, "asyncio.Queue[Told]"]:
    library = Library({"PowerRegisterSuspendResumeNotification": failed})
    told: asyncio.Queue[Told] = asyncio.Queue()
    voice = WindowsPower(library)
    await voice.start(told.put)
    return voice, library, told


async def on_a_thread(function: Callable[[], object]) -> None:
    await asyncio.to_thread(function)


async def test_windows_is_asked_for_a_callback_and_tells_of_suspend_and_resume_once() -> None:
    voice, library, told = await windows()
    asked = library.arguments["PowerRegisterSuspendResumeNotification"]
    assert asked[0] == 2
    for kind in (SUSPEND, RESUME, RESUME_BY_PERSON):
        await on_a_thread(partial(voice._callback, None, kind, None))
    async with asyncio.timeout(30):
        assert [await told.get(), await told.get()] == [Told.SLEEPING, Told.WOKE]
    assert told.empty()
    voice._handle = ctypes.c_void_p(7)
    await voice.stop()
    await voice.stop()
    assert library.called.count("PowerUnregisterSuspendResumeNotification") == 1


async def test_windows_thread_is_held_while_a_sleep_is_prepared_for() -> None:
    library = Library({"PowerRegisterSuspendResumeNotification": 0})
    order: list[str] = []

    async def heard(_told: Told) -> None:
        await asyncio.sleep(0)
        order.append("saved")

    voice = WindowsPower(library)
    await voice.start(heard)
    await on_a_thread(partial(voice._callback, None, SUSPEND, None))
    order.append("asleep")
    assert order == ["saved", "asleep"]
    await voice.stop()


async def test_windows_refusal_is_told_of() -> None:
    with pytest.raises(Unavailable, match="failed: 87"):
        await windows(87)


class Mac:
    """A run loop that runs until it is stopped, and a registration that succeeds or not."""

    def __init__(self, root: int = 5) -> None:
        self.stopped = threading.Event()
        self.iokit = Library({"IORegisterForSystemPower": root})
        self.core = Library(
            {"CFRunLoopRun": lambda: self.stopped.wait(30), "CFRunLoopStop": self.stopped.set}
        )
        self.allowed = self.iokit.called


@pytest.fixture(autouse=True)
def _no_symbols(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assent_service.power.macos._common_modes", lambda _core: None)


async def test_macos_allows_a_sleep_after_what_is_being_written_is_saved() -> None:
    mac, order = Mac(), list[str]()

    async def heard(told: Told) -> None:
        order.append(f"{told} {mac.allowed.count('IOAllowPowerChange')}")

    voice = MacPower(mac.iokit, mac.core)
    await voice.start(heard)
    await on_a_thread(lambda: voice._callback(None, 0, CAN_SLEEP, 11))
    await on_a_thread(lambda: voice._callback(None, 0, WILL_SLEEP, 12))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert mac.allowed.count("IOAllowPowerChange") == 2
    await on_a_thread(lambda: voice._callback(None, 0, HAS_POWERED_ON, None))
    await voice.stop()
    assert order == ["sleeping 1", "woke 2"]
    assert {"IODeregisterForSystemPower", "IOServiceClose"} <= set(mac.iokit.called)


async def test_macos_refusal_is_told_of() -> None:
    mac = Mac(root=0)
    voice = MacPower(mac.iokit, mac.core)
    with pytest.raises(Unavailable, match="refused"):
        await voice.start(asyncio.Queue[Told]().put)
    await voice.stop()


async def test_another_system_than_windows_or_macos_says_that_it_is() -> None:
    with pytest.raises(Unavailable, match="not Windows"):
        await WindowsPower().start(asyncio.Queue[Told]().put)
    with pytest.raises(Unavailable, match="framework"):
        await MacPower().start(asyncio.Queue[Told]().put)
