"""A sample of simulated histories; the same seed again; and that planted faults are found."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from assent_engine.effects import Ok
from assent_engine.journal import Journal
from assent_engine.registry import NotDone
from assent_engine.runner import calls, undoing
from assent_engine.runner.family import standing
from assent_engine.runner.recorder import Recorder
from assent_engine.store import Reader, tables
from assent_engine.store.rows import PauseRow
from assent_engine.tally import Tally
from simulation.life import Life, Told
from simulation.loop import SeededLoop, Stuck, VirtualClock

TESTS = Path(__file__).parents[1]
SAMPLE = 60
MOST = 400
"""How many histories a planted fault may stay unseen."""


def lived(number: int) -> Told:
    return Life(f"sample/{number}").lived()


def test_every_promise_is_kept_in_a_sample_of_histories() -> None:
    told = [lived(number) for number in range(SAMPLE)]
    assert sum(one.crashes for one in told) > SAMPLE / 3
    assert sum(one.ambiguous for one in told) > SAMPLE / 4
    assert sum(one.runs for one in told) > SAMPLE
    for count in ("questions", "called", "redrives"):
        assert sum(getattr(one, count) for one in told) > 0


def test_a_seed_gives_the_same_history_again_and_another_one_another() -> None:
    assert lived(3) == lived(3)
    assert lived(3).digest != lived(4).digest


@pytest.mark.process
def test_a_seed_gives_the_same_history_in_any_process() -> None:
    command = [sys.executable, "-m", "simulation", "sample/11"]
    told = {
        subprocess.run(
            command,
            cwd=TESTS,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(TESTS)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(told) == 1


def test_the_seed_decides_who_goes_first() -> None:
    orders = set()
    for seed in range(20):
        loop, order = SeededLoop(Random(seed)), list[int]()
        for number in range(4):
            loop.call_soon(order.append, number)
        loop.run(_nothing())
        loop.end_all()
        loop.close()
        orders.add(tuple(order))
    assert len(orders) > 10


def test_a_clock_that_is_set_wakes_who_sleeps_and_shortens_no_timer() -> None:
    loop = SeededLoop(Random(1))
    clock, fired = VirtualClock(loop, Random(2)), list[float]()
    clock.timer(3600, lambda: fired.append(loop.time()))
    loop.call_later(100, clock.set_forward, 10_000)
    loop.run(clock.sleep_until(clock.now() + timedelta(seconds=5000)))
    assert 100 <= loop.time() <= 100 + VirtualClock.LONGEST
    loop.run(clock.sleep_until(clock.now() + timedelta(seconds=5000)))
    assert fired == [3600]
    loop.end_all()
    loop.close()


def test_what_waits_for_nothing_is_noticed() -> None:
    loop = SeededLoop(Random(1))
    with pytest.raises(Stuck, match="nothing is due"):
        loop.run(_wait(loop))
    loop.end_all()
    loop.close()


async def _nothing() -> None:
    pass


async def _wait(loop: SeededLoop) -> None:
    await loop.create_future()


def intents_are_not_awaited(planted: pytest.MonkeyPatch) -> None:
    real = Recorder.commit

    async def commit(
        self: Recorder, scope: str, key: str, kind: str, data: Any, *more: Any
    ) -> None:
        if kind == "intent":
            self.enqueue(scope, key, kind, data)
        else:
            await real(self, scope, key, kind, data, *more)

    planted.setattr(Recorder, "commit", commit)


def commits_are_not_synced(planted: pytest.MonkeyPatch) -> None:
    planted.setattr(tables, "SETTINGS", ("synchronous = NORMAL",))


def the_first_is_reversed_first(planted: pytest.MonkeyPatch) -> None:
    async def forward(*given: Any) -> Any:
        return (await standing(*given))[::-1]

    planted.setattr(undoing, "standing", forward)


def a_record_is_forgotten_on_replay(planted: pytest.MonkeyPatch) -> None:
    real = Journal.load.__func__  # type: ignore[attr-defined]

    def load(cls: type[Journal], *history: Any, **after: Any) -> Any:
        journal = real(cls, *history, **after)
        for scope, waiting in journal._recorded.items():
            if scope and waiting and waiting[-1].kind == "step":
                waiting.pop()
                break
        return journal

    planted.setattr(Journal, "load", classmethod(load))


def every_attempt_has_a_key_of_its_own(planted: pytest.MonkeyPatch) -> None:
    planted.setattr(calls, "idempotency_key", lambda run, path, key: f"{run}/{path}{key}")


def the_outside_is_never_asked(planted: pytest.MonkeyPatch) -> None:
    async def guess(_call: calls.Call) -> NotDone:
        return NotDone()

    planted.setattr(calls, "_reconciled", guess)


def a_yes_covers_any_number_of_calls(planted: pytest.MonkeyPatch) -> None:
    planted.setattr(Tally, "answer", lambda *_: Ok(None))


def a_pause_is_overlooked(planted: pytest.MonkeyPatch) -> None:
    planted.setattr(PauseRow, "holds", lambda *_: False)


def everybody_has_a_place(planted: pytest.MonkeyPatch) -> None:
    async def places(_self: Reader, _key: str) -> tuple[int, None]:
        return 0, None

    planted.setattr(Reader, "places", places)


@pytest.mark.parametrize(
    ("plant", "promise"),
    [
        (a_yes_covers_any_number_of_calls, "calls of a yes|used when it had ended"),
        (a_pause_is_overlooked, "P4: starts though it is paused"),
        (everybody_has_a_place, "runs have a place of"),
        (intents_are_not_awaited, "P2: starts without an intent on disk|P5"),
        (commits_are_not_synced, "P5: lost in the crash"),
        (the_first_is_reversed_first, "reversed in the wrong order"),
        (a_record_is_forgotten_on_replay, "P1|journal|never come to rest"),
        (every_attempt_has_a_key_of_its_own, "P2"),
        (the_outside_is_never_asked, "P2"),
    ],
)
def test_a_planted_fault_is_found(
    plant: Callable[[pytest.MonkeyPatch], None], promise: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    with pytest.raises(AssertionError, match=promise):
        _search()


def _search() -> None:
    for number in range(MOST):
        lived(number)
