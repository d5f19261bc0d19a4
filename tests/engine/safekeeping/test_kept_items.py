"""Verifying a home looks at what its open runs have read, too."""

from pathlib import Path

import pytest

from assent_engine.safekeeping import start_up
from assent_engine.safekeeping.examination import Report
from assent_schemas.statuses import RunStatus
from engine.durable.worlds import Bench, chain, during_the_first_step, policy, ran, task

READS = policy(
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


async def verified_midway(bench: Bench, damage: str = "") -> Report:
    """What is found while a run is under way over the items of a file."""
    found: list[Report] = []

    async def verify() -> None:
        (kept,) = (one for one in bench.home.snapshots.rglob("*") if one.is_file())
        _damage(kept, damage)
        found.append(await start_up.verify(bench.home, None))

    during_the_first_step(bench, verify)
    async with bench.open() as engine:
        (bench.home.files / "rows.json").write_text("[7]")
        await ran(engine, READS)
    return found[0]


def _damage(kept: Path, damage: str) -> None:
    match damage:
        case "changed":
            kept.write_text("8\n")
        case "cut":
            kept.write_text("")
        case "gone":
            kept.unlink()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "home")


async def test_what_an_open_run_has_read_is_found_whole(bench: Bench) -> None:
    report = await verified_midway(bench)
    assert (report.findings, report.examined["items"]) == ([], 1)


@pytest.mark.parametrize("damage", ["changed", "cut", "gone"])
async def test_what_an_open_run_has_read_is_missed_where_it_is_not_what_it_was(
    bench: Bench, damage: str
) -> None:
    report = await verified_midway(bench, damage)
    assert [one.check for one in report.findings] == ["items"]


async def test_what_failed_to_be_read_and_what_ended_runs_read_is_not_looked_for(
    bench: Bench,
) -> None:
    await verified_midway(bench)
    async with bench.open() as engine:
        (bench.home.files / "rows.json").unlink()
        assert (await ran(engine, {**READS, "name": "Fails"})).status is RunStatus.FAILED
        report = await start_up.verify(bench.home, None)
    assert (report.findings, report.examined["items"]) == ([], 0)
