"""A real tray of a home, as a process on a private bus, for tests."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from buses import session_bus
from service.process.served import PATIENCE
from service.shell import Shell
from tray.hosts import Host, host


@contextmanager
def tray(home: Path, folder: Path, *options: str) -> Iterator["subprocess.Popen[str]"]:
    """The command `assent tray`; the bus of the folder is its session's."""
    session = {
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={folder / 'session-bus'}",
        "XDG_RUNTIME_DIR": str(folder),
        "DISPLAY": "",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "assent_service", "tray", "--home", str(home), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **session},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    """Exit code, output and errors of one that is asked to end."""
    process.terminate()
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


@dataclass(frozen=True, slots=True)
class Desk:
    """A tray with its panel, and the command line of the same home."""

    process: "subprocess.Popen[str]"
    bar: Host
    shell: Shell


@asynccontextmanager
async def desktop(folder: Path, *options: str) -> AsyncIterator[Desk]:
    """A tray that its panel shows."""
    home = folder / "home"
    async with session_bus(folder) as address, host(address) as bar:
        with tray(home, folder, *options) as process:
            await bar.next_icon()
            yield Desk(process, bar, Shell(home))
