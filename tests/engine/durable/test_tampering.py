"""Another process changes the database: refused, recorded, and nothing further is called."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assent_engine.engine import Engine
from assent_schemas.errors import Refused, StoreError
from assent_schemas.statuses import RunStatus
from engine.durable.worlds import (
    Bench,
    FakeClock,
    approved,
    during_the_first_step,
    each,
    policy,
    task,
)

TWO_STEPS = policy(task("number.add", 1), task("order.place", 2))
TWO_READS = policy(task("number.add", 1), task("order.place", 2), task("number.add", 3))


def execute(bench: Bench, statement: str, *values: Any) -> None:
    """What another program does to the open database."""
    with closing(sqlite3.connect(bench.home.database, isolation_level=None)) as connection:
        connection.execute(statement, values)


def flip(bench: Bench, at: int, bit: int = 0) -> None:
    """Change one bit of one byte of every document."""
    with closing(sqlite3.connect(bench.home.database, isolation_level=None)) as connection:
        ((document,),) = connection.execute("SELECT document FROM policy_versions").fetchall()
        changed = bytearray(document)
        changed[at % len(changed)] ^= 1 << bit
        connection.execute("UPDATE policy_versions SET document = ?", (bytes(changed),))


async def refusal_of(engine: Engine, policy_id: str) -> str:
    with pytest.raises(Refused) as told:
        await engine.runs.start(policy_id)
    return told.value.problem.code


@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_one_changed_bit_of_the_document_is_refused_at_start_and_audited(
    tmp_path_factory: pytest.TempPathFactory, at: int, bit: int
) -> None:
    bench = Bench(tmp_path_factory.mktemp("flip") / "home")
    async with bench.open() as engine:
        policy_id = await approved(engine, TWO_STEPS)
        flip(bench, at, bit)
        assert await refusal_of(engine, policy_id) == "policy.tampered"
        last = (await engine.store.read.audit())[-1]
        assert (last.action, last.subject) == ("refuse", policy_id)
        assert "policy.tampered" in last.detail
        assert await engine.store.read.runs() == []
    assert (bench.outside.reads, bench.outside.calls) == ([], [])


# SQLite's replace() gives text; the column takes bytes only.
RENAMED = "CAST(replace(CAST(document AS TEXT), 'A policy', 'B policy') AS BLOB)"
TAMPERINGS = {
    "the document": "UPDATE policy_versions SET document = " + RENAMED,  # noqa: S608
    "the document to no JSON": "UPDATE policy_versions SET document = X'7B'",
    "the document to no UTF-8": "UPDATE policy_versions SET document = X'FF'",
    "its spacing": "UPDATE policy_versions SET document = CAST(document || ' ' AS BLOB)",
    "the version's hash": "UPDATE policy_versions SET hash = 'f' || substr(hash, 2) || '0'",
    "the approved hash": "UPDATE approvals SET hash = 'f' || substr(hash, 2) || '0'",
    "both hashes": "UPDATE approvals SET hash = '0'; UPDATE policy_versions SET hash = '0'",
}


@pytest.mark.parametrize("statements", TAMPERINGS.values(), ids=TAMPERINGS.keys())
async def test_what_was_approved_is_refused_when_somebody_changed(
    bench: Bench, statements: str
) -> None:
    async with bench.open() as engine:
        policy_id = await approved(engine, TWO_STEPS)
        for statement in statements.split("; "):
            execute(bench, statement)
        assert await refusal_of(engine, policy_id) == "policy.tampered"


@pytest.mark.parametrize("statements", TAMPERINGS.values(), ids=TAMPERINGS.keys())
async def test_a_run_calls_no_further_step_when_somebody_changed_in_its_midst(
    bench: Bench, statements: str
) -> None:
    async def tamper() -> None:
        for statement in statements.split("; "):
            execute(bench, statement)

    async with bench.open() as engine:
        policy_id = await approved(engine, TWO_READS)
        during_the_first_step(bench, tamper)
        report = await engine.runs.start(policy_id)
        notices = await engine.store.read.notices(report.run_id)
        row = await engine.store.read.run(report.run_id)
        audit = await engine.store.read.audit()
        again = await engine.runs.resume(report.run_id)
    assert (report.status, report.error) == (RunStatus.NEEDS_OWNER, "policy.tampered")
    assert (bench.outside.reads, bench.outside.calls) == ([1], [])
    assert [one.level for one in notices] == ["problem"]
    assert row is not None
    assert row.status is RunStatus.NEEDS_OWNER
    assert audit[-1].action == "refuse"
    assert again.status is RunStatus.NEEDS_OWNER


async def test_the_intent_that_noticed_the_change_is_withdrawn_and_made_anew_later(
    bench: Bench,
) -> None:
    async def tamper() -> None:
        flip(bench, 20)

    async with bench.open() as engine:
        policy_id = await approved(engine, TWO_STEPS)
        during_the_first_step(bench, tamper)
        report = await engine.runs.start(policy_id)
        flip(bench, 20)
        done = await engine.runs.resume(report.run_id)
        journal = await engine.store.read.journal(report.run_id)
    assert report.status is RunStatus.NEEDS_OWNER
    assert done.status is RunStatus.COMPLETED
    kinds = [one.kind for one in journal if one.key == "B.1/1"]
    assert kinds == ["intent", "withdrawn", "intent", "step"]
    assert bench.outside.asked == []
    assert len(bench.outside.orders) == 1


async def test_a_missing_approval_is_no_approval(bench: Bench) -> None:
    async with bench.open() as engine:
        policy_id = await approved(engine, TWO_STEPS)
        execute(bench, "DELETE FROM approvals")
        assert await refusal_of(engine, policy_id) == "policy.not_approved"


async def test_a_rejection_turned_into_a_status_is_no_approval(bench: Bench) -> None:
    async with bench.open() as engine:
        one = await engine.policies.propose(TWO_STEPS, "agent")
        await engine.policies.reject(one.policy_id, one.version, by="owner", how="test")
        execute(bench, "UPDATE policy_versions SET status = 'approved'")
        execute(bench, "UPDATE policies SET active_version = '1.0.0'")
        assert await refusal_of(engine, one.policy_id) == "policy.not_approved"


async def test_an_approval_that_cannot_be_read_starts_nothing(bench: Bench) -> None:
    async with bench.open() as engine:
        policy_id = await approved(engine, TWO_STEPS)
        execute(bench, "UPDATE approvals SET steps = '{'")
        with pytest.raises(StoreError):
            await engine.runs.start(policy_id)


async def test_a_foreign_write_that_changes_no_permission_lets_the_run_go_on(bench: Bench) -> None:
    async def harmless() -> None:
        execute(bench, "INSERT INTO audit VALUES (NULL, '', 'stranger', 'look', 'x', '')")

    async with bench.open() as engine:
        policy_id = await approved(engine, TWO_STEPS)
        during_the_first_step(bench, harmless)
        report = await engine.runs.start(policy_id)
        assert engine.store.foreign_writes == 1
    assert report.status is RunStatus.COMPLETED


JOURNAL_TAMPERINGS = [
    "UPDATE journal SET data = replace(data, '2', '3') WHERE key = 'A.1/1'",
    "UPDATE journal SET at = '2020-01-01T00:00:00.000000Z' WHERE seq = 2",
    "DELETE FROM journal WHERE seq = 1",
    "DELETE FROM journal",
    "UPDATE workflow_executions SET policy_hash = 'another'",
]


@pytest.mark.parametrize("statement", JOURNAL_TAMPERINGS)
async def test_a_changed_journal_is_for_the_owner_and_nothing_is_called(
    bench: Bench, statement: str
) -> None:
    bench.clock = FakeClock()
    wait = {"type": "Wait", "seconds": 3600, "end": True}
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(task("number.add", 1), wait, task("order.place")))
        report = await engine.runs.start(policy_id)
        execute(bench, statement)
        bench.clock.advance(3600)
        again = await engine.runs.resume(report.run_id)
        notices = await engine.store.read.notices(report.run_id)
    assert report.status is RunStatus.WAITING
    assert again.status is RunStatus.NEEDS_OWNER
    assert (again.error or "").startswith(("journal.", "policy.tampered"))
    assert len(notices) == 1
    assert (bench.outside.reads, bench.outside.calls) == ([1], [])


SNAPSHOT_TAMPERINGS = [
    "UPDATE workflow_executions SET context = replace(context, 'n', 'm')",
    """UPDATE workflow_executions SET cursor = replace(cursor, '"E"', '"A"')""",
    "UPDATE workflow_executions SET cursor_seq = cursor_seq + 1",
    "UPDATE workflow_executions SET cursor = NULL",
    "UPDATE workflow_executions SET cursor = NULL, cursor_seq = (SELECT max(seq) FROM journal)",
    "UPDATE workflow_executions SET cursor_seq = 999",
    "UPDATE workflow_executions SET cursor = '{}'",
    "DELETE FROM journal WHERE seq > 2",
]


@pytest.mark.parametrize("statement", SNAPSHOT_TAMPERINGS)
async def test_a_changed_snapshot_is_for_the_owner_and_nothing_is_called(
    bench: Bench, statement: str
) -> None:
    bench.clock = FakeClock()
    states = [task("number.long", at, result_path="$.last") for at in range(5)]
    wait = {"type": "Wait", "seconds": 3600, "end": True}
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(*states, wait, task("order.place")))
        report = await engine.runs.start(policy_id)
        row = await engine.store.read.run(report.run_id)
        assert row is not None
        assert row.cursor_seq > 0
        execute(bench, statement)
        bench.clock.advance(3600)
        again = await engine.runs.resume(report.run_id)
    assert (again.status, again.error) == (RunStatus.NEEDS_OWNER, "journal.broken")
    assert bench.outside.calls == []


async def test_iterations_under_way_stop_together_when_the_document_changes(bench: Bench) -> None:
    async def tamper() -> None:
        flip(bench, 20)

    async with bench.open() as engine:
        inner = [task("number.add", "$.n"), task("order.place", "$.n")]
        policy_id = await approved(engine, policy(each([1, 2, 3, 4], *inner)))
        during_the_first_step(bench, tamper)
        report = await engine.runs.start(policy_id)
    assert (report.status, report.error) == (RunStatus.NEEDS_OWNER, "policy.tampered")
    assert bench.outside.calls == []
