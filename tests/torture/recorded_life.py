"""A child program: an engine's life, recorded; what it reported as done leaves a mark."""

import asyncio
import ctypes
import json
import os
import random
import sys
from pathlib import Path

from assent_engine.engine import Engine
from assent_engine.store import writer
from assent_engine.store.records import AuditEntry
from engine.durable.worlds import Bench, approved, each, policy, task
from torture import shim

LIVES = 3


async def live(bench: Bench, preload: ctypes.CDLL, chance: random.Random, life: int) -> None:
    """Open the home, carry out a few runs beside each other while others write, and close it."""

    def mark(**about: object) -> None:
        preload.shim_mark(json.dumps(about).encode())

    async def act(engine: Engine, number: int) -> None:
        items = [task("number.add", "$.n"), task("order.place", "$.n")]
        long = task("number.long", number, result_path="$.last")
        machine = policy(long, each(list(range(chance.randint(1, 6))), *items))
        policy_id = await approved(engine, {**machine, "name": f"{life}.{number}"})
        mark(policy=policy_id)
        report = await engine.runs.start(policy_id)
        mark(run=report.run_id, status=report.status)

    async def note(engine: Engine, name: int) -> None:
        for at in range(12):
            subject = f"{life}.{name}.{at}"
            await engine.store.commit(AuditEntry("2026-03-02T09:00:00Z", "t", "a", subject, ""))
            mark(audit=subject)

    async with bench.open() as engine:
        notes = [note(engine, name) for name in range(3)]
        await asyncio.gather(*(act(engine, number) for number in range(3)), *notes)


def main() -> None:
    folder, log, seed = json.loads(sys.stdin.readline())
    preload, chance = shim.loaded(), random.Random(seed)
    preload.shim_record(os.open(log, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
    # Far more often than in earnest, so that a crash meets every moment of it.
    writer.CHECKPOINT_BYTES = chance.choice([16, 64, 256]) * 1024
    bench = Bench(Path(folder))
    for life in range(LIVES):
        asyncio.run(live(bench, preload, chance, life))
    sys.stdout.write("done\n")


if __name__ == "__main__":
    main()
