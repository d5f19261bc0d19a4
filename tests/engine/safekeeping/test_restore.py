"""Backup and restore: whole or not at all, nothing lost on the way, nothing silently done twice."""

import stat
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assent_engine import swap
from assent_engine.home import Home
from assent_engine.safekeeping.backup import back_up
from assent_engine.safekeeping.restore import RESTORED, Restored, restore
from assent_schemas.errors import Refused, StoreError
from engine.durable.worlds import Bench, FakeClock, approved, policy, ran, task

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
WAIT = {"type": "Wait", "seconds": 3600, "end": True}


@dataclass
class Kept:
    """A home, a backup of it from before its open run placed its order, and that run."""

    bench: Bench
    file: Path
    run_id: str

    def restore(self) -> Restored:
        return restore(self.bench.home, None, self.file, NOW, "owner")


async def kept(tmp_path: Path, resource: str) -> Kept:
    bench = Bench(tmp_path / "home", clock=FakeClock())
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(WAIT, task(resource, 1)))
        run = await engine.runs.start(policy_id)
        file, _ = back_up(bench.home, None, NOW)
        bench.clock.advance(3600)
        assert (await engine.runs.resume(run.run_id)).status == "COMPLETED"
    return Kept(bench, file, run.run_id)


@pytest.fixture
async def home(tmp_path: Path) -> Kept:
    return await kept(tmp_path, "order.place")


async def test_a_restored_run_waits_for_the_owner_and_asks_the_outside_first(home: Kept) -> None:
    done = home.restore()
    assert done.runs == (home.run_id,)
    async with home.bench.open() as engine:
        row = await engine.store.read.run(home.run_id)
        assert row is not None
        assert (row.status, row.error) == ("NEEDS_OWNER", RESTORED)
        assert len(await engine.store.read.notices(home.run_id)) == 1
        assert (await engine.runs.resume(home.run_id)).status == "COMPLETED"
        journal = await engine.store.read.journal(home.run_id)
        assert (await engine.check_store()).findings == []
    assert len(home.bench.outside.calls) == 1
    assert home.bench.outside.asked == [f"{home.run_id}/B.1"]
    assert [one.kind for one in journal if one.key == "B.1/1"] == ["intent", "step"]


async def test_a_restored_effect_that_did_not_happen_happens_once(home: Kept) -> None:
    home.restore()
    home.bench.outside.orders.clear()
    home.bench.outside.calls.clear()
    async with home.bench.open() as engine:
        assert (await engine.runs.resume(home.run_id)).status == "COMPLETED"
    assert len(home.bench.outside.calls) == 1


async def test_a_restored_effect_that_cannot_be_looked_up_is_left_to_the_owner(
    tmp_path: Path,
) -> None:
    home = await kept(tmp_path, "order.blind")
    home.restore()
    async with home.bench.open() as engine:
        for _ in range(2):
            report = await engine.runs.resume(home.run_id)
            assert (report.status, report.error) == ("NEEDS_OWNER", "effect.unsure")
    assert len(home.bench.outside.calls) == 1


async def test_the_files_that_were_there_are_kept(home: Kept) -> None:
    before = home.bench.home.database.read_bytes()
    done = home.restore()
    assert (done.replaced / "assent.sqlite").read_bytes() == before
    assert not list(home.bench.path.glob(".restoring-*"))


class PowerCut(BaseException):
    """The process is gone."""


def cut_at(monkeypatch: pytest.MonkeyPatch, step: int) -> list[int]:
    """Let the process die at a numbered step of those that change the home."""
    steps: list[int] = []
    for name in ("replace", "unlink", "mkdir"):
        original = getattr(Path, name)

        def counted(
            self: Path, *args: object, _original: object = original, **more: object
        ) -> object:
            steps.append(len(steps))
            if len(steps) - 1 == step:
                raise PowerCut
            return _original(self, *args, **more)  # type: ignore[operator]

        monkeypatch.setattr(Path, name, counted)
    return steps


async def test_a_restore_that_is_cut_at_any_step_is_all_or_nothing(
    home: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def runs() -> list[str]:
        async with home.bench.open() as engine:
            assert (await engine.check_store()).findings == []
            return [str(run.status) for run in await engine.store.read.runs()]

    told: set[str] = set()
    step, cut = 0, True
    while cut:
        with monkeypatch.context() as patched:
            cut_at(patched, step)
            try:
                home.restore()
                cut = False
            except PowerCut:
                pass
        found = await runs()
        told.add(*found)
        assert not swap.pending(home.bench.path)
        step += 1
    assert step > 8
    assert told == {"COMPLETED", "NEEDS_OWNER"}


async def test_a_home_in_use_is_not_restored(home: Kept) -> None:
    async with home.bench.open():
        with pytest.raises(Refused) as told:
            home.restore()
    assert told.value.problem.code == "home.locked"


async def test_a_damaged_backup_changes_nothing(home: Kept) -> None:
    content = home.file.read_bytes()
    before = home.bench.home.database.read_bytes()
    broken = home.file.with_name("broken")
    # A member's data; between members lies what the zip format says twice and reads once.
    with zipfile.ZipFile(home.file) as archive:
        member = archive.getinfo("assent.sqlite")
    start = member.header_offset + 30 + len(member.filename)
    for at in range(start, start + member.compress_size, member.compress_size // 25):
        broken.write_bytes(content[:at] + bytes([content[at] ^ 255]) + content[at + 1 :])
        with pytest.raises(StoreError, match=r"backup\."):
            restore(home.bench.home, None, broken, NOW, "owner")
        assert home.bench.home.database.read_bytes() == before
    assert not swap.pending(home.bench.path)


async def test_a_backup_is_private_whole_and_overwrites_nothing(home: Kept) -> None:
    assert stat.S_IMODE(home.file.stat().st_mode) == 0o600
    with pytest.raises(Refused, match=r"backup\.exists"):
        back_up(home.bench.home, None, NOW, home.file)
    assert sorted(one.name for one in home.file.parent.iterdir()) == [home.file.name]


async def test_a_backup_can_be_taken_to_a_new_home(home: Kept, tmp_path: Path) -> None:
    other = Bench(tmp_path / "other", clock=home.bench.clock, outside=home.bench.outside)
    restore(Home(other.path), None, home.file, NOW, "owner")
    async with other.open() as engine:
        assert (await engine.runs.resume(home.run_id)).status == "COMPLETED"
    assert len(home.bench.outside.calls) == 1


async def test_a_damaged_store_is_not_backed_up(home: Kept) -> None:
    async with home.bench.open() as engine:
        await engine.store._connection.execute("DELETE FROM ledger")
        with pytest.raises(StoreError, match=r"store\.damaged"):
            back_up(home.bench.home, None, NOW, home.file.with_name("second"))
        run = await ran(engine, {**policy(task("number.add", 1)), "name": "Goes on"})
    assert run.status == "COMPLETED"
    assert not home.file.with_name("second").exists()
