"""Processes that die: a mother forks one for each life, so that only she pays for the imports.

She reads lines of JSON, [module, given, mercy]. A life is `module.live(given)`, whose answer is
JSON. With a mercy it is killed so many seconds after it has called `alive()`, unless it has
ended. She answers a line of JSON: the signal that ended it (0 for none), what it told, what went
wrong in it, the seconds that it lived, and those in which it was busy.
"""

import importlib
import json
import os
import select
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assent_engine import library

HERE = hasattr(os, "fork")
_ALIVE = b"\n"
_answer = -1


@dataclass(frozen=True, slots=True)
class Life:
    """How a process ended; `told` is None where it was killed."""

    signal: int
    told: Any
    seconds: float
    busy: float

    @property
    def killed(self) -> bool:
        return self.signal == signal.SIGKILL


class Mother:
    """The mother's process, seen from the test."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    @classmethod
    @contextmanager
    def started(cls) -> Iterator["Mother"]:
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        # Not -m: lives import this module by its name, and must find the same one.
        program, pipe = "from engine.durable.mother import main; main()", subprocess.PIPE
        with subprocess.Popen(
            [sys.executable, "-c", program], stdin=pipe, stdout=pipe, text=True, env=environment
        ) as process:
            yield cls(process)

    def live(self, module: str, given: Any, mercy: float | None = None) -> Life:
        """One life; raises AssertionError where it ended by an error of its own."""
        streams = self._process.stdin, self._process.stdout
        assert streams[0] is not None
        assert streams[1] is not None
        streams[0].write(json.dumps([module, given, mercy]) + "\n")
        streams[0].flush()
        died_of, told, wrong, seconds, busy = json.loads(streams[1].readline())
        assert not wrong, wrong
        return Life(died_of, told, seconds, busy)


def alive() -> None:
    """Say that from now on the process may be killed."""
    os.write(_answer, _ALIVE)


def _lived(module: str, given: Any, answer: int) -> None:
    """The whole life of a forked process; it never comes back to read the next line."""
    global _answer  # noqa: PLW0603 - a process has one mother
    _answer = answer
    try:
        told, wrong = importlib.import_module(module).live(given), ""
    except BaseException:  # noqa: BLE001 - told to the mother, whatever it is
        told, wrong = None, traceback.format_exc()
    with os.fdopen(answer, "wb") as pipe:
        pipe.write(json.dumps([told, wrong]).encode())
    os._exit(0)


def _born(module: str, given: Any, mercy: float | None) -> list[Any]:
    importlib.import_module(module)
    reading, writing = os.pipe()
    began = time.monotonic()
    if (pid := os.fork()) == 0:
        os.close(reading)
        _lived(module, given, writing)
    os.close(writing)
    with os.fdopen(reading, "rb", buffering=0) as answer:
        said = answer.read(1) if mercy is not None else b""
        if said == _ALIVE:
            said = b""
            if not select.select([answer], [], [], mercy)[0]:
                os.kill(pid, signal.SIGKILL)
        said += answer.read()
    _, status, used = os.wait4(pid, 0)
    told, wrong = json.loads(said.strip(_ALIVE) or '[null, ""]')
    return [
        os.WTERMSIG(status),
        told,
        wrong,
        time.monotonic() - began,
        used.ru_utime + used.ru_stime,
    ]


def main() -> None:
    library.load()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_born(*json.loads(line))) + "\n")
        sys.stdout.flush()
