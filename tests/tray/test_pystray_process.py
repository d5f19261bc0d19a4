"""pystray in the main thread of a process: it ends by signals, and never hangs."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process
TESTS = Path(__file__).parents[1]
PROGRAM = """
import sys
from assent_tray.pystray_back_end import Pystray
from tray.memory_desktop import InMemory

async def work(seat):
    print("works", flush=True)
    await seat.told_to_end.wait()
    print("ends", flush=True)

def breaks():
    raise RuntimeError("no session bus")

Pystray(InMemory(breaks) if "breaks" in sys.argv else InMemory()).run(work)
"""


def program(*words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("word", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_work_and_then_the_process(word: signal.Signals) -> None:
    with program() as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "works\n"
        process.send_signal(word)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "ends\n", "")


def test_a_desktop_that_breaks_at_the_start_does_not_leave_the_process_hanging() -> None:
    with program("breaks") as process:
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Unusable: pystray: RuntimeError: no session bus" in err
