"""Policies that ask or call others, an owner who answers, and processes that die in between."""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from assent_engine.engine import Engine
from assent_engine.store.records import Record
from assent_engine.store.rows import RequestRow
from engine.durable.worlds import Bench, FakeClock, Json, chain, task

MOST_COMMITS = 200


class Died(BaseException):
    """The process is gone."""


def question(title: str = "Go?", seconds: int = 3600, **more: Any) -> Json:
    return {"type": "Approval", "title": title, "timeout_seconds": seconds, "end": True, **more}


def covered(resource: str, n: Any, **more: Any) -> Json:
    """A call that the state A must have been answered for."""
    return task(resource, n, requires_approval="A", **more)


def showing(*numbers: int, **more: Any) -> Json:
    """A question that shows an order for each number."""
    effects = [{"resource": "order.place", "input": {"n": one}} for one in numbers]
    return question(effects=effects, **more)


def branches(*machines: Json) -> Json:
    return {"type": "Parallel", "branches": list(machines), "end": True}


def call(name: str, **more: Any) -> Json:
    given = {"policy": name, **more.pop("given", {})}
    return {"type": "Task", "resource": "policy.run", "parameters": given, "end": True, **more}


def still(path: Path) -> Bench:
    """A home whose time stands still."""
    return Bench(path, FakeClock())


async def opened(engine: Engine) -> list[RequestRow]:
    return [row for row in await engine.store.read.requests() if row.status == "open"]


async def yes(engine: Engine, row: RequestRow, by: str = "owner") -> RequestRow:
    return await engine.requests.approve(row.id, row.hash, by=by, how="test")


async def no(engine: Engine, row: RequestRow, by: str = "owner") -> RequestRow:
    return await engine.requests.reject(row.id, by=by, how="test", note="not today")


async def finish(engine: Engine) -> None:
    """Resume and say yes until every run has ended."""
    for _ in range(20):
        for row in await opened(engine):
            await yes(engine, row)
        for run in await engine.runs.open_runs():
            await engine.runs.resume(run.id)
        if not await engine.runs.open_runs():
            return
    raise AssertionError


def dies_after(engine: Engine, commits: int) -> None:
    """Let the process die before it writes anything after so many records."""
    left = [commits]
    commit, enqueue = engine.store.commit, engine.store.enqueue

    def count() -> None:
        if not left[0]:
            raise Died
        left[0] -= 1

    async def counted(*records: Record) -> None:
        count()
        await commit(*records)

    def queued(*records: Record) -> None:
        count()
        enqueue(*records)

    engine.store.commit = counted  # type: ignore[method-assign]
    engine.store.enqueue = queued  # type: ignore[method-assign]


async def at_every_death(
    path: Path,
    prepare: Callable[[Engine], Awaitable[str]],
    ended: Callable[[Bench, Engine], Awaitable[Any]],
    owner: Callable[[Engine], Awaitable[None]] = finish,
) -> tuple[Any, int]:
    """How it ends where nothing dies, the same after every death, and how many there were."""
    ends: list[Any] = []
    for commits in range(MOST_COMMITS):
        bench, died = still(path / str(commits)), False
        async with bench.open() as engine:
            policy_id = await prepare(engine)
            dies_after(engine, commits)
            try:
                await engine.runs.start(policy_id)
                await owner(engine)
            except Died:
                died = True
        async with bench.open() as engine:
            if not await engine.store.read.runs():
                continue
            await owner(engine)
            assert (await engine.check_store()).findings == []
            ends.append(await ended(bench, engine))
        if not died:
            assert all(one == ends[-1] for one in ends)
            return ends[-1], commits
    raise AssertionError


def change(bench: Bench, sql: str) -> None:
    """Write into the database behind the engine's back."""
    with closing(sqlite3.connect(bench.home.database, isolation_level=None)) as connection:
        connection.execute(sql)


def chained(*states: Json, name: str, **more: Any) -> Json:
    return {"name": name, **chain(*states), **more}
