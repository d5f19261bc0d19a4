"""The service as a process: from its start to ready, and what it costs while nothing happens."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

KIB, MINUTE = 1024, 60.0
IDLE = 30.0
"""Seconds that are measured; the first few, in which it settles, are left out."""
SETTLES = 5.0


@contextmanager
def _served(home: Path) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "assent_service", "service", "run", "--json", "--home"]
    with subprocess.Popen(
        [*command, str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=dict(os.environ),
    ) as process:
        try:
            assert process.stdout is not None
            assert json.loads(process.stdout.read())["state"] == "ready"
            yield process
        finally:
            process.terminate()


def start_to_ready() -> float:
    """Seconds from the start of the process until it says that it is ready."""
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        with _served(Path(folder) / "home"):
            return time.perf_counter() - begun


def idle_memory() -> float:
    """MiB that an idle service holds."""
    with tempfile.TemporaryDirectory() as folder, _served(Path(folder) / "home") as process:
        return int(_status(Path(f"/proc/{process.pid}"))["VmRSS"].split()[0]) / KIB


def idle_switches() -> float:
    """Voluntary context switches of all its threads in a minute of idleness."""
    with tempfile.TemporaryDirectory() as folder, _served(Path(folder) / "home") as process:
        time.sleep(SETTLES)
        before = _switches(process.pid)
        time.sleep(IDLE)
        return (_switches(process.pid) - before) * MINUTE / IDLE


def _switches(pid: int) -> int:
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int(_status(one)["voluntary_ctxt_switches"]) for one in threads)


def _status(folder: Path) -> dict[str, str]:
    lines = (folder / "status").read_text(encoding="utf-8").splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
