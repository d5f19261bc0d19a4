"""The bridge as a process: its start, what it holds, and how long a call takes through it."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.bridge.ends import double_at

CALLS = 1_000
KIB, MILLI = 1024, 1000
_SCRIPT = Path(sys.executable).with_name("assent")


@contextmanager
def _door() -> Iterator[Path]:
    """The home of a door that answers at once."""
    with tempfile.TemporaryDirectory() as folder, double_at(Path(folder) / "home"):
        yield Path(folder) / "home"


@contextmanager
def _bridge(home: Path) -> Iterator["subprocess.Popen[bytes]"]:
    command = [str(_SCRIPT), "mcp", "--home", str(home)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, bufsize=0) as process:
        try:
            yield process
        finally:
            process.kill()


def _call(process: "subprocess.Popen[bytes]", to: int) -> float:
    """Milliseconds from a call to its answer."""
    params = {"name": "echo", "arguments": {"text": "hello"}}
    message = {"jsonrpc": "2.0", "id": to, "method": "tools/call", "params": params}
    line = json.dumps(message).encode() + b"\n"
    assert process.stdin is not None
    assert process.stdout is not None
    begun = time.perf_counter()
    process.stdin.write(line)
    assert json.loads(process.stdout.readline())["id"] == to
    return (time.perf_counter() - begun) * MILLI


def start() -> float:
    """Milliseconds from the start of the process to its first answer."""
    with _door() as home:
        begun = time.perf_counter()
        with _bridge(home) as process:
            _call(process, 0)
            return (time.perf_counter() - begun) * MILLI


def memory() -> float:
    """MiB that it holds after many calls."""
    with _door() as home, _bridge(home) as process:
        for to in range(CALLS):
            _call(process, to)
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
        (line,) = [one for one in status.splitlines() if one.startswith("VmRSS")]
        return int(line.split()[1]) / KIB


def usual() -> float:
    """Milliseconds that half of the calls take at most."""
    return statistics.median(_calls())


def slow() -> float:
    """Milliseconds that 99 of 100 calls take at most."""
    return statistics.quantiles(_calls(), n=100)[-1]


def _calls() -> list[float]:
    with _door() as home, _bridge(home) as process:
        return [_call(process, to) for to in range(CALLS)]
