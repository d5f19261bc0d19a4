"""Retention by value: what goes first, what never goes, and that a thinned run still verifies."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assent_engine.retention import EndedRun, Keep, Value, to_thin
from engine.durable.worlds import Bench, policy, ran, task

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
KEEP = Keep(routine=30 * DAY, effective=365 * DAY, troubled=3650 * DAY, size=5_000)
RUNS = st.lists(
    st.builds(
        EndedRun,
        st.uuids().map(str),
        st.integers(0, 5000).map(lambda days: NOW - days * DAY),
        st.sampled_from(Value),
        st.integers(0, 2000),
    ),
    max_size=30,
)


@given(RUNS)
def test_what_has_reached_its_age_goes_and_nothing_troubled_before(runs: list[EndedRun]) -> None:
    chosen = to_thin(runs, KEEP, NOW)
    for run in runs:
        if NOW - run.ended > KEEP.age(run.value):
            assert run in chosen
        elif run.value is Value.TROUBLED:
            assert run not in chosen


@given(RUNS)
def test_what_is_left_fits_or_is_troubled(runs: list[EndedRun]) -> None:
    chosen = to_thin(runs, KEEP, NOW)
    left = [run for run in runs if run not in chosen]
    fits = sum(run.size for run in left) <= KEEP.size
    assert fits or all(run.value is Value.TROUBLED for run in left)


@given(RUNS)
def test_nothing_goes_for_its_size_while_something_less_valuable_or_older_stays(
    runs: list[EndedRun],
) -> None:
    chosen = to_thin(runs, KEEP, NOW)
    early = [run for run in chosen if NOW - run.ended <= KEEP.age(run.value)]
    for gone in early:
        for kept in (run for run in runs if run not in chosen):
            assert (kept.value, kept.ended) >= (gone.value, gone.ended)


@given(RUNS)
def test_once_is_enough(runs: list[EndedRun]) -> None:
    chosen = to_thin(runs, KEEP, NOW)
    assert to_thin([run for run in runs if run not in chosen], KEEP, NOW) == []


NOTHING = Keep(routine=DAY, effective=3650 * DAY, troubled=3650 * DAY, size=10**9)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "home")


async def test_a_thinned_run_verifies_against_the_ledger_and_tells_its_end(bench: Bench) -> None:
    async with bench.open() as engine:
        reads = [task("number.add", n) for n in range(6)]
        routine = await ran(engine, policy(*reads))
        effective = await ran(engine, {**policy(task("order.place", 1)), "name": "Orders"})
        before = await engine.store.read.journal(effective.run_id)
        bench.clock.advance(90 * 86400)
        assert await engine.thin(NOTHING) == 1
        assert await engine.thin(NOTHING) == 0
        journal = await engine.store.read.journal(routine.run_id)
        assert [one.kind for one in journal] == ["start", "end"]
        assert await engine.store.read.journal(effective.run_id) == before
        row = await engine.store.read.run(routine.run_id)
        assert row is not None
        assert row.output == routine.output
        assert (await engine.check_store()).findings == []
    async with bench.open() as engine:
        assert (await engine.check_store()).findings == []


async def test_a_thinned_run_whose_end_was_changed_is_found(bench: Bench) -> None:
    async with bench.open() as engine:
        run = await ran(engine, policy(*[task("number.add", n) for n in range(3)]))
        bench.clock.advance(90 * 86400)
        await engine.thin(NOTHING)
        connection = engine.store._connection
        await connection.execute("UPDATE journal SET at = 'x' WHERE kind = 'end'")
        found = (await engine.check_store()).findings
    assert [(one.check, one.subject) for one in found] == [("runs", run.run_id)]


async def test_an_open_run_is_never_thinned(bench: Bench) -> None:
    wait = {"type": "Wait", "timestamp": "2099-01-01T00:00:00Z", "end": True}
    reads = [task("number.add", n) for n in range(3)]
    bench.clock = type(bench.clock).__mro__[1]()
    async with bench.open() as engine:
        run = await ran(engine, policy(*reads, wait))
        bench.clock.advance(5000 * 86400)
        assert await engine.thin(NOTHING) == 0
        assert len(await engine.store.read.journal(run.run_id)) > 3
