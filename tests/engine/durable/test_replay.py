"""Replay equals live: a run cut off after any entry of its journal ends as if it had not been."""

import asyncio
import shutil
import sqlite3
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from assent_engine.chain import entry_hash
from assent_engine.effects import idempotency_key
from assent_engine.runner import RunReport
from assent_engine.store.records import JournalEntry
from assent_schemas import exact_json
from assent_schemas.statuses import RunStatus
from engine.durable.worlds import Bench, Json, chain, each, policy, ran, rewind, task

RETRY = [{"error_equals": ["Refused"], "interval_seconds": 1, "max_attempts": 2}]
NUMBERS = st.integers(0, 9)


def unary(resource: str, **more: Any) -> st.SearchStrategy[Json]:
    return NUMBERS.map(lambda n: task(resource, n, result_path="$.last", **more))


SIMPLE = st.one_of(
    unary("number.add"),
    unary("order.place"),
    unary("order.flaky", retry=RETRY),
    NUMBERS.map(lambda n: {"type": "Wait", "seconds": n, "end": True}),
    st.just(
        {
            "type": "Pass",
            "parameters": {"at.$": "$$.state.entered_time"},
            "result_path": None,
            "end": True,
        }
    ),
)
INNER = st.lists(SIMPLE, min_size=1, max_size=2)


@st.composite
def forks(draw: st.DrawFn, inner: st.SearchStrategy[list[Json]] = INNER) -> Json:
    if draw(st.booleans()):
        items = draw(st.lists(NUMBERS, max_size=3))
        limit = draw(st.integers(0, 2))
        return each(items, *draw(inner), max_concurrency=limit, result_path="$.all")
    branches = [chain(*states) for states in draw(st.lists(inner, min_size=1, max_size=2))]
    return {"type": "Parallel", "branches": branches, "result_path": "$.all", "end": True}


NESTED = forks(st.lists(forks(), min_size=1, max_size=1))
STEADY = st.lists(SIMPLE | forks() | NESTED, min_size=1, max_size=2).map(
    lambda states: policy(*states, task("order.place", 1))
)


FORK_THEN_STEP = policy(each([1, 2], task("order.place", "$.n")), task("number.add", 1))


@st.composite
def failing(draw: st.DrawFn) -> Json:
    """A policy with a fork in which one branch fails."""
    branches = draw(st.lists(INNER, min_size=1, max_size=2))
    branches.insert(draw(st.integers(0, len(branches))), [task("number.broken", 1)])
    fork = {"type": "Parallel", "branches": [chain(*one) for one in branches], "end": True}
    before = draw(st.lists(SIMPLE, max_size=1))
    return policy(*before, each([1], fork) if draw(st.booleans()) else fork)


class History:
    """One undisturbed run, and how it goes on when it is cut off."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bench = Bench(folder / "undisturbed")
        self.report: RunReport
        self.journal: list[JournalEntry]

    async def live(self, document: Json) -> None:
        async with self.bench.open() as engine:
            self.report = await ran(engine, document)
            self.journal = await engine.store.read.journal(self.report.run_id)

    def cut(self, seq: int, *, accepted: bool) -> "Cut":
        """A copy of the home in which everything after an entry never happened.

        Orders that had begun by then and not ended were accepted by the outside, or not.
        """
        bench = Bench(self.folder / f"cut-{seq}-{accepted}")
        shutil.copytree(self.bench.path, bench.path)
        rewind(bench, self.report.run_id, seq)
        recorded, begun, refused = outcomes(self.report.run_id, self.journal[:seq])
        bench.outside.refusals = refused
        for key, order in self.bench.outside.orders.items():
            if key in recorded or (accepted and key in begun):
                bench.outside.orders[key] = order
        return Cut(bench, recorded, begun)


class Cut:
    def __init__(self, bench: Bench, recorded: set[str], begun: set[str]) -> None:
        self.bench, self.recorded, self.begun = bench, recorded, begun
        self.saga: list[str] = []

    async def resume(self, run_id: str) -> RunReport:
        async with self.bench.open() as engine:
            report = await engine.runs.resume(run_id)
            self.saga = [one.idempotency_key for one in await engine.store.read.saga_log(run_id)]
        return report


def outcomes(run_id: str, journal: list[JournalEntry]) -> tuple[set[str], set[str], Counter[str]]:
    """Keys done, keys begun without an outcome, and how often each was refused."""
    done: set[str] = set()
    begun: set[str] = set()
    refused: Counter[str] = Counter()
    for one in journal:
        key = idempotency_key(run_id, one.scope, one.key)
        if one.kind == "intent":
            begun.add(key)
        elif one.kind == "step" and key in begun:
            begun.remove(key)
            if "ok" in exact_json.decode(one.data):
                done.add(key)
            else:
                refused[key] += 1
    return done, begun, refused


def in_a_folder(check: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(check(Path(folder)))


@given(document=STEADY, accepted=st.booleans())
@example(document=FORK_THEN_STEP, accepted=True)
@settings(max_examples=12, deadline=None)
def test_a_run_cut_off_anywhere_ends_as_the_undisturbed_one(
    *, document: Json, accepted: bool
) -> None:
    async def check(folder: Path) -> None:
        history = History(folder)
        await history.live(document)
        assert history.report.status is RunStatus.COMPLETED
        for seq in range(1, len(history.journal)):
            cut = history.cut(seq, accepted=accepted)
            assert await cut.resume(history.report.run_id) == history.report
            assert cut.bench.outside.orders == history.bench.outside.orders
            assert sorted(cut.saga) == sorted(cut.bench.outside.orders)
            assert_called_rightly(cut, accepted=accepted)

    in_a_folder(check)


@given(document=failing(), accepted=st.booleans())
@settings(max_examples=10, deadline=None)
def test_a_failing_run_cut_off_anywhere_fails_alike_and_loses_no_order(
    *, document: Json, accepted: bool
) -> None:
    async def check(folder: Path) -> None:
        history = History(folder)
        await history.live(document)
        assert (history.report.status, history.report.error) == (RunStatus.FAILED, "Broken")
        for seq in range(1, len(history.journal)):
            cut = history.cut(seq, accepted=accepted)
            assert await cut.resume(history.report.run_id) == history.report
            assert sorted(cut.saga) == sorted(cut.bench.outside.orders)
            assert_called_rightly(cut, accepted=accepted)

    in_a_folder(check)


def assert_called_rightly(cut: Cut, *, accepted: bool) -> None:
    """What was recorded, or what the outside knew of, is not called again; nothing twice."""
    calls = Counter(cut.bench.outside.calls)
    known = cut.recorded | (cut.begun & set(cut.bench.outside.orders) if accepted else set())
    assert not known & set(calls)
    assert all(count == 1 for count in calls.values())


async def test_reads_that_are_recorded_are_not_read_again(tmp_path: Path) -> None:
    history = History(tmp_path)
    await history.live(policy(*(task("number.add", n) for n in range(4))))
    for seq in range(1, 5):
        cut = history.cut(seq, accepted=False)
        await cut.resume(history.report.run_id)
        assert cut.bench.outside.reads == list(range(4))[seq - 1 :]


async def test_an_intent_whose_outcome_is_unsure_stops_the_run_until_it_can_be_told(
    tmp_path: Path,
) -> None:
    history = History(tmp_path)
    await history.live(policy(task("order.place", 1), task("order.place", 2)))
    cut = history.cut(2, accepted=True)
    cut.bench.outside.reachable = False
    report = await cut.resume(history.report.run_id)
    assert (report.status, report.error) == (RunStatus.NEEDS_OWNER, "effect.unsure")
    assert cut.bench.outside.calls == []
    async with cut.bench.open() as engine:
        (notice,) = await engine.store.read.notices(report.run_id)
        assert "order.place" in notice.text
        cut.bench.outside.reachable = True
        assert await engine.runs.resume(report.run_id) == history.report
    assert len(cut.bench.outside.calls) == 1


async def test_cutting_a_run_again_and_again_changes_nothing(tmp_path: Path) -> None:
    """Every process dies after two more entries."""
    history = History(tmp_path)
    inner = [task("order.place", "$.n"), task("number.add", "$.n")]
    await history.live(policy(each([1, 2, 3], *inner, max_concurrency=1), task("order.place", 4)))
    cut = history.cut(1, accepted=False)
    for seq in range(2, len(history.journal), 2):
        assert await cut.resume(history.report.run_id) == history.report
        rewind(cut.bench, history.report.run_id, seq)
    assert await cut.resume(history.report.run_id) == history.report
    assert cut.bench.outside.orders == history.bench.outside.orders


async def test_a_journal_of_another_policy_is_not_guessed_over(tmp_path: Path) -> None:
    history = History(tmp_path)
    await history.live(policy(task("number.add", 1), task("order.place", 2)))
    cut = history.cut(2, accepted=False)
    journal = history.journal[1]
    with closing(sqlite3.connect(cut.bench.home.database, isolation_level=None)) as connection:
        digest = entry_hash(
            journal.run_id, 2, "", "Z.1/1", "step", journal.data, journal.at, journal.previous_hash
        )
        connection.execute("UPDATE journal SET key = 'Z.1/1', hash = ? WHERE seq = 2", (digest,))
    report = await cut.resume(history.report.run_id)
    assert (report.status, report.error) == (RunStatus.NEEDS_OWNER, "journal.diverged")
    assert cut.bench.outside.calls == []
