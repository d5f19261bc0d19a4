"""logind's voice, on a real private bus with a logind that does as the test says."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from assent_service.power import Told, Unavailable

if sys.platform != "linux":
    pytest.skip("logind is Linux's", allow_module_level=True)

from dbus_fast.aio import MessageBus

from assent_service.power.logind import Logind
from buses import system_bus
from service.power.mock_logind import MockLogind, is_let_go, say_prepare_for_sleep


@dataclass
class Listener:
    """What was heard; a sleep is saved for until `saved` is set."""

    told: asyncio.Queue[Told] = field(default_factory=asyncio.Queue)
    saved: asyncio.Event = field(default_factory=asyncio.Event)

    async def heard(self, told: Told) -> None:
        self.told.put_nowait(told)
        if told is Told.SLEEPING:
            await self.saved.wait()

    async def next(self) -> Told:
        async with asyncio.timeout(30):
            return await self.told.get()


@pytest.fixture
async def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    async with system_bus(tmp_path) as one:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", one)
        yield one


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[Logind, Listener]]:
    voice, listener = Logind(), Listener()
    await voice.start(listener.heard)
    try:
        yield voice, listener
    finally:
        await voice.stop()


async def test_a_sleep_waits_until_what_is_being_written_is_saved(address: str) -> None:
    async with MockLogind.on(address) as logind, listening() as (voice, listener):
        lock = await logind.next_lock()
        assert logind.asked == [["sleep", "Assent", "Finishes what it is writing.", "delay"]]
        await logind.prepare_for_sleep(going=True)
        assert await listener.next() is Told.SLEEPING
        assert voice.holds_lock
        listener.saved.set()
        await is_let_go(lock)


async def test_after_a_wake_the_lock_is_taken_again_and_the_wake_is_told_of(address: str) -> None:
    async with MockLogind.on(address) as logind, listening() as (voice, listener):
        listener.saved.set()
        lock = await logind.next_lock()
        for _ in range(3):
            await logind.prepare_for_sleep(going=True)
            assert await listener.next() is Told.SLEEPING
            await is_let_go(lock)
            await logind.prepare_for_sleep(going=False)
            lock = await logind.next_lock()
            assert await listener.next() is Told.WOKE
        assert voice.holds_lock


async def test_a_signal_of_somebody_else_is_ignored(address: str) -> None:
    async with MockLogind.on(address) as logind, listening() as (_, listener):
        listener.saved.set()
        await logind.next_lock()
        forger = await MessageBus(address).connect()
        await say_prepare_for_sleep(forger, going=True)
        forger.disconnect()
        await logind.prepare_for_sleep(going=False)
        assert await listener.next() is Told.WOKE


async def test_a_logind_that_restarts_is_listened_to_and_gives_a_new_lock(address: str) -> None:
    async with MockLogind.on(address) as logind:
        voice, listener = Logind(), Listener()
        listener.saved.set()
        await voice.start(listener.heard)
        await logind.next_lock()
    async with MockLogind.on(address) as another:
        await another.next_lock()
        await another.prepare_for_sleep(going=True)
        assert await listener.next() is Told.SLEEPING
        await voice.stop()


async def test_a_logind_that_grants_no_lock_still_tells(address: str) -> None:
    async with MockLogind.on(address) as logind:
        logind.refuse = True
        async with listening() as (voice, listener):
            assert not voice.holds_lock
            await logind.prepare_for_sleep(going=False)
            assert await listener.next() is Told.WOKE


async def test_a_lock_is_let_go_at_the_end(address: str) -> None:
    async with MockLogind.on(address) as logind:
        async with listening():
            lock = await logind.next_lock()
        await is_let_go(lock)


async def test_a_bus_without_logind_is_told_of(address: str) -> None:
    assert address
    voice = Logind()
    with pytest.raises(Unavailable, match="NameHasNoOwner"):
        await voice.start(Listener().heard)
    await voice.stop()


async def test_a_machine_without_a_system_bus_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/nothing")
    voice = Logind()
    with pytest.raises(Unavailable, match="No such file"):
        await voice.start(Listener().heard)
    await voice.stop()
