"""The real service whose computer sleeps for eight hours, or which is dead for as long."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assent_client.client import connected
from assent_engine.moments import timestamp
from service.process.served import ended, served, words
from service.shell import Shell, greeter

if sys.platform != "linux":
    pytest.skip("the shim and logind are Linux's", allow_module_level=True)

from buses import system_bus
from service.power.mock_logind import MockLogind, is_let_go

pytestmark = pytest.mark.process
SHIM = Path(__file__).parents[1] / "power" / "clock_shim.c"
NIGHT = 8 * 3600 + 20 * 60


class Computer:
    """The clocks of one service, and the bus that it listens to."""

    def __init__(self, folder: Path) -> None:
        self.slept, self.shim = folder / "slept", folder / "shim.so"
        compiler = shutil.which("cc")
        assert compiler is not None, "run .ci/system-packages"
        subprocess.run([compiler, "-shared", "-fPIC", "-o", self.shim, SHIM], check=True)

    def environment(self, bus: str = "unix:path=/nowhere") -> dict[str, str]:
        shim = {"LD_PRELOAD": str(self.shim), "SUSPENDED": str(self.slept)}
        return {**os.environ, **shim, "DBUS_SYSTEM_BUS_ADDRESS": bus}

    def sleep(self, seconds: int) -> None:
        part = self.slept.with_suffix(".part")
        part.write_text(str(seconds))
        part.replace(self.slept)


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    return Computer(tmp_path)


def three_policies(shell: Shell) -> None:
    """One that is due each hour, one that is due once, and one that is due in some days."""
    now = datetime.now(UTC)
    weekday = (now + timedelta(days=3)).isoweekday()
    triggers: dict[str, dict[str, Any]] = {
        "Hourly": {"type": "interval", "seconds": 3600},
        "Once": {"type": "once", "at": timestamp(now + timedelta(hours=2))},
        "Weekly": {"type": "cron", "expression": f"0 9 * * {weekday}", "timezone": "UTC"},
    }
    for name, trigger in triggers.items():
        shell.approved(greeter(name, triggers=[trigger]))


def records(shell: Shell) -> list[tuple[str, str, int]]:
    history = shell.done("trigger", "history")
    return sorted((one["policy"], one["status"], one["count"]) for one in history)


EXPECTED = [("Hourly", "caught_up", 1), ("Hourly", "skipped", 7), ("Once", "caught_up", 1)]


@asynccontextmanager
async def ends_of_runs(home: Path) -> AsyncIterator["asyncio.Queue[str]"]:
    """The ends of runs as they happen."""
    ends: asyncio.Queue[str] = asyncio.Queue()

    async def follow(following: asyncio.Event) -> None:
        async with connected(home, "test/1") as client, client.events() as events:
            following.set()
            async for one in events:
                if one.type == "run.ended":
                    ends.put_nowait(one.data["run_id"])

    following = asyncio.Event()
    task = asyncio.create_task(follow(following))
    try:
        async with asyncio.timeout(60):
            await following.wait()
        yield ends
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_after_a_night_asleep_every_due_time_has_exactly_one_record(
    shell: Shell, computer: Computer, tmp_path: Path
) -> None:
    await asyncio.to_thread(three_policies, shell)
    async with system_bus(tmp_path) as address, MockLogind.on(address) as logind:
        with served(shell.home, computer.environment(address)) as service:
            await asyncio.to_thread(words, service)
            lock = await logind.next_lock()
            async with ends_of_runs(shell.home) as ends, asyncio.timeout(60):
                await logind.prepare_for_sleep(going=True)
                await is_let_go(lock)
                computer.sleep(NIGHT)
                await logind.prepare_for_sleep(going=False)
                assert {await ends.get() for _ in range(2)}
            assert await asyncio.to_thread(records, shell) == EXPECTED
            assert await asyncio.to_thread(ended, service) == 0
    assert await asyncio.to_thread(records, shell) == EXPECTED


async def test_after_a_night_dead_the_records_are_the_same(
    shell: Shell, computer: Computer
) -> None:
    await asyncio.to_thread(three_policies, shell)
    with served(shell.home, computer.environment()) as service:
        await asyncio.to_thread(words, service)
    computer.sleep(NIGHT)
    with served(shell.home, computer.environment()) as service:
        await asyncio.to_thread(words, service)
        async with asyncio.timeout(60):
            while await asyncio.to_thread(records, shell) != EXPECTED:
                continue
        assert await asyncio.to_thread(ended, service) == 0
    assert await asyncio.to_thread(records, shell) == EXPECTED
