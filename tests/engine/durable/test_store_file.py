"""The store's file: its settings, and what it refuses to open."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from assent_engine.store import Store, tables
from assent_engine.store.records import AuditEntry
from assent_schemas.errors import StoreError

WRITE = AuditEntry("2026-03-02T09:00:00Z", "test", "write", "x", "")


async def pragma(store: Store, name: str) -> Any:
    ((value,),) = await store._writer._connection.execute_fetchall(f"PRAGMA {name}")
    return value


def in_file(path: Path, statement: str) -> Any:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        return connection.execute(statement).fetchone()


def content(path: Path) -> bytes:
    return path.read_bytes()


def listed(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def opened(path: Path) -> None:
    async with Store.open(path):
        pass


async def refusal(path: Path) -> str:
    """The text of the refusal; the file must stay as it was."""
    before = content(path)
    with pytest.raises(StoreError) as told:
        await opened(path)
    assert content(path) == before
    assert told.value.problem.code == "store.unusable"
    assert told.value.problem.remedy
    return told.value.problem.detail


async def test_the_writer_syncs_every_commit_to_a_write_ahead_log(tmp_path: Path) -> None:
    async with Store.open(tmp_path / "assent.sqlite") as store:
        assert await pragma(store, "journal_mode") == "wal"
        assert await pragma(store, "synchronous") == 2
        assert await pragma(store, "fullfsync") == 1


async def test_the_file_says_whose_it_is_and_which_form_it_has(tmp_path: Path) -> None:
    async with Store.open(tmp_path / "assent.sqlite") as store:
        assert await pragma(store, "application_id") == tables.APPLICATION_ID
        assert await pragma(store, "user_version") == tables.VERSION


async def test_the_file_is_private_to_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "assent.sqlite"
    async with Store.open(path) as store:
        await store.commit(WRITE)
        for file in listed(tmp_path):
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_clean_close_leaves_one_file(tmp_path: Path) -> None:
    async with Store.open(tmp_path / "assent.sqlite") as store:
        await store.commit(WRITE)
    assert [file.name for file in listed(tmp_path)] == ["assent.sqlite"]


async def test_records_are_there_when_the_store_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "assent.sqlite"
    async with Store.open(path) as store:
        await store.commit(WRITE)
    async with Store.open(path) as store:
        assert await store.read.audit() == [WRITE]


async def test_a_folder_with_unusual_letters_can_be_a_home(tmp_path: Path) -> None:
    folder = tmp_path / "a #b ?c %20 ü"
    folder.mkdir()
    async with Store.open(folder / "assent.sqlite") as store:
        await store.commit(WRITE)
        assert await store.read.audit() == [WRITE]


async def test_a_newer_form_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "assent.sqlite"
    await opened(path)
    in_file(path, "PRAGMA journal_mode = DELETE")
    in_file(path, f"PRAGMA user_version = {tables.VERSION + 1}")
    assert "newer version" in await refusal(path)


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "assent.sqlite"
    path.write_bytes(b"symbol,quantity\n" * 100)
    assert "not a database" in await refusal(path)


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE theirs (x)", "PRAGMA application_id = 7", "PRAGMA user_version = 1"],
)
async def test_a_database_of_another_program_is_refused(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "assent.sqlite"
    in_file(path, statement)
    in_file(path, "PRAGMA journal_mode = DELETE")
    assert "another program" in await refusal(path)


async def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    path = tmp_path / "assent.sqlite"
    path.touch()
    async with Store.open(path) as store:
        assert await store.read.policies() == []


async def test_the_reader_cannot_write(tmp_path: Path) -> None:
    async with Store.open(tmp_path / "assent.sqlite") as store:
        connection = store.read._connection
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            await connection.execute("DELETE FROM audit")


async def test_a_record_that_cannot_be_decoded_is_a_store_error(tmp_path: Path) -> None:
    path = tmp_path / "assent.sqlite"
    async with Store.open(path) as store:
        in_file(
            path,
            "INSERT INTO workflow_executions (id, policy_id, policy_version, policy_hash, status,"
            " context, created_at, updated_at) VALUES ('r', 'p', '1', 'h', 'RUNNING', '{', '', '')",
        )
        with pytest.raises(StoreError):
            await store.read.run("r")
