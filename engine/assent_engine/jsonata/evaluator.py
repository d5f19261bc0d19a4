"""The worker's master: one process, started when first asked and again after it was killed."""

import atexit
import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from assent_engine.interpreter.query import QueryFailed, Question
from assent_schemas import exact_json

TIME = 2.0
"""Seconds of the processor for all expressions of one question."""
PATIENCE = 60.0
"""Seconds on the wall, far beyond it: only a worker that hangs takes so long."""
START_TIME = 30.0
_CHUNK = 1 << 16
_MOST = 8 << 20


class _Gone(Exception):
    """The worker did not answer, and why."""


@dataclass(slots=True)
class Evaluator:
    """Answers questions, one at a time, whichever thread asks; close it when done."""

    seconds: float = TIME
    _process: subprocess.Popen[bytes] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @staticmethod
    @cache
    def shared() -> "Evaluator":
        """The one that this process keeps until it ends."""
        evaluator = Evaluator()
        atexit.register(evaluator.close)
        return evaluator

    def answers(self, question: Question) -> list[Any]:
        """The values of the expressions; raises QueryFailed for the first that has none."""
        with self._lock:
            try:
                answer = self._ask(question)
            except (_Gone, OSError) as gone:
                self._stop()
                raise QueryFailed(0, str(gone) if isinstance(gone, _Gone) else _DIED) from None
            except BaseException:
                self._stop()
                raise
        if "values" not in answer:
            raise QueryFailed(answer["at"], answer["cause"])
        return [_exact(at, value) for at, value in enumerate(answer["values"])]

    def faults(self, expressions: list[str]) -> list[str | None]:
        """Why each expression cannot be parsed, None where it can or where that is not known."""
        with self._lock:
            try:
                answer = self._send(json.dumps({"parse": expressions}).encode() + b"\n")
            except (_Gone, OSError):
                self._stop()
                return [None] * len(expressions)
            except BaseException:
                self._stop()
                raise
        found: list[str | None] = answer["faults"]
        return found

    def close(self) -> None:
        """End the worker, if there is one."""
        with self._lock:
            self._stop()

    def _ask(self, question: Question) -> dict[str, Any]:
        return self._send(_line(question))

    def _send(self, line: bytes) -> dict[str, Any]:
        process = self._running()
        if process.stdin is None:
            raise _Gone(_DIED)
        process.stdin.write(line)
        process.stdin.flush()
        return _read(process, PATIENCE, self.seconds)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._stop()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "assent_engine.jsonata.worker", str(self.seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONHASHSEED": "0"},
        )
        try:
            _read(self._process, START_TIME, self.seconds)
        except _Gone as gone:
            raise RuntimeError(f"the worker for JSONata does not start: it {gone}") from None
        return self._process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


_DIED = "ended its worker: it needs too much memory or nests too deep"
_SLOW = "took longer than {:g} seconds"


def _exact(at: int, value: Any) -> Any:
    try:
        return exact_json.plain(value)
    except ValueError as error:
        raise QueryFailed(at, f"failed: {error}") from None


def _line(question: Question) -> bytes:
    asked = {
        "expressions": question.expressions,
        "bindings": question.bindings,
        "now": question.now,
        "seed": question.seed,
    }
    return json.dumps(asked, default=_rounded).encode() + b"\n"


def _rounded(value: Any) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} is not a JSON value")


def _read(process: subprocess.Popen[bytes], patience: float, seconds: float) -> dict[str, Any]:
    """One line of the worker's, which has so many seconds of the processor; raises _Gone."""
    if process.stdout is None:
        raise _Gone(_DIED)
    until, text, poll = time.monotonic() + patience, bytearray(), select.poll()
    poll.register(process.stdout, select.POLLIN)
    while not text.endswith(b"\n"):
        left = until - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise _Gone(_SLOW.format(seconds))
        chunk = os.read(process.stdout.fileno(), _CHUNK)
        text += chunk
        if not chunk or len(text) > _MOST:
            raise _Gone(_end(process, seconds))
    answer: dict[str, Any] = json.loads(text)
    return answer


def _end(process: subprocess.Popen[bytes], seconds: float) -> str:
    """Why a worker ended by itself."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        if process.wait(timeout=1) == -signal.SIGPROF:
            return _SLOW.format(seconds)
    return _DIED
