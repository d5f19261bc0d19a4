"""Compensation: one completed side effect reversed, with retries, as effects like any other."""

import itertools
from collections.abc import Generator
from typing import Any

from assent_engine.effects import Effect, Ok, Outcome, RunStep, Sleep
from assent_engine.interpreter.faults import SKIPPED

ATTEMPTS = 3


def compensate(resource: str, given: Any, rank: int) -> Generator[Effect, Any, Outcome]:
    """Call a compensating step, up to three times with waits of 1 s and 2 s.

    `rank` counts how often the owner has said "try again": each has its own idempotency key.
    """
    name = f"undo.{rank}"
    for attempt in itertools.count(1):
        outcome: Outcome = yield RunStep(f"{name}/{attempt}", resource, given)
        if isinstance(outcome, Ok) or outcome.error == SKIPPED or attempt == ATTEMPTS:
            return outcome
        yield Sleep(f"{name}/{attempt}/backoff", seconds=2 ** (attempt - 1))
    raise AssertionError
