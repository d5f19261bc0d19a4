"""The service as a process: from its start to ready, and what it costs while nothing happens."""

import asyncio
import atexit
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from assent_client.client import connected
from assent_engine import library
from assent_engine.engine import Engine
from assent_engine.home import Home
from assent_engine.moments import moment, timestamp
from assent_engine.store import Reader
from assent_schemas.wire import operations as ops
from assent_schemas.wire.frame import Nothing

KIB, MINUTE = 1024, 60.0
IDLE = 30.0
"""Seconds that are measured; the first few, in which it settles, are left out."""
SETTLES = 5.0


@contextmanager
def served(home: Path) -> Iterator["subprocess.Popen[bytes]"]:
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
        with served(Path(folder) / "home"):
            return time.perf_counter() - begun


def idle_memory() -> float:
    """MiB that an idle service holds."""
    with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "home") as process:
        return int(status(Path(f"/proc/{process.pid}"))["VmRSS"].split()[0]) / KIB


def idle_switches() -> float:
    """Voluntary context switches of all its threads in a minute of idleness."""
    with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "home") as process:
        time.sleep(SETTLES)
        before = _switches(process.pid)
        time.sleep(IDLE)
        return (_switches(process.pid) - before) * MINUTE / IDLE


def _switches(pid: int) -> int:
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int(status(one)["voluntary_ctxt_switches"]) for one in threads)


def status(folder: Path) -> dict[str, str]:
    lines = (folder / "status").read_text(encoding="utf-8").splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def idle_processor() -> float:
    """Percent of one processor that an idle service takes."""
    with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "home") as process:
        time.sleep(SETTLES)
        before = processor(process.pid)
        time.sleep(IDLE)
        return (processor(process.pid) - before) * 100 / IDLE


def lateness() -> float:
    """Milliseconds that a due time was started late: the 99th of 100, of 1,000 within 50 s."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        first = datetime.now(UTC) + timedelta(seconds=30)
        moments = [first + timedelta(seconds=0.05 * number) for number in range(1000)]
        asyncio.run(_approved(home, [moments[begin::20] for begin in range(20)]))
        with served(home):
            time.sleep((moments[-1] - datetime.now(UTC)).total_seconds() + 2)
        late = asyncio.run(_late(home))
        assert len(late) == len(moments)
        return statistics.quantiles(late, n=100)[-1] * 1000


def loaded_triggers() -> float:
    """Seconds from the start until ready, with 10,048 triggers in force."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(_with_triggers(), home)
        begun = time.perf_counter()
        with served(home):
            return time.perf_counter() - begun


@cache
def _with_triggers() -> Path:
    """A home with 157 policies of 64 triggers each, made once."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    years_away = datetime.now(UTC) + timedelta(days=3650)
    each = [[years_away + timedelta(minutes=number) for number in range(64)] for _ in range(157)]
    asyncio.run(_approved(folder / "home", each))
    return folder / "home"


def answer() -> float:
    """Milliseconds, by the median, of 200 questions to the door, connection included."""
    with tempfile.TemporaryDirectory() as folder, served(home := Path(folder) / "home"):
        return asyncio.run(_asked(home, 200)) * 1000


async def _approved(home: Path, due: list[list[datetime]]) -> None:
    """A policy for each list of moments at which it is due."""
    tell = {"type": "Task", "resource": "notify.user", "parameters": {"msg": "x"}, "end": True}
    library.load()
    async with Engine.open(Home(home)) as engine:
        for number, moments in enumerate(due):
            triggers = [{"type": "once", "at": timestamp(one)} for one in moments]
            name = f"On time {number}"
            document = {"name": name, "triggers": triggers, "start_at": "A", "states": {"A": tell}}
            new = await engine.policies.propose(document, "bench")
            await engine.policies.approve(
                new.policy_id, new.version, new.hash, by="owner", how="benchmark"
            )


async def _late(home: Path) -> list[float]:
    async with Reader.open(home / "assent.sqlite") as reader:
        rows = await reader.occurrences()
        return [(moment(one.at) - moment(one.due)).total_seconds() for one in rows]


async def _asked(home: Path, times: int) -> float:
    took: list[float] = []
    async with connected(home, "bench/1") as client:
        for _ in range(times):
            begun = time.perf_counter()
            await client.call(ops.STATUS, Nothing())
            took.append(time.perf_counter() - begun)
    return statistics.median(took)


def processor(pid: int) -> float:
    """Seconds of the processor so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
