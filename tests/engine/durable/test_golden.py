"""Golden journals: runs that began by the rules of their time are followed, outcome for outcome."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from assent_engine.interpreter import SEMANTICS
from assent_engine.store.records import JournalEntry, NewRun, Record, SagaEntry, parameters
from assent_schemas import exact_json
from engine.durable.golden.record import FOLDER, POLICIES
from engine.durable.worlds import Bench, Json, approved

GOLDEN = {file.stem: exact_json.decode(file.read_bytes()) for file in FOLDER.glob("*.json")}
BUMP = "The meaning of a policy has changed: bump SEMANTICS and keep the old branch for old runs."


def written(bench: Bench, *records: Record) -> None:
    """Put records into a closed home."""
    with closing(sqlite3.connect(bench.home.database, isolation_level=None)) as connection:
        for record in records:
            connection.execute(record.sql, parameters(record))


def new_run(golden: Json, policy_hash: str) -> NewRun:
    start = exact_json.decode(golden["journal"][0]["data"])
    context = exact_json.encode(start["input"]).decode()
    version = "1.0.0"
    run_id, policy_id = golden["run_id"], golden["policy_id"]
    at = golden["created_at"]
    first = golden["policy"]["start_at"]
    return NewRun(run_id, policy_id, version, policy_hash, "RUNNING", first, context, at)


async def as_left_by_a_crash(bench: Bench, golden: Json) -> None:
    """A home in which the run lacks nothing but the record of its end."""
    async with bench.open() as engine:
        assert await approved(engine, golden["policy"]) == golden["policy_id"]
        (version,) = await engine.store.read.versions(golden["policy_id"])
    entries = [JournalEntry(**one) for one in golden["journal"][:-1]]
    saga = [SagaEntry(**one) for one in golden["saga_log"]]
    written(bench, new_run(golden, version.hash), *entries, *saga)


def forbid_steps(bench: Bench) -> None:
    """Make every step one that must not be called."""

    async def called(*_given: Any) -> Any:
        raise AssertionError(BUMP)

    for name in ("number.add", "number.broken", "order.place", "order.flaky", "order.cancel"):
        step = bench.registry.step(name)
        assert step is not None
        object.__setattr__(step, "function", called)


@pytest.mark.parametrize("name", sorted(GOLDEN))
async def test_a_golden_journal_is_followed_to_the_same_end(name: str, tmp_path: Path) -> None:
    golden, bench = GOLDEN[name], Bench(tmp_path / "home")
    await as_left_by_a_crash(bench, golden)
    forbid_steps(bench)
    async with bench.open() as engine:
        report = await engine.runs.resume(golden["run_id"])
        journal = await engine.store.read.journal(golden["run_id"])
    assert exact_json.plain(report.as_json()) == golden["report"], BUMP
    made = [(one.scope, one.key, one.kind, one.data) for one in journal]
    kept = [(one["scope"], one["key"], one["kind"], one["data"]) for one in golden["journal"]]
    assert made == kept, BUMP


def test_there_is_a_golden_journal_of_each_policy_by_the_rules_of_today() -> None:
    assert {f"{name}.{SEMANTICS}" for name in POLICIES} <= GOLDEN.keys()
