"""Whole histories on virtual time, two processes ahead; a seed that fails says how to replay it."""

import atexit
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache
from pathlib import Path

from simulation.life import Life

CASES = 100_000
PROCESSES = 2
AHEAD = 64
"""How many histories are given out before the first of them is awaited."""
_given: dict[tuple[str, int], "Future[Mapping[str, int]]"] = {}


def case(number: int, seed: str, folder: Path) -> Mapping[str, int]:
    """What happened in one history, to be added up."""
    for following in range(number, number + AHEAD):
        if (seed, following) not in _given:
            _given[seed, following] = _workers().submit(counted, f"{seed}/{following}")
    return _given.pop((seed, number)).result()


def counted(seed: str) -> Mapping[str, int]:
    """A history in figures; raises AssertionError with the line that replays it."""
    try:
        told = Life(seed).lived()
    except Exception as error:
        again = f"(cd tests && uv run --frozen python -m simulation {seed})"
        raise AssertionError(f"{again}: {type(error).__name__}: {error}") from error
    return Counter(
        held=1,
        seconds=int(told.seconds),
        crashes=told.crashes,
        runs=told.runs,
        requests=told.requests,
        ambiguous=told.ambiguous,
        questions=told.questions,
        called=told.called,
        redrives=told.redrives,
    )


@cache
def _workers() -> ProcessPoolExecutor:
    workers = ProcessPoolExecutor(PROCESSES)
    atexit.register(workers.shutdown, cancel_futures=True)
    return workers
