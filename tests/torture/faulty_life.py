"""A child program: runs on a disk that fails at a given moment, told line by line how it went.

It reads [folder, operation, after, times, errno, seed] and answers [whether the disk
failed, what went wrong, "" for nothing].
"""

import asyncio
import ctypes
import json
import random
import sys
import traceback
from pathlib import Path

import pytest

from assent_engine.engine import Engine
from assent_engine.store import writer
from assent_engine.store.records import AuditEntry
from assent_schemas.errors import StoreError
from engine.durable.worlds import Bench, approved, each, policy, task
from torture import shim

ENTRY = AuditEntry("2026-03-02T09:00:00Z", "t", "a", "s", "")
TOLD = {"store.trouble", "store.broken"}


async def live(bench: Bench, preload: ctypes.CDLL, fault: tuple[int, int, int, int]) -> bool:
    """Start runs, let the disk fail under them, see what comes of it; whether it did fail."""
    engine_closed: StoreError | None = None
    hit = False
    try:
        async with bench.open() as engine:
            policy_id = await approved(engine, machine())
            preload.shim_fail(*fault)
            ends = [engine.runs.start(policy_id) for _ in range(2)]
            told = await asyncio.gather(*ends, return_exceptions=True)
            failed = [one for one in told if isinstance(one, BaseException)]
            assert all(isinstance(one, StoreError) for one in failed), failed
            assert {one.problem.code for one in failed if isinstance(one, StoreError)} <= TOLD
            hit = bool(preload.shim_failing())
            await (_full if fault[3] == shim.FULL else _broken)(engine, preload, failed)
    except StoreError as error:
        engine_closed = error
    preload.shim_heal()
    assert engine_closed is None or fault[3] == shim.BROKEN
    await _reopened(bench)
    return hit


def machine() -> dict[str, object]:
    items = [task("number.add", "$.n"), task("order.place", "$.n")]
    long = [task("number.long", 1, result_path="$.last") for _ in range(2)]
    return policy(*long, each([1, 2, 3], *items))


async def _full(engine: Engine, preload: ctypes.CDLL, failed: list[BaseException]) -> None:
    """Reads stay, the trouble is shown, and with room again all goes on in this process."""
    assert len(await engine.store.read.runs()) <= 2
    if preload.shim_failing():
        # The write that the disk refused may have been the last one that was wanted.
        assert engine.storage_trouble is not None or not failed
        assert not await engine.store.probe() or engine.storage_trouble is None
    preload.shim_heal()
    assert await engine.store.probe()
    assert engine.storage_trouble is None
    for run in await engine.runs.open_runs():
        assert (await engine.runs.resume(run.id)).status == "COMPLETED"


async def _broken(engine: Engine, preload: ctypes.CDLL, failed: list[BaseException]) -> None:
    """Once a sync has failed nothing is written any more, nor synced once more."""
    if not failed:
        return
    before = preload.shim_count(shim.SYNC)
    for _ in range(3):
        with pytest.raises(StoreError, match=r"store\.broken"):
            await engine.store.commit(ENTRY)
    assert preload.shim_count(shim.SYNC) == before


async def _reopened(bench: Bench) -> None:
    async with bench.open() as engine:
        for run in await engine.runs.open_runs():
            assert (await engine.runs.resume(run.id)).status == "COMPLETED"
        runs = await engine.store.read.runs()
        assert (await engine.check_store()).findings == []
    expected = {f"{run.id}/C.1/1/{item}/B.1" for run in runs for item in range(3)}
    assert set(bench.outside.orders) == expected
    assert len(bench.outside.calls) == len(set(bench.outside.calls))


def main() -> None:
    preload = shim.loaded()
    for line in sys.stdin:
        folder, operation, after, times, error, seed = json.loads(line)
        writer.CHECKPOINT_BYTES = random.Random(seed).choice([16, 64, 4096]) * 1024
        wrong, hit = "", False
        try:
            hit = asyncio.run(live(Bench(Path(folder)), preload, (operation, after, times, error)))
        except BaseException:  # noqa: BLE001 - told to the parent, whatever it is
            wrong = traceback.format_exc()
        preload.shim_heal()
        sys.stdout.write(json.dumps([hit, wrong]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
