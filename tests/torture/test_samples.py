"""A sample of every torture; the full counts are `just torture NAME`."""

import asyncio
import json
import os
import random
from collections import Counter
from pathlib import Path

import pytest

from assent_engine.home import Home
from engine.durable import mother
from torture import (
    ambiguous,
    backups,
    clock_jumps,
    corruption,
    full_disk,
    kills,
    mcp_fuzz,
    planted,
    power_loss,
    races,
    random_kills,
    sagas,
    services,
    shim,
    sizes,
)

SEED = "sample"
pytestmark = [
    pytest.mark.process,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
with_shim = pytest.mark.skipif(not shim.HERE, reason="the shim is made for Linux and needs cc")

forked = pytest.mark.skipif(not mother.HERE, reason="the killed processes are forked")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("torture")


@with_shim
def test_after_a_power_loss_everything_reported_is_there_and_whole(folder: Path) -> None:
    for number in range(300):
        power_loss.case(number, SEED, folder)


@with_shim
def test_the_power_loss_images_tell_a_store_that_does_not_sync(folder: Path) -> None:
    everything = power_loss.recorded(f"{SEED}/0", folder / "recording-0")
    unsynced = [one for one in everything if one.kind != shim.SYNC]
    marks = [json.loads(one.data) for one in unsynced if one.kind == shim.MARK]
    home = folder / "unsynced"
    home.mkdir()
    power_loss.image(unsynced, random.Random(2), home)
    with pytest.raises(Exception, match=r"audit|run|policy|database|damaged|store"):
        asyncio.run(power_loss.check(Home(home), marks))


@with_shim
def test_a_full_disk_passes_and_a_broken_one_stops_the_store(folder: Path) -> None:
    try:
        told = Counter(full_disk.case(number, SEED, folder) for number in range(25))
    finally:
        full_disk.end(folder)
    assert told["disturbed"] > 12


def test_damage_is_noticed_or_has_no_consequence(folder: Path) -> None:
    told = Counter(corruption.case(number, SEED, folder) for number in range(40))
    assert sum(count for name, count in told.items() if "unnoticed" not in name) > 20


def test_a_backup_made_in_the_midst_of_a_run_leads_to_the_same_end(folder: Path) -> None:
    told = Counter(backups.case(number, SEED, folder) for number in range(4))
    assert told["open"] > 0


@forked
def test_a_run_killed_at_a_point_ends_as_if_undisturbed(folder: Path) -> None:
    everything = kills.points(folder)
    told = [kills.case(number, SEED, folder) for number in range(0, len(everything), 31)]
    assert sum(one.kills for one in told) > len(told) * 2 // 3


@forked
def test_runs_killed_at_random_under_load_each_do_what_their_policy_says(folder: Path) -> None:
    assert random_kills.case(0, SEED, folder).kills > random_kills.KILLS // 2


@forked
@pytest.mark.parametrize("refused", [None, 1])
def test_a_killed_compensation_ends_compensated_or_in_the_inbox(
    folder: Path, refused: int | None
) -> None:
    count = sagas.undisturbed(2, refused, folder).points
    told = [sagas.killed(2, refused, point, folder) for point in range(0, count, 3)]
    assert sum(one.kills for one in told) > len(told) // 2


@forked
def test_of_four_deciders_at_once_one_decides_and_the_others_hear_who(folder: Path) -> None:
    races.case(0, SEED, folder)


def test_orders_over_a_faulty_wire_are_neither_doubled_nor_lost(folder: Path) -> None:
    for number in range(2):
        assert not ambiguous.case(number, SEED, folder).startswith("0 ")


def test_a_clock_that_jumps_neither_doubles_nor_loses_a_due_time(folder: Path) -> None:
    for number in range(4):
        clock_jumps.case(number, SEED, folder)


@forked
@pytest.mark.parametrize("size", sizes.SIZES, ids=lambda size: size.document.__name__)
def test_a_large_run_killed_half_way_goes_on(folder: Path, size: sizes.Size) -> None:
    sizes.measured(size, size.count // 50, folder / "large")


@forked
@pytest.mark.parametrize("bug", planted.BUGS)
def test_a_planted_bug_is_caught(bug: str) -> None:
    assert planted.ended(planted.BUGS[bug].test, bug) == 1


def test_of_services_started_at_once_one_serves(folder: Path) -> None:
    assert services.case(0, SEED, folder)


@pytest.mark.skipif(os.name != "posix", reason="the door is reached over a Unix socket")
def test_whatever_is_said_to_the_agent_door_it_goes_on_and_tells_nothing_of_its_inside(
    folder: Path,
) -> None:
    for number in range(6):
        mcp_fuzz.case(number, SEED, folder)
