"""The writer: group commit, order, failure, and noticing what others write."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from assent_engine.store import Store
from assent_engine.store.records import (
    AuditEntry,
    NewNotice,
    NewPolicy,
    NewRun,
    PolicyChange,
    RunEnded,
    RunSnapshot,
    RunStoodAt,
)
from assent_engine.store.writer import CHECKPOINT_BYTES, WINDOW
from assent_schemas.errors import StoreError


@dataclass
class Watched:
    """An open store and the statements that its writer runs."""

    store: Store
    path: Path
    statements: list[str] = field(default_factory=list)
    committed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def commits(self) -> int:
        return self.statements.count("COMMIT")

    @property
    def connection(self) -> Any:
        return self.store._writer._connection

    def subjects(self) -> list[str]:
        """What stands in the audit table now, as another program sees it."""
        with sqlite3.connect(self.path) as connection:
            found = [row[0] for row in connection.execute("SELECT subject FROM audit ORDER BY seq")]
        connection.close()
        return found


@asynccontextmanager
async def watched(path: Path) -> AsyncIterator[Watched]:
    async with Store.open(path) as store:
        one = Watched(store, path)
        commit = one.connection.commit

        async def committed() -> None:
            await commit()
            one.committed.set()

        one.connection.commit = committed
        await one.connection.set_trace_callback(one.statements.append)
        yield one


@pytest.fixture
async def open_store(tmp_path: Path) -> AsyncIterator[Watched]:
    async with watched(tmp_path / "assent.sqlite") as one:
        yield one


BIG = "x" * 100_000


async def fill(watched: Watched) -> None:
    """Leave the database no room to grow."""
    await watched.connection.execute("PRAGMA max_page_count = 1")


async def make_room(watched: Watched) -> None:
    await watched.connection.execute("PRAGMA max_page_count = 1000000")


def entry(subject: object) -> AuditEntry:
    return AuditEntry("2026-03-02T09:00:00Z", "test", "write", str(subject), "")


async def test_many_commits_at_once_become_few_transactions(open_store: Watched) -> None:
    await asyncio.gather(*(open_store.store.commit(entry(at)) for at in range(500)))
    assert open_store.commits <= 3
    assert open_store.subjects() == [str(at) for at in range(500)]


async def test_what_arrives_during_a_commit_goes_into_the_next_one(open_store: Watched) -> None:
    async def writer(name: int) -> None:
        for at in range(10):
            await open_store.store.commit(entry(f"{name}.{at}"))

    await asyncio.gather(*(writer(name) for name in range(20)))
    assert open_store.commits <= 30
    assert len(open_store.subjects()) == 200


async def test_records_stand_in_the_order_in_which_they_were_given(open_store: Watched) -> None:
    store = open_store.store
    for at in range(0, 30, 3):
        store.enqueue(entry(at), entry(at + 1))
        await store.commit(entry(at + 2))
    assert open_store.subjects() == [str(at) for at in range(30)]


async def test_changes_of_one_row_take_effect_in_the_order_in_which_they_were_given(
    open_store: Watched,
) -> None:
    store = open_store.store
    at = "2026-03-02T09:00:00Z"
    store.enqueue(PolicyChange("p-1", "too early", "disabled", None, at), entry("between"))
    store.enqueue(NewPolicy("p-1", "new", at), entry("between"))
    await store.commit(PolicyChange("p-1", "changed", "enabled", None, at))
    found = await store.read.policy("p-1")
    assert found is not None
    assert found.name == "changed"


async def test_the_end_of_a_run_is_the_last_word_about_it_in_whatever_company(
    open_store: Watched,
) -> None:
    store, at = open_store.store, "2026-03-02T09:00:00Z"
    for run_id in ("a", "b"):
        await store.commit(NewRun(run_id, "p", "1.0.0", "h", "RUNNING", "A", "{}", at))
    store.enqueue(RunEnded("a", "COMPLETED", "{}", None, None, at), RunStoodAt("a", "Z", "{}"))
    store.enqueue(RunSnapshot("b", "M", '{"half": 1}', "{}", 1, at))
    await store.commit(RunEnded("b", "COMPLETED", "{}", None, None, at), RunStoodAt("b", "Z", "{}"))
    found = await store.read.run("b")
    assert found is not None
    assert (found.current_step, found.context) == ("Z", {})


async def test_a_record_that_nobody_awaits_is_written_before_a_later_one_that_is_awaited(
    open_store: Watched,
) -> None:
    open_store.store.enqueue(entry("first"))
    await open_store.store.commit(entry("second"))
    assert open_store.subjects() == ["first", "second"]
    assert open_store.commits == 1


async def test_a_record_that_nobody_awaits_is_on_disk_within_the_window(
    open_store: Watched,
) -> None:
    assert WINDOW <= 0.05
    open_store.store.enqueue(entry("alone"))
    async with asyncio.timeout(5):
        await open_store.committed.wait()
    assert open_store.subjects() == ["alone"]


async def test_closing_writes_what_nobody_awaited(tmp_path: Path) -> None:
    async with watched(tmp_path / "assent.sqlite") as one:
        one.store.enqueue(entry("last words"))
    assert one.subjects() == ["last words"]


async def test_a_store_without_work_writes_nothing_while_it_is_open_or_closed(
    tmp_path: Path,
) -> None:
    async with watched(tmp_path / "assent.sqlite") as one:
        pass
    assert one.statements == []


async def test_a_closed_store_refuses_records(tmp_path: Path) -> None:
    async with watched(tmp_path / "assent.sqlite") as one:
        await one.store.commit(entry("in time"))
    with pytest.raises(StoreError):
        await one.store.commit(entry("too late"))


async def test_a_cancelled_waiter_harms_nobody_and_its_record_is_written(
    open_store: Watched,
) -> None:
    store = open_store.store
    waiter = asyncio.create_task(store.commit(entry("given up")))
    other = asyncio.create_task(store.commit(entry("kept")))
    await asyncio.sleep(0)
    waiter.cancel()
    await other
    assert waiter.cancelled()
    assert open_store.subjects() == ["given up", "kept"]


async def test_a_full_disk_fails_every_waiter_and_is_over_with_the_next_commit_that_works(
    open_store: Watched,
) -> None:
    store = open_store.store
    await store.commit(entry("before"))
    await fill(open_store)
    told = await asyncio.gather(
        *(store.commit(entry(BIG)) for _ in range(5)), return_exceptions=True
    )
    codes = {one.problem.code for one in told if isinstance(one, StoreError)}
    assert (len(told), codes) == (5, {"store.trouble"})
    assert store.storage_trouble is not None
    assert "full" in store.storage_trouble.reason
    assert [one.subject for one in await store.read.audit()] == ["before"]
    await make_room(open_store)
    await store.commit(entry("after"))
    assert store.storage_trouble is None
    assert open_store.subjects() == ["before", "after"]


async def test_a_probe_says_whether_trouble_is_over_and_leaves_a_record_of_it(
    open_store: Watched,
) -> None:
    store = open_store.store
    assert await store.probe()
    await fill(open_store)
    with pytest.raises(StoreError):
        await store.commit(entry(BIG))
    await make_room(open_store)
    assert await store.probe()
    assert [one.action for one in await store.read.audit()] == ["storage.recovered"]


async def test_a_pen_writes_nothing_after_a_record_of_anyone_was_lost(open_store: Watched) -> None:
    store = open_store.store
    pen, other = store.pen(), store.pen()
    await fill(open_store)
    pen.enqueue(entry(BIG))
    while store.storage_trouble is None:  # noqa: ASYNC110 - the writer's own window passes
        await asyncio.sleep(0)
    await make_room(open_store)
    for stale in (pen, other):
        with pytest.raises(StoreError, match="earlier record"):
            await stale.commit(entry("what follows"))
        with pytest.raises(StoreError, match="earlier record"):
            stale.enqueue(entry("what follows"))
    await store.pen().commit(entry("anew"))
    assert open_store.subjects() == ["anew"]


async def test_a_lock_that_another_program_holds_is_trouble_that_passes(
    open_store: Watched,
) -> None:
    await open_store.connection.execute("PRAGMA busy_timeout = 1")
    with closing(sqlite3.connect(open_store.path, isolation_level=None)) as stranger:
        stranger.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked") as told:
            await open_store.store.commit(entry("waits"))
        assert told.value.problem.code == "store.trouble"
        stranger.execute("ROLLBACK")
    await open_store.store.commit(entry("goes on"))
    assert open_store.subjects() == ["goes on"]


async def test_the_log_is_carried_over_before_it_grows_large(open_store: Watched) -> None:
    for _ in range(3 * CHECKPOINT_BYTES // len(BIG)):
        await open_store.store.commit(entry(BIG))
    log = open_store.path.with_name("assent.sqlite-wal")
    assert log.stat().st_size < 2 * CHECKPOINT_BYTES


async def test_a_failed_sync_is_never_tried_again(
    open_store: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    syncs = []

    async def failing() -> None:
        syncs.append(1)
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(open_store.connection, "commit", failing)
    with pytest.raises(StoreError, match="disk I/O error") as told:
        await open_store.store.commit(entry("lost"))
    assert told.value.problem.code == "store.broken"
    with pytest.raises(StoreError):
        await open_store.store.commit(entry("lost too"))
    assert syncs == [1]


async def test_what_came_in_during_the_failing_write_fails_with_it(
    open_store: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    later: list[asyncio.Task[None]] = []

    async def failing() -> None:
        later.append(asyncio.create_task(open_store.store.commit(entry("during"))))
        await asyncio.sleep(0)
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(open_store.connection, "commit", failing)
    with pytest.raises(StoreError):
        await open_store.store.commit(entry("lost"))
    with pytest.raises(StoreError):
        await later[0]


async def test_a_record_that_cannot_be_written_is_heard_of_and_does_not_hang(
    open_store: Watched,
) -> None:
    with pytest.raises(StoreError):
        await open_store.store.commit(entry("half a pair \ud800"))


async def test_closing_tells_of_a_failed_write_that_nobody_awaited(tmp_path: Path) -> None:
    async def fill() -> None:
        async with watched(tmp_path / "assent.sqlite") as one:
            await one.connection.execute("PRAGMA max_page_count = 1")
            one.store.enqueue(entry("x" * 100_000))

    with pytest.raises(StoreError, match="full"):
        await fill()


async def test_a_foreign_write_is_noticed_before_the_next_waiter_is_told(
    open_store: Watched,
) -> None:
    store = open_store.store
    await store.commit(entry("ours"))
    assert store.foreign_writes == 0
    write_as_a_stranger(open_store.path)
    await store.commit(entry("ours again"))
    assert store.foreign_writes == 1
    await store.commit(entry("and again"))
    assert store.foreign_writes == 1


async def test_a_foreign_write_before_our_first_one_is_noticed_too(open_store: Watched) -> None:
    write_as_a_stranger(open_store.path)
    await open_store.store.commit(entry("ours"))
    assert open_store.store.foreign_writes == 1


async def test_our_own_writes_and_reads_are_no_foreign_writes(open_store: Watched) -> None:
    for at in range(5):
        await open_store.store.commit(entry(at))
        await open_store.store.read.audit()
    assert open_store.store.foreign_writes == 0


async def test_a_notice_is_kept_once_per_key(open_store: Watched) -> None:
    for text in ("first", "second"):
        await open_store.store.commit(NewNotice("key", text, "info", "", "2026-03-02T09:00:00Z"))
    assert [one.text for one in await open_store.store.read.notices()] == ["first"]


def write_as_a_stranger(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO audit VALUES (NULL, '', 'stranger', 'write', 'x', '')")
    connection.commit()
    connection.close()
