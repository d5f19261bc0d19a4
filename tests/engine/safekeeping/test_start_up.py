"""Before anything acts: what stops the engine, and what does not."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assent_engine.safekeeping import examination, start_up
from assent_engine.safekeeping.backup import back_up
from assent_schemas.errors import StoreError
from engine.durable.worlds import Bench, FakeClock, policy, ran, task

WAIT = {"type": "Wait", "timestamp": "2099-01-01T00:00:00Z", "end": True}


@pytest.fixture
async def furnished(tmp_path: Path) -> Bench:
    """A home with an ended run and an open one."""
    bench = Bench(tmp_path / "home", clock=FakeClock())
    async with bench.open() as engine:
        await ran(engine, policy(task("number.add", 1), task("order.place", 1)))
        await ran(engine, {**policy(task("number.add", 1), WAIT), "name": "Waits"})
    return bench


def execute(bench: Bench, statement: str) -> None:
    with closing(sqlite3.connect(bench.home.database, isolation_level=None)) as connection:
        connection.execute(statement)


async def refusal(bench: Bench) -> StoreError:
    with pytest.raises(StoreError) as told:
        async with bench.open():
            pass
    return told.value


DAMAGES = {
    "an entry of an open run": "UPDATE journal SET data = data || ' ' WHERE kind = 'sleep'",
    "the end of an open run": "DELETE FROM journal WHERE kind != 'end' AND run_id IN"
    " (SELECT id FROM workflow_executions WHERE status = 'WAITING')",
    "an entry of the ledger": "UPDATE ledger SET run_hash = '0'",
    "the ledger": "DELETE FROM ledger",
    "how a run ended": "UPDATE workflow_executions SET status = 'FAILED'"
    " WHERE status = 'COMPLETED'",
    "the journal of an ended run": "DELETE FROM journal WHERE kind = 'end'",
    "an ended run": "DELETE FROM workflow_executions WHERE status = 'COMPLETED'",
}


@pytest.mark.parametrize("statement", DAMAGES.values(), ids=DAMAGES.keys())
async def test_the_engine_does_not_open_when_somebody_changed(
    furnished: Bench, statement: str
) -> None:
    execute(furnished, statement)
    assert (await refusal(furnished)).problem.code == "store.damaged"
    assert (await refusal(furnished)).problem.code == "store.damaged"


async def test_the_refusal_names_the_newest_backup(furnished: Bench) -> None:
    for hour in (7, 8):
        back_up(furnished.home, None, datetime(2026, 3, 2, hour, tzinfo=UTC))
    execute(furnished, "DELETE FROM ledger")
    remedy = (await refusal(furnished)).problem.remedy
    assert "assent restore" in remedy
    assert "2026-03-02T080000" in remedy


async def test_a_home_that_was_closed_is_not_marked_as_open(furnished: Bench) -> None:
    mark = start_up.OpenMark(furnished.path)
    async with furnished.open():
        assert start_up.OpenMark(furnished.path).set()
    assert not mark.set()


async def test_a_log_that_appears_beside_a_closed_store_is_not_followed(furnished: Bench) -> None:
    log = furnished.home.database.with_name("assent.sqlite-wal")
    async with furnished.open() as engine:
        await ran(engine, {**policy(task("number.add", 1)), "name": "Later"})
        written = _content(log)
    _put(log, written)
    told = await refusal(furnished)
    assert "assent.sqlite-wal" in told.problem.detail


def _content(path: Path) -> bytes:
    return path.read_bytes()


def _put(path: Path, content: bytes) -> None:
    path.write_bytes(content)


async def test_a_failed_sync_leaves_the_home_marked_as_open(
    furnished: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing() -> None:
        raise sqlite3.OperationalError("disk I/O error")

    async with furnished.open() as engine:
        monkeypatch.setattr(engine.store._connection, "commit", failing)
        with pytest.raises(StoreError):
            await ran(engine, {**policy(task("number.add", 1)), "name": "Later"})
    assert start_up.OpenMark(furnished.path).set()


async def test_the_full_check_can_be_stopped_at_once(
    furnished: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    def look(connection: sqlite3.Connection) -> Callable[[], None]:
        loop.call_soon_threadsafe(begun.set)
        connection.execute(endless)
        raise AssertionError("it was not stopped")

    monkeypatch.setattr(examination, "whole", look)
    async with furnished.open() as engine:
        check = asyncio.create_task(engine.check_store())
        await begun.wait()
        check.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(check, 20)
