"""The tray as a process: from its start to its icon, and what it costs while nothing happens."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.service import IDLE, KIB, SETTLES, processor, served, status
from buses import session_bus
from tray.hosts import host, named
from tray.trays import Desk, desktop, tray


def start_to_icon() -> float:
    """Seconds from the start of the process until a panel has its icon; no service runs."""
    return asyncio.run(_start_to_icon())


async def _start_to_icon() -> float:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with session_bus(folder) as address, host(address) as bar:
            begun = time.perf_counter()
            with tray(folder / "home", folder):
                await bar.next_icon()
                await bar.of_the_icon("IconPixmap")
                return time.perf_counter() - begun


def memory() -> float:
    """MiB that it holds while it is connected, and its menu and icon were read."""
    return asyncio.run(_memory())


async def _memory() -> float:
    async with _connected() as desk:
        return int(status(Path(f"/proc/{desk.process.pid}"))["VmRSS"].split()[0]) / KIB


def idle_processor() -> float:
    """Percent of one processor that it takes while it is connected and nothing happens."""
    return asyncio.run(_idle_processor())


async def _idle_processor() -> float:
    async with _connected() as desk:
        await asyncio.sleep(SETTLES)
        before = processor(desk.process.pid)
        await asyncio.sleep(IDLE)
        return (processor(desk.process.pid) - before) * 100 / IDLE


@asynccontextmanager
async def _connected() -> AsyncIterator[Desk]:
    with tempfile.TemporaryDirectory() as name:
        async with desktop(Path(name)) as desk:
            with served(desk.shell.home):
                await desk.bar.until(named("Pause everything"))
                await desk.bar.of_the_icon("IconPixmap")
                yield desk
