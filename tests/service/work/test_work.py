"""What keeps an engine going by itself: ends of waits, storage trouble, looks at the store."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from assent_engine.engine import Engine
from assent_engine.runner import RunReport, Runs
from assent_engine.safekeeping.examination import Report
from assent_engine.store.faults import StorageTrouble, broken
from assent_schemas.errors import StoreError
from assent_schemas.statuses import RunStatus
from assent_service.desk.carriers import Carriers
from assent_service.desk.hub import Hub
from assent_service.timer import Looked
from assent_service.work import recovery, upkeep
from assent_service.work.due import AGAIN, DueWork
from assent_service.work.recovery import keep_recovering
from assent_service.work.upkeep import keep_up
from engine.durable.asking import change, still
from engine.durable.worlds import Bench, policy, ran, task

HOUR = 3600
WAIT = {"type": "Wait", "seconds": HOUR, "end": True}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return still(tmp_path / "home")


@pytest.fixture
async def engine(bench: Bench) -> AsyncIterator[Engine]:
    async with bench.open() as one:
        yield one


async def over(carriers: Carriers) -> None:
    async with asyncio.timeout(30):
        await asyncio.gather(*carriers._tasks)


async def test_a_run_that_waits_goes_on_when_its_time_has_come(
    bench: Bench, engine: Engine
) -> None:
    carriers = Carriers(Hub())
    work, report = DueWork(engine, carriers), await ran(engine, policy(WAIT))
    assert await work.earliest() == bench.clock.now() + timedelta(hours=1)
    await work.look(Looked.START)
    bench.clock.advance(HOUR)
    assert await work.earliest() == bench.clock.now()
    await work.look(Looked.TIMER)
    await over(carriers)
    row = await engine.store.read.run(report.run_id)
    assert row is not None
    assert row.status is RunStatus.COMPLETED
    assert await work.earliest() is None


async def test_a_run_that_does_not_go_on_is_tried_again_but_not_without_end(
    bench: Bench, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    async def in_vain(_runs: Runs, run_id: str) -> RunReport:
        tried.append(run_id)
        return RunReport(run_id, RunStatus.WAITING)

    carriers = Carriers(Hub())
    work, report = DueWork(engine, carriers), await ran(engine, policy(WAIT))
    monkeypatch.setattr(Runs, "resume", in_vain)
    bench.clock.advance(HOUR)
    for _ in range(3):
        await work.look(Looked.TIMER)
        await over(carriers)
    assert tried == [report.run_id]
    assert await work.earliest() == bench.clock.now() + AGAIN
    bench.clock.advance(AGAIN.total_seconds())
    await work.look(Looked.TIMER)
    await over(carriers)
    assert tried == [report.run_id] * 2


async def test_open_runs_go_on_at_the_start_and_after_storage_trouble(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    recovered: asyncio.Queue[None] = asyncio.Queue()

    async def recover(_runs: Runs) -> list[RunReport]:
        recovered.put_nowait(None)
        return []

    monkeypatch.setattr(Runs, "recover", recover)
    for name in ("LOOK", "PROBE"):
        monkeypatch.setattr(recovery, name, 0.001)
    task_ = asyncio.create_task(keep_recovering(engine))
    async with asyncio.timeout(30):
        await recovered.get()
        engine.store._writer.trouble = StorageTrouble("2026-03-02T09:00:00.000000Z", "full")
        await recovered.get()
    assert engine.storage_trouble is None
    task_.cancel()
    await asyncio.gather(task_, return_exceptions=True)


async def test_a_store_that_breaks_for_good_while_runs_go_on_is_told_of(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def recover(_runs: Runs) -> list[RunReport]:
        raise broken("the disk is gone")

    monkeypatch.setattr(Runs, "recover", recover)
    monkeypatch.setattr(recovery, "LOOK", 0.001)
    async with asyncio.timeout(30):
        with pytest.raises(StoreError, match="disk is gone"):
            await keep_recovering(engine)


async def test_damage_that_is_found_in_idle_time_is_told_of(
    bench: Bench, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "FIRST", 0)
    await ran(engine, policy(task("order.place", 1)))
    change(bench, "UPDATE ledger SET run_hash = 'other'")
    async with asyncio.timeout(30):
        with pytest.raises(StoreError, match="damaged"):
            await keep_up(engine)


async def test_a_whole_store_is_thinned_in_idle_time(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    thinned = asyncio.Event()

    async def thin(_engine: Engine) -> int:
        thinned.set()
        return 0

    monkeypatch.setattr(upkeep, "FIRST", 0)
    monkeypatch.setattr(Engine, "thin", thin)
    keeping = asyncio.create_task(keep_up(engine))
    async with asyncio.timeout(30):
        await thinned.wait()
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def test_while_runs_are_under_way_the_store_is_left_alone(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[object] = []
    asked = asyncio.Event()

    async def runs(*_statuses: RunStatus) -> list[str]:
        asked.set()
        return ["under way"]

    async def check(_engine: Engine) -> Report:
        looked.append(_engine)
        raise AssertionError

    monkeypatch.setattr(upkeep, "FIRST", 0)
    monkeypatch.setattr(engine.store.read, "runs", runs)
    monkeypatch.setattr(Engine, "check_store", check)
    keeping = asyncio.create_task(keep_up(engine))
    async with asyncio.timeout(30):
        await asked.wait()
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert looked == []
