"""Planted bugs: four, one at a time, each in a process of its own; a test by name catches each.

A case runs that test twice, without the bug and with it.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assent_engine.journal import Journal
from assent_engine.runner import calls, undoing
from assent_engine.runner.family import standing
from assent_engine.runner.recorder import Recorder
from assent_engine.store.records import JournalEntry, Record, SagaEntry
from torture.nursery import mother

TESTS = Path(__file__).parents[1]


def drop_the_sync() -> None:
    """Let a side effect start before its intent is on disk."""
    commit = Recorder.commit

    async def hasty(
        self: Recorder, scope: str, key: str, kind: str, data: Any, *records: Record
    ) -> None:
        if kind == "intent":
            self.enqueue(scope, key, kind, data)
        else:
            await commit(self, scope, key, kind, data, *records)

    Recorder.commit = hasty  # type: ignore[method-assign]


def compensate_forwards() -> None:
    """Reverse what was done first, first."""

    async def unturned(*given: Any) -> list[SagaEntry]:
        return (await standing(*given))[::-1]

    undoing.standing = unturned  # type: ignore[assignment, attr-defined]


def forget_a_record() -> None:
    """Leave out the last recorded outcome on replay."""
    load = Journal.load.__func__  # type: ignore[attr-defined]

    def forgetful(cls: type[Journal], *history: Any) -> Journal:
        journal: Journal = load(cls, *history)
        steps = [one for one in _waiting(journal) if one.kind == "step"]
        if steps:
            journal._recorded[steps[-1].scope].remove(steps[-1])
        return journal

    Journal.load = classmethod(forgetful)  # type: ignore[method-assign,assignment]


def _waiting(journal: Journal) -> list[JournalEntry]:
    queues: Iterable[deque[JournalEntry]] = journal._recorded.values()
    return sorted((one for queue in queues for one in queue), key=lambda one: one.seq)


def key_by_attempt() -> None:
    """Give every attempt of a side effect an idempotency key of its own."""

    def attempted(run_id: str, path: str, key: str) -> str:
        return f"{run_id}/{path}{key}"

    calls.idempotency_key = attempted  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Bug:
    """What is planted, and the test that catches it."""

    plant: Callable[[], None]
    test: str


DURABLE = "engine/durable"
BUGS = {
    "sync dropped before a side effect": Bug(
        drop_the_sync,
        f"{DURABLE}/test_side_effects.py::test_the_intent_is_on_disk_before_the_step_is_called",
    ),
    "compensation in forward order": Bug(
        compensate_forwards,
        f"{DURABLE}/test_saga.py"
        "::test_a_run_that_fails_after_k_orders_takes_all_of_them_back_the_latest_first",
    ),
    "a record forgotten on replay": Bug(
        forget_a_record,
        f"{DURABLE}/test_replay.py::test_reads_that_are_recorded_are_not_read_again",
    ),
    "a new idempotency key for each attempt": Bug(
        key_by_attempt,
        f"{DURABLE}/test_side_effects.py"
        "::test_a_known_failure_is_tried_again_with_the_same_idempotency_key",
    ),
}
CASES = len(BUGS)


def case(number: int, _seed: str, _folder: Path) -> str:
    """The test passes; with the bug it fails, and not because it could not be run."""
    name = [*BUGS][number]
    assert ended(BUGS[name].test, "") == 0, f"{BUGS[name].test} fails by itself"
    assert ended(BUGS[name].test, name) == 1, f"{name} is not caught"
    return f"{name}: caught"


def ended(test: str, bug: str) -> int:
    """pytest's exit code: 0 passed, 1 failed."""
    code: int = mother().live("torture.planted", [test, bug]).told
    return code


def live(given: tuple[str, str]) -> int:
    """A process of its own for the test: nothing else ever runs with the bug."""
    test, bug = given
    if bug:
        BUGS[bug].plant()
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        return pytest.main(["-x", "-p", "no:cacheprovider", str(TESTS / test)])
