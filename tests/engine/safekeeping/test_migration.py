"""An older store becomes a present one: whole or not at all, and a copy of it stays."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from assent_engine.store import tables
from engine.durable.worlds import Bench, policy, ran, task

KILLED = """
import asyncio, os, signal, sqlite3, sys
from pathlib import Path
import aiosqlite
from assent_engine.store import Store

left = int(sys.argv[2])
connect = sqlite3.connect

def watched(*args, **more):
    connection = connect(*args, **more)
    def statement(sql):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
    connection.set_trace_callback(statement)
    return connection

sqlite3.connect = watched

async def main():
    async with Store.open(Path(sys.argv[1])):
        pass

asyncio.run(main())
"""


SECOND_TO_THIRD = (
    "zones_seen",
    "files_seen",
    "occurrences_thinned",
    "hooks",
    "deliveries",
    "settings",
    "clients",
    "gaps",
)


async def first_form(path: Path) -> Bench:
    """A home with a run, as the first form of the tables had it."""
    bench = Bench(path)
    async with bench.open() as engine:
        await ran(engine, policy(task("number.add", 1), task("order.place", 1)))
    with closing(sqlite3.connect(bench.home.database)) as connection:
        connection.execute("DROP INDEX executions_by_key")
        connection.execute("ALTER TABLE policies DROP COLUMN failures")
        concurrency = ("place", "concurrency_limit", "concurrency_key")
        connection.execute("DROP INDEX called_runs")
        called = ("parent_run", "parent_key")
        for column in (
            *concurrency,
            *called,
            "thinned_at",
            "restored_at",
            "cancelling",
            "wakes_at",
        ):
            connection.execute(f"ALTER TABLE workflow_executions DROP COLUMN {column}")
        for column in ("settled", "settled_at"):
            connection.execute(f"ALTER TABLE saga_log DROP COLUMN {column}")
        inbox = ("interventions", "pauses", "requests", "triggers", "occurrences")
        for table in (*inbox, *SECOND_TO_THIRD):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("PRAGMA user_version = 1")
    return bench


def schema(database: Path) -> list[tuple[str, str]]:
    """Every column of every table, in order."""
    with closing(sqlite3.connect(database)) as connection:
        columns = (
            "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c"
            " WHERE t.type = 'table' ORDER BY t.name, c.cid"
        )
        return connection.execute(columns).fetchall()


def form(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


async def test_an_older_store_is_brought_up_and_kept_as_it_was(tmp_path: Path) -> None:
    bench = await first_form(tmp_path / "home")
    async with bench.open() as engine:
        assert (await engine.check_store()).findings == []
        assert [run.status for run in await engine.store.read.runs()] == ["COMPLETED"]
    other = Bench(tmp_path / "other")
    async with other.open():
        pass
    assert schema(bench.home.database) == schema(other.home.database)
    assert form(bench.path / "assent.sqlite.form-1") == 1
    assert form(bench.home.database) == tables.VERSION


async def test_a_store_of_the_second_form_is_brought_up_too(tmp_path: Path) -> None:
    bench, other = Bench(tmp_path / "home"), Bench(tmp_path / "other")
    for one in (bench, other):
        async with one.open() as engine:
            await ran(engine, policy(task("number.add", 1)))
    with closing(sqlite3.connect(bench.home.database)) as connection:
        for table in SECOND_TO_THIRD:
            connection.execute(f"DROP TABLE {table}")
        connection.execute("PRAGMA user_version = 2")
    async with bench.open() as engine:
        assert (await engine.check_store()).findings == []
    assert schema(bench.home.database) == schema(other.home.database)


@pytest.mark.process
@pytest.mark.skipif(os.name != "posix", reason="the process is killed")
async def test_a_migration_killed_at_any_statement_leaves_a_usable_store(tmp_path: Path) -> None:
    bench = await first_form(tmp_path / "home")
    ends: list[int] = []
    for point in range(60):
        arguments = [sys.executable, "-c", KILLED, str(bench.home.database), str(point)]
        ended = subprocess.run(arguments, check=False, timeout=60)  # noqa: ASYNC221
        assert ended.returncode in (0, -signal.SIGKILL)
        if ended.returncode == 0:
            break
        ends.append(form(bench.home.database))
    assert len(ends) > 12
    assert ends == sorted(ends)
    assert set(ends) == {1, tables.VERSION}
    async with bench.open() as engine:
        assert (await engine.check_store()).findings == []
