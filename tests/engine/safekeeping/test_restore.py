"""Backup and restore: whole or not at all, nothing lost on the way, nothing silently done twice."""

import errno
import hashlib
import json
import os
import stat
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assent_engine import swap
from assent_engine.home import Home
from assent_engine.interventions import RESTORED, Choice, Decision
from assent_engine.safekeeping.backup import back_up
from assent_engine.safekeeping.restore import Restored, restore
from assent_engine.store.records import CancelRequested
from assent_schemas.errors import Refused, StoreError
from engine.durable.worlds import (
    Bench,
    FakeClock,
    approved,
    chain,
    during_the_first_step,
    policy,
    ran,
    task,
)

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
WAIT = {"type": "Wait", "seconds": 3600, "end": True}


@dataclass
class Kept:
    """A home, a backup of it from before its open run placed its order, and that run."""

    bench: Bench
    file: Path
    run_id: str

    def restore(self, now: datetime = NOW) -> Restored:
        return restore(self.bench.home, None, self.file, now, "owner")


async def kept(tmp_path: Path, resource: str) -> Kept:
    bench = Bench(tmp_path / "home", clock=FakeClock())
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(WAIT, task(resource, 1)))
        run = await engine.runs.start(policy_id)
        file, _ = back_up(bench.home, None, NOW)
        bench.clock.advance(3600)
        assert (await engine.runs.resume(run.run_id)).status == "COMPLETED"
    return Kept(bench, file, run.run_id)


READING = policy(
    {
        "type": "Map",
        "item_reader": {
            "resource": "files.read_items",
            "reader_config": {"input_type": "JSON"},
            "parameters": {"path": "rows.json"},
        },
        "item_selector": {"n.$": "$$.map.item.value"},
        "iterator": chain(task("number.add", "$.n")),
        "end": True,
    }
)


async def backed_up_while_reading(tmp_path: Path) -> Kept:
    """A backup from the midst of a run over the items of a file, whose run has ended since."""
    bench = Bench(tmp_path / "home")
    files = tmp_path / "home" / "files"
    files.mkdir(parents=True)
    (bench.path / "lock").touch()
    (files / "rows.json").write_text("[1, 2, 3]")
    file = tmp_path / "backup"

    async def back_up_now() -> None:
        back_up(bench.home, None, NOW, file)

    during_the_first_step(bench, back_up_now)
    async with bench.open() as engine:
        run = await ran(engine, READING)
    assert run.status == "COMPLETED"
    assert not list(bench.home.snapshots.iterdir())
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


async def test_a_restored_run_is_a_case_whose_decision_it_follows_by_itself(home: Kept) -> None:
    home.restore()
    async with home.bench.open() as engine:
        assert await engine.runs.recover() == []
        (case,) = await engine.store.read.interventions()
        assert (case.run_id, case.code, case.status) == (home.run_id, RESTORED, "open")
        assert case.choices == ["retry", "compensate", "abort"]
        assert "backup made 2026-03-02T10:00:00.000000Z" in case.text
        await engine.inbox.resolve(case.id, Decision(Choice.RETRY, "owner", "test"))
        (report,) = await engine.runs.recover()
        assert report.status == "COMPLETED"
    assert len(home.bench.outside.calls) == 1
    assert home.bench.outside.asked == [f"{home.run_id}/B.1"]


async def test_a_restored_run_that_is_named_has_no_case_any_more(home: Kept) -> None:
    home.restore()
    async with home.bench.open() as engine:
        await engine.pauses.pause(None, until=None, by="owner")
        assert (await engine.runs.resume(home.run_id)).status == "PAUSED"
        (case,) = await engine.store.read.interventions()
        assert case.status == "withdrawn"


async def test_a_restored_run_can_be_ended_by_its_case(home: Kept) -> None:
    home.restore()
    async with home.bench.open() as engine:
        (case,) = await engine.store.read.interventions()
        await engine.inbox.resolve(case.id, Decision(Choice.ABORT, "owner", "test"))
        (report,) = await engine.runs.recover()
        assert report.status == "CANCELLED"


async def test_a_home_that_is_restored_twice_asks_anew(home: Kept) -> None:
    home.restore()
    file = home.file.with_name("again")
    async with home.bench.open() as engine:
        (first,) = await engine.store.read.interventions()
        await engine.inbox.resolve(first.id, Decision(Choice.RETRY, "owner", "test"))
        back_up(home.bench.home, None, NOW, file)
    restore(home.bench.home, None, file, NOW + timedelta(hours=1), "owner")
    async with home.bench.open() as engine:
        assert await engine.runs.recover() == []
        _, second = await engine.store.read.interventions()
        assert second.status == "open"


async def test_a_run_that_was_to_be_ended_is_in_doubt_as_well(tmp_path: Path) -> None:
    home = await kept(tmp_path, "order.place")
    home.restore()
    async with home.bench.open() as engine:
        await engine.store.commit(CancelRequested(home.run_id, "compensate", "x"))
        assert await engine.runs.recover() == []


@pytest.mark.parametrize("late", [True, False])
async def test_a_question_that_is_too_late_is_closed_and_told_of(
    tmp_path: Path, *, late: bool
) -> None:
    bench = Bench(tmp_path / "home", clock=FakeClock())
    ask = {"type": "Approval", "title": "Go?", "timeout_seconds": 3600, "end": True}
    async with bench.open() as engine:
        run = await ran(engine, policy(ask))
        file, _ = back_up(bench.home, None, NOW)
        (question,) = await engine.store.read.requests()
    bench.clock.advance(3600 if late else 60)
    restore(bench.home, None, file, bench.clock.now(), "owner")
    async with bench.open() as engine:
        (case,) = await engine.store.read.interventions()
        (after,) = await engine.store.read.requests()
        assert (after.status == "timed_out") == late
        assert ("Its question 'Go?' could be answered until" in case.text) == late
        if late:
            with pytest.raises(Refused, match=r"approval\.expired"):
                await engine.requests.approve(question.id, question.hash, by="owner", how="test")
            report = await engine.runs.resume(run.run_id)
            assert (report.status, report.error) == ("FAILED", "Approval.TimedOut")
        else:
            await engine.requests.approve(question.id, question.hash, by="owner", how="test")
            went_on = await engine.runs.go_on(run.run_id)
            assert went_on is not None
            assert went_on.status == "COMPLETED"


async def test_the_files_that_were_there_are_kept(home: Kept) -> None:
    before = home.bench.home.database.read_bytes()
    done = home.restore()
    assert done.replaced is not None
    assert (done.replaced / "assent.sqlite").read_bytes() == before
    assert not list(home.bench.path.glob(".restoring-*"))


@pytest.mark.parametrize("there", [False, True])
async def test_a_refused_restore_makes_no_home(tmp_path: Path, there: bool) -> None:
    damaged, home = tmp_path / "damaged", Home(tmp_path / "new")
    damaged.write_bytes(b"no backup")
    if there:
        home.path.mkdir()
    with pytest.raises(StoreError, match=r"backup\.unusable"):
        restore(home, None, damaged, NOW, "owner")
    assert not home.is_made()
    assert home.path.exists() == there


async def test_a_restore_into_a_new_home_names_no_old_files(home: Kept, tmp_path: Path) -> None:
    new = Home(tmp_path / "new")
    assert restore(new, None, home.file, NOW, "owner").replaced is None
    assert new.database.exists()
    assert not list(new.path.glob("replaced-*"))


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


async def cut_at_every_step(home: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """Restore until nothing is cut any more; each time the home is of then or of now."""

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
                home.restore(NOW + timedelta(seconds=step))
                cut = False
            except PowerCut:
                pass
        found = await runs()
        told.add(*found)
        assert not swap.pending(home.bench.path)
        step += 1
    assert step > 8
    assert told == {"COMPLETED", "NEEDS_OWNER"}


async def test_a_restore_that_is_cut_at_any_step_is_all_or_nothing(
    home: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    await cut_at_every_step(home, monkeypatch)


async def test_a_restore_of_items_is_all_or_nothing_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = await backed_up_while_reading(tmp_path)
    await cut_at_every_step(home, monkeypatch)
    async with home.bench.open() as engine:
        assert (await engine.runs.resume(home.run_id)).status == "COMPLETED"


async def test_a_home_in_use_is_not_restored(home: Kept) -> None:
    async with home.bench.open():
        with pytest.raises(Refused) as told:
            home.restore()
    assert told.value.problem.code == "home.locked"


async def test_a_damaged_backup_changes_nothing(home: Kept) -> None:
    content = home.file.read_bytes()
    before = home.bench.home.database.read_bytes()
    broken = home.file.with_name("broken")
    # A member's data without its end mark, which tells nothing; between members lies what the zip
    # format says twice and reads once.
    with zipfile.ZipFile(home.file) as archive:
        member = archive.getinfo("assent.sqlite")
    start = member.header_offset + 30 + len(member.filename)
    for at in range(start, start + member.compress_size - 3, member.compress_size // 25):
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


async def test_a_restored_run_goes_on_with_the_items_that_it_had_read(tmp_path: Path) -> None:
    home = await backed_up_while_reading(tmp_path)
    other = Bench(tmp_path / "other")
    restore(other.home, None, home.file, NOW, "owner")
    async with other.open() as engine:
        report = await engine.runs.resume(home.run_id)
        journal = await engine.store.read.journal(home.run_id)
    assert report.output == [{"n": 2}, {"n": 3}, {"n": 4}]
    assert not (other.home.files / "rows.json").exists()
    assert [one.kind for one in journal].count("items") == 1


async def test_items_are_copied_where_a_backup_is_made_on_another_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = os.link

    def refuse(source: Path, *args: object, **more: object) -> None:
        if "snapshots" in Path(source).parts:
            raise OSError(errno.EXDEV, "another disk")
        original(source, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "link", refuse)
    home = await backed_up_while_reading(tmp_path)
    assert home.restore().runs == (home.run_id,)
    async with home.bench.open() as engine:
        assert (await engine.runs.resume(home.run_id)).status == "COMPLETED"


async def test_what_runs_had_read_since_the_backup_goes_with_the_old_files(tmp_path: Path) -> None:
    home = await backed_up_while_reading(tmp_path)
    later = home.bench.home.snapshots / "later"
    later.mkdir()
    (later / "read").write_text("1")
    done = home.restore()
    (kept,) = home.bench.home.snapshots.iterdir()
    assert kept.name == home.run_id
    assert done.replaced is not None
    assert (done.replaced / "snapshots" / "later" / "read").read_text() == "1"


def changed(file: Path, to: Path, name: str, content: str) -> None:
    """The same backup with one file more, or with other content for one that it has."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(to, "w") as new:
        about = json.loads(old.read("manifest.json"))
        about["files"].setdefault(name, hashlib.sha256(content.encode()).hexdigest())
        for one in old.namelist():
            if one not in (name, "manifest.json"):
                new.writestr(one, old.read(one))
        new.writestr(name, content)
        new.writestr("manifest.json", json.dumps(about))


async def test_items_of_a_backup_that_were_changed_are_refused(tmp_path: Path) -> None:
    home = await backed_up_while_reading(tmp_path)
    with zipfile.ZipFile(home.file) as archive:
        (items,) = [one for one in archive.namelist() if one.startswith("snapshots/")]
    changed(home.file, tmp_path / "changed", items, "1\n2\n4\n")
    with pytest.raises(StoreError, match="is not the file that was backed up"):
        restore(Bench(tmp_path / "other").home, None, tmp_path / "changed", NOW, "owner")


@pytest.mark.parametrize(
    "name",
    [
        "snapshots/../evil",
        f"snapshots/../{'a' * 64}",
        f"snapshots/a/b/{'a' * 64}",
        "snapshots/run/evil",
        "files/evil",
    ],
)
async def test_a_backup_with_a_file_that_is_none_of_a_home_is_refused(
    home: Kept, tmp_path: Path, name: str
) -> None:
    changed(home.file, tmp_path / "changed", name, "1")
    with pytest.raises(StoreError, match="none of a home"):
        restore(home.bench.home, None, tmp_path / "changed", NOW, "owner")


async def test_a_damaged_store_is_not_backed_up(home: Kept) -> None:
    async with home.bench.open() as engine:
        await engine.store._connection.execute("DELETE FROM ledger")
        with pytest.raises(StoreError, match=r"store\.damaged"):
            back_up(home.bench.home, None, NOW, home.file.with_name("second"))
        run = await ran(engine, {**policy(task("number.add", 1)), "name": "Goes on"})
    assert run.status == "COMPLETED"
    assert not home.file.with_name("second").exists()
