"""Files of a Map in the durable runner: a replay sees what was read, results are written once."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assent_engine.ports import Progress
from assent_engine.runner import RunReport
from assent_engine.runner.snapshots import Snapshots
from assent_schemas import exact_json
from assent_schemas.statuses import RunStatus
from engine.durable.worlds import (
    Bench,
    Json,
    accept,
    accept_then_break,
    approved,
    chain,
    during_the_first_step,
    each,
    policy,
    ran,
    rewind,
    task,
)

READER = {
    "resource": "files.read_items",
    "reader_config": {"input_type": "JSON"},
    "parameters": {"path": "in/rows.json"},
}
WRITER = {"resource": "files.write_result", "parameters": {"path": "out"}}


def over_file(*inner: Json, **more: Any) -> Json:
    """A Map over a file of numbers; an iteration sees {n}."""
    return {
        "type": "Map",
        "item_reader": READER,
        "item_selector": {"n.$": "$$.map.item.value"},
        "iterator": chain(*inner),
        "end": True,
        **more,
    }


ADDING = policy(over_file(task("number.add", "$.n")))
PLACING = policy(over_file(task("order.place", "$.n"), max_concurrency=1))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path / "home")
    (made.home.files / "in").mkdir(parents=True)
    (made.path / "lock").touch()
    give(made, "[1, 2, 3]")
    return made


def give(bench: Bench, text: str) -> None:
    (bench.home.files / "in" / "rows.json").write_text(text)


def snapshots(bench: Bench) -> list[Path]:
    return sorted(bench.home.snapshots.glob("*/*"))


async def stopped_at_the_second(bench: Bench) -> str:
    """A run over three items that stops within its second, as nobody can say what happened."""
    bench.outside.script = [accept, accept_then_break]
    bench.outside.reachable = False
    async with bench.open() as engine:
        report = await ran(engine, PLACING)
    assert (report.status, report.error) == (RunStatus.NEEDS_OWNER, "effect.unsure")
    bench.outside.reachable = True
    return report.run_id


async def resumed(bench: Bench, run_id: str) -> RunReport:
    async with bench.open() as engine:
        return await engine.runs.resume(run_id)


async def test_a_map_goes_over_the_items_of_a_file(bench: Bench) -> None:
    async with bench.open() as engine:
        report = await ran(engine, ADDING)
    assert report.output == [{"n": 2}, {"n": 3}, {"n": 4}]


async def test_fractions_and_the_order_of_keys_come_out_of_the_snapshot_as_they_went_in(
    bench: Bench,
) -> None:
    text = '[{"b": 0.10, "a": 12345678901234567890}, 1E+2]'
    give(bench, text)
    state = over_file({"type": "Pass", "end": True}, item_selector={"x.$": "$$.map.item.value"})
    async with bench.open() as engine:
        report = await ran(engine, policy(state))
    found = [one["x"] for one in report.output]
    assert exact_json.encode(found, as_ordered=True) == (
        b'[{"b":0.10,"a":12345678901234567890},1E+2]'
    )


async def test_a_replay_sees_the_items_as_they_were_read(bench: Bench) -> None:
    run_id = await stopped_at_the_second(bench)
    give(bench, "[7, 8, 9, 10]")
    report = await resumed(bench, run_id)
    assert [one["n"] for one in report.output] == [1, 2, 3]
    assert sorted(one["n"] for one in bench.outside.orders.values()) == [1, 2, 3]


async def test_a_replay_needs_the_file_no_more(bench: Bench) -> None:
    run_id = await stopped_at_the_second(bench)
    (bench.home.files / "in" / "rows.json").unlink()
    assert (await resumed(bench, run_id)).status is RunStatus.COMPLETED


async def test_a_process_that_died_before_the_entry_reads_anew(bench: Bench) -> None:
    run_id = await stopped_at_the_second(bench)
    rewind(bench, run_id, 1)
    bench.outside.orders.clear()
    give(bench, "[5]")
    assert [one["n"] for one in (await resumed(bench, run_id)).output] == [5]


async def test_the_journal_names_the_items_and_does_not_hold_them(bench: Bench) -> None:
    run_id = await stopped_at_the_second(bench)
    (kept,) = snapshots(bench)
    async with bench.open() as engine:
        entries = await engine.store.read.journal(run_id)
    (entry,) = [one for one in entries if one.kind == "items"]
    assert json.loads(entry.data) == {"digest": kept.name, "count": 3}
    assert kept.stat().st_mode & 0o077 == 0 or kept.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (Path.unlink, "items.snapshot_missing"),
        (lambda path: path.write_bytes(b"1\n2\n4\n"), "items.snapshot_changed"),
        (lambda path: path.write_bytes(path.read_bytes()[:-2]), "items.snapshot_changed"),
    ],
)
async def test_items_that_are_not_what_was_read_need_the_owner(
    bench: Bench, damage: Callable[[Path], object], code: str
) -> None:
    run_id = await stopped_at_the_second(bench)
    (kept,) = snapshots(bench)
    calls = len(bench.outside.calls)
    damage(kept)
    report = await resumed(bench, run_id)
    assert (report.status, report.error) == (RunStatus.NEEDS_OWNER, code)
    assert len(bench.outside.calls) == calls


async def test_what_was_kept_goes_when_the_run_ends_and_not_before(bench: Bench) -> None:
    run_id = await stopped_at_the_second(bench)
    async with bench.open():
        assert len(snapshots(bench)) == 1
    await resumed(bench, run_id)
    assert snapshots(bench) == []


async def test_what_an_ended_run_left_behind_goes_when_the_home_is_opened(bench: Bench) -> None:
    Snapshots(bench.home.snapshots).keep("a run that has ended", [1])
    async with bench.open():
        assert list(bench.home.snapshots.iterdir()) == []


async def test_a_reader_that_failed_fails_again_on_replay(bench: Bench) -> None:
    """The file is there when the run is resumed; what was decided stays decided."""
    (bench.home.files / "in" / "rows.json").unlink()
    rule = [{"error_equals": ["States.ItemReaderFailed"], "next": "B", "result_path": None}]
    first = over_file(task("number.add", "$.n"), catch=rule)
    document = policy(first, task("order.place", 4))
    bench.outside.script = [accept_then_break]
    bench.outside.reachable = False
    async with bench.open() as engine:
        report = await ran(engine, document)
    bench.outside.reachable = True
    give(bench, "[1]")
    again = await resumed(bench, report.run_id)
    assert again.status is RunStatus.COMPLETED
    assert bench.outside.reads == []


async def test_a_file_that_comes_later_is_read_by_a_retry(bench: Bench) -> None:
    (bench.home.files / "in" / "rows.json").unlink()

    def arrive(progress: Progress) -> None:
        if progress.event == "wait.started":
            give(bench, "[1]")

    bench.tell = arrive
    rule = [{"error_equals": ["States.ItemReaderFailed"], "max_attempts": 1}]
    async with bench.open() as engine:
        report = await ran(engine, policy(over_file(task("number.add", "$.n"), retry=rule)))
    assert report.output == [{"n": 2}]


async def test_a_long_file_is_gone_over_without_its_items_in_the_data(bench: Bench) -> None:
    """Two megabytes of items, twice what a scope's data may have."""
    give(bench, json.dumps(["x" * 10_000] * 200))
    state = over_file({"type": "Succeed", "output_path": None}, result_path=None)
    del state["item_selector"]
    async with bench.open() as engine:
        assert (await ran(engine, policy(state))).status is RunStatus.COMPLETED


def written(bench: Bench) -> dict[str, Any]:
    (folder,) = (bench.home.files / "out").iterdir()
    return {one.name: json.loads(one.read_text()) for one in folder.iterdir()}


FAILING = {"type": "Fail", "error": "Odd", "cause": "why"}


def choosing(**more: Any) -> Json:
    """A Map over 1, 2, 3 in which the second item fails."""
    rule = {"variable": "$.n", "numeric_equals": 2, "next": "B"}
    inner = {
        "start_at": "A",
        "states": {
            "A": {"type": "Choice", "choices": [rule], "default": "C"},
            "B": FAILING,
            "C": {"type": "Pass", "end": True},
        },
    }
    items = each([1, 2, 3], FAILING, result_writer=WRITER, tolerated_failure_count=1)
    return {**items, "iterator": inner, **more}


async def test_results_are_written_by_group_with_a_list_of_the_files(bench: Bench) -> None:
    async with bench.open() as engine:
        report = await ran(engine, policy(choosing()))
    details = report.output["result_writer_details"]
    assert details["folder"].startswith(f"out/{report.run_id}-")
    assert written(bench) == {
        "succeeded.json": [
            {"index": 0, "output": {"n": 1}},
            {"index": 2, "output": {"n": 3}},
        ],
        "failed.json": [{"index": 1, "error": "Odd", "cause": "why"}],
        "manifest.json": {
            **details,
            "files": {"succeeded": "succeeded.json", "failed": "failed.json"},
            "transformation": "NONE",
        },
    }


@pytest.mark.parametrize(
    ("form", "text"),
    [("COMPACT", b'[{"n":1}]\n[{"n":3}]\n'), ("FLATTEN", b'{"n":1}\n{"n":3}\n')],
)
async def test_outputs_alone_one_a_line_and_lists_taken_apart(
    bench: Bench, form: str, text: bytes
) -> None:
    config = {"transformation": form, "output_type": "JSONL"}
    state = choosing(result_writer={**WRITER, "writer_config": config})
    state["iterator"]["states"]["C"]["parameters"] = {"all.$": "States.Array($)"}
    state["iterator"]["states"]["C"]["output_path"] = "$.all"
    async with bench.open() as engine:
        await ran(engine, policy(state))
    (folder,) = (bench.home.files / "out").iterdir()
    assert (folder / "succeeded.jsonl").read_bytes() == text


async def test_a_crash_before_the_entry_writes_the_same_files_once_more(bench: Bench) -> None:
    async with bench.open() as engine:
        report = await ran(engine, policy(choosing()))
        entries = await engine.store.read.journal(report.run_id)
    before = written(bench)
    (entry,) = [one for one in entries if one.kind == "results"]
    rewind(bench, report.run_id, entry.seq - 1)
    assert await resumed(bench, report.run_id) == report
    assert written(bench) == before


async def test_recorded_results_are_never_written_again(bench: Bench) -> None:
    async with bench.open() as engine:
        report = await ran(engine, policy(choosing()))
        entries = await engine.store.read.journal(report.run_id)
    shutil.rmtree(bench.home.files / "out")
    rewind(bench, report.run_id, entries[-1].seq - 1)
    assert await resumed(bench, report.run_id) == report
    assert not (bench.home.files / "out").exists()


async def test_each_visit_writes_to_a_folder_of_its_own(bench: Bench) -> None:
    async with bench.open() as engine:
        await ran(engine, policy(choosing(), choosing()))
    assert len(list((bench.home.files / "out").iterdir())) == 2


async def test_a_place_that_cannot_be_written_is_a_failure_that_can_be_caught(
    bench: Bench,
) -> None:
    (bench.home.files / "out").symlink_to(bench.path)
    rule = [{"error_equals": ["States.ResultWriterFailed"], "next": "B"}]
    document = policy(choosing(catch=rule), {"type": "Pass", "end": True})
    async with bench.open() as engine:
        report = await ran(engine, document)
    assert report.output["error"] == "States.ResultWriterFailed"


async def test_a_policy_that_was_disabled_meanwhile_writes_nothing(bench: Bench) -> None:
    state = each([1], task("number.add", "$.n"), result_writer=WRITER)
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(state))
        during_the_first_step(bench, lambda: engine.policies.disable(policy_id, by="owner"))
        report = await engine.runs.start(policy_id)
    assert report.status is RunStatus.PAUSED
    assert not (bench.home.files / "out").exists()
