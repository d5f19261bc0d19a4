"""Backups under load: each is made in the midst of a run, restored elsewhere, and carried on."""

import asyncio
import random
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from assent_engine import library
from assent_engine.engine import Engine
from assent_engine.home import Home
from assent_engine.interventions import RESTORED
from assent_engine.ports import Progress
from assent_engine.safekeeping.backup import back_up
from assent_engine.safekeeping.restore import restore
from assent_engine.store import Reader
from engine.durable.portfolio import account, order_ids, prepared, verified
from engine.durable.worlds import Json

CASES = 1_000
ORDERS = 8
EVENTS = 90
"""About how many things happen in the run."""


def case(number: int, seed: str, folder: Path) -> str:
    """Back up at a random moment; the restored home must come to the same end, nothing doubled."""
    chance = random.Random(f"{seed}/{number}")
    home, other = folder / f"home-{number}", folder / f"other-{number}"
    start, undisturbed = prepared_home(folder)
    for one in (home, other):
        shutil.rmtree(one, ignore_errors=True)
    shutil.copytree(start, home)
    file = folder / f"{number}.backup"
    file.unlink(missing_ok=True)
    asyncio.run(backed_up(home, file, chance.randrange(EVENTS)))
    restored = restore(Home(other), library.load(), file, datetime.now(UTC), "drill")
    saga, orders = effects(other)
    assert saga <= orders, "the store tells of an order that the restored broker does not know"
    asyncio.run(carried_on(other, restored.runs))
    assert account(other) == undisturbed
    assert len(order_ids(other)) == len(set(order_ids(other))) == ORDERS
    runs, _ = asyncio.run(verified(other))
    assert [run.status for run in runs] == ["COMPLETED"]
    for one in (home, other):
        shutil.rmtree(one)
    file.unlink()
    return "open" if restored.runs else "ended"


@cache
def prepared_home(folder: Path) -> tuple[Path, Json]:
    """A home with an approved policy, and the account that its run leads to."""
    home, trial = folder / "start" / "home", folder / "start" / "trial"
    shutil.rmtree(folder / "start", ignore_errors=True)
    (folder / "start").mkdir(parents=True)
    asyncio.run(prepared(home, "volatility-aware-rebalance"))
    shutil.copytree(home, trial)
    asyncio.run(_start(trial))
    return home, account(trial)


async def _start(home: Path) -> None:
    async with Engine.open(Home(home)) as engine:
        (policy,) = await engine.store.read.policies()
        await engine.runs.start(policy.policy_id)


async def backed_up(home: Path, file: Path, moment: int) -> None:
    """Run the policy; when so many things have happened, back up beside it in a thread."""
    happened, due = 0, asyncio.Event()

    def hear(_progress: Progress) -> None:
        nonlocal happened
        happened += 1
        if happened > moment:
            due.set()

    async def copied() -> None:
        await due.wait()
        await asyncio.to_thread(back_up, Home(home), library.load(), datetime.now(UTC), file)

    async with Engine.open(Home(home), tell=hear) as engine:
        (policy,) = await engine.store.read.policies()
        copying = asyncio.create_task(copied())
        await engine.runs.start(policy.policy_id)
        due.set()
        await copying


def effects(home: Path) -> tuple[set[str], set[str]]:
    """The keys that the store has as done, and those that the broker has."""
    with closing(sqlite3.connect(home / "assent.sqlite")) as connection:
        saga = {key for (key,) in connection.execute("SELECT idempotency_key FROM saga_log")}
    return saga, set(order_ids(home))


async def carried_on(home: Path, doubtful: tuple[str, ...]) -> None:
    """Name each run that the restore left in doubt, as the owner would; or start where none was."""
    async with Reader.open(Home(home).database) as reader:
        for run in await reader.runs():
            assert run.status.ended or run.error == RESTORED
        none = not await reader.runs()
    if none:
        await _start(home)
    async with Engine.open(Home(home)) as engine:
        for run_id in doubtful:
            report = await engine.runs.resume(run_id)
            assert report.status == "COMPLETED", report
