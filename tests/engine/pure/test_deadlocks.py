"""Deadlocks are foreseen: whoever is let wait gets its place, however calls and keys are nested."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from assent_engine.runner.deadlocks import HELD, WAITS, never_placed
from assent_engine.store.rows import RunRow
from assent_schemas.statuses import RunStatus

LIMITS = {"a": 1, "b": 1, "c": 2}


def row(run: str, caller: str | None, key: str | None, place: str | None) -> RunRow:
    limit, at = LIMITS.get(key or ""), "2026-03-02T09:00:00Z"
    status = RunStatus.PENDING if place == WAITS else RunStatus.RUNNING
    fixed = ("p", "1", "h", status, None, None, None, 0, None, None, None, None)
    return RunRow(run, *fixed, key, limit, place, at, at, caller, None)


@dataclass
class Stage:
    """Chains of calls, each run holding its key from its start until all below it has ended."""

    chains: list[list[str]]
    open: list[list[RunRow]] = field(default_factory=list)
    refused: int = 0

    def __post_init__(self) -> None:
        self.open = [[row(str(at), None, None, None)] for at in range(len(self.chains))]

    @property
    def rows(self) -> list[RunRow]:
        return [one for chain in self.open for one in chain]

    def held(self, key: str) -> int:
        return sum((one.concurrency_key, one.place) == (key, HELD) for one in self.rows)

    def movable(self) -> Iterator[int]:
        for at, chain in enumerate(self.open):
            if chain and (chain[-1].place != WAITS or self._free(str(chain[-1].concurrency_key))):
                yield at

    def _free(self, key: str) -> bool:
        return self.held(key) < LIMITS[key]

    def move(self, at: int) -> None:
        chain, keys = self.open[at], self.chains[at]
        last, deep = chain[-1], len(chain) - 1
        if last.place == WAITS:
            chain[-1] = row(last.id, last.parent_run, last.concurrency_key, HELD)
        elif deep == len(keys):
            chain.clear()
        else:
            self._call(chain, keys[deep])

    def _call(self, chain: list[RunRow], key: str) -> None:
        run, caller = f"{chain[-1].id}.", chain[-1].id
        if any(one.concurrency_key == key for one in chain):
            chain.append(row(run, caller, None, None))
        elif self._free(key):
            chain.append(row(run, caller, key, HELD))
        elif never_placed(self.rows, key, caller):
            self.refused += 1
            chain.clear()
        else:
            chain.append(row(run, caller, key, WAITS))


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=4), max_size=5), st.integers())
def test_somebody_can_always_go_on(chains: list[list[str]], seed: int) -> None:
    stage, chance = Stage(chains), Random(seed)
    while any(stage.open):
        movable = list(stage.movable())
        assert movable, "all wait for each other"
        stage.move(chance.choice(movable))


def test_a_circle_is_refused_where_it_would_be_shut_and_no_sooner() -> None:
    stage = Stage([["a", "b"], ["b", "a"]])
    stage.move(0)
    stage.move(1)
    stage.move(0)
    assert stage.refused == 0
    stage.move(1)
    assert stage.refused == 1


def test_a_place_that_somebody_else_holds_too_is_worth_waiting_for() -> None:
    stage = Stage([["c", "a"], ["a", "c"], ["c"]])
    for at in (0, 1, 2, 0):
        stage.move(at)
    stage.move(1)
    assert stage.refused == 0
