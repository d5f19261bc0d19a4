"""Damage: flipped bytes, a cut file, a zeroed page, a stale log. Found, or without consequence."""

import asyncio
import random
import shutil
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

from assent_engine.safekeeping import start_up
from assent_schemas.errors import AssentError
from assent_schemas.statuses import RunStatus
from engine.durable.worlds import Bench, FakeClock, approved, each, policy, task

CASES = 2_000
PAGE = 4096
BOUND = {
    "policy_versions": "policy_id, version, hash, document",
    "journal": "*",
    "ledger": "*",
    "workflow_executions": "id, policy_hash, context, cursor, cursor_seq",
}
"""What the hashes bind, so that no change of it may pass unnoticed."""


def case(number: int, seed: str, folder: Path) -> str:
    """Damage a home, open it, resume its run. Every order must be the one that was approved."""
    chance = random.Random(f"{seed}/{number}")
    sound = sound_home(folder)
    bench = Bench(folder / "damaged", clock=FakeClock())
    shutil.rmtree(bench.path, ignore_errors=True)
    shutil.copytree(sound, bench.path)
    damage = chance.choice([flip, flip, flip, cut, zero, stale])
    damage(bench.path, chance, folder)
    bench.clock.advance(7200)
    found = asyncio.run(noticed(bench))
    _check_orders(bench)
    if found == "unnoticed":
        assert bound(bench.path) == bound(sound), f"{damage.__name__} passed unnoticed"
    return f"{damage.__name__}: {found}"


async def noticed(bench: Bench) -> str:
    """Where the damage was noticed: at the opening, in use, on verifying, or not at all."""
    stage = "at the opening"
    try:
        async with bench.open() as engine:
            stage = "in use"
            report = await start_up.examine(bench.home, None)
            for run in await engine.runs.open_runs():
                ended = await engine.runs.resume(run.id)
                if ended.status is RunStatus.NEEDS_OWNER:
                    return stage
            return "on verifying" if report.findings else "unnoticed"
    except (AssentError, sqlite3.Error):
        return stage


def _check_orders(bench: Bench) -> None:
    """Nothing but the orders of the approved policy, each once."""
    allowed = {1, 2, 3, 7}
    numbers = [order["n"] for order in bench.outside.orders.values()]
    assert set(numbers) <= allowed, numbers
    assert len(bench.outside.calls) == len(set(bench.outside.calls))


@cache
def sound_home(folder: Path) -> Path:
    """A home with ended runs and one that waits before its orders; and an older log beside it."""
    home = folder / "sound"
    shutil.rmtree(home, ignore_errors=True)
    asyncio.run(_furnish(Bench(home, clock=FakeClock()), folder / "stale-wal"))
    return home


async def _furnish(bench: Bench, older: Path) -> None:
    wait = {"type": "Wait", "seconds": 3600, "end": True}
    orders = each([0, 1, 2], task("number.add", "$.n"), task("order.place", "$.n"))
    async with bench.open() as engine:
        plain = await approved(engine, policy(task("number.add", 7), task("order.place", 7)))
        for _ in range(12):
            await engine.runs.start(plain)
        shutil.copy(bench.path / "assent.sqlite-wal", older)
    async with bench.open() as engine:
        waiting = {**policy(wait, orders), "name": "Waiting"}
        await engine.runs.start(await approved(engine, waiting))
        for _ in range(12):
            await engine.runs.start(plain)


def flip(home: Path, chance: random.Random, _folder: Path) -> None:
    """Change 1 to 64 bytes."""
    content = bytearray((home / "assent.sqlite").read_bytes())
    for _ in range(chance.randint(1, 64)):
        content[chance.randrange(len(content))] ^= chance.randint(1, 255)
    (home / "assent.sqlite").write_bytes(content)


def cut(home: Path, chance: random.Random, _folder: Path) -> None:
    """Lose the end of the file."""
    content = (home / "assent.sqlite").read_bytes()
    (home / "assent.sqlite").write_bytes(content[: chance.randrange(len(content))])


def zero(home: Path, chance: random.Random, _folder: Path) -> None:
    """Lose a page."""
    content = bytearray((home / "assent.sqlite").read_bytes())
    at = chance.randrange(len(content) // PAGE) * PAGE
    content[at : at + PAGE] = bytes(PAGE)
    (home / "assent.sqlite").write_bytes(content)


def stale(home: Path, chance: random.Random, folder: Path) -> None:
    """Find a log beside the database that is older than it, whole or in part."""
    log = (folder / "stale-wal").read_bytes()
    (home / "assent.sqlite-wal").write_bytes(log[: chance.randint(len(log) // 2, len(log))])


def bound(home: Path) -> dict[str, Any]:
    """The content that hashes bind."""
    with closing(sqlite3.connect(home / "assent.sqlite")) as connection:
        return {
            table: connection.execute(
                f"SELECT {columns} FROM {table} WHERE {_OLD[table]} ORDER BY 1, 2"  # noqa: S608
            ).fetchall()
            for table, columns in BOUND.items()
        }


_OLD = {
    "policy_versions": "1",
    "journal": "run_id NOT IN (SELECT id FROM workflow_executions WHERE policy_id ="
    " (SELECT policy_id FROM policies WHERE name = 'Waiting'))",
    "ledger": "seq <= 24",
    "workflow_executions": "status = 'COMPLETED' AND id IN (SELECT run_id FROM ledger"
    " WHERE seq <= 24)",
}
"""What resuming the waiting run leaves as it was."""
