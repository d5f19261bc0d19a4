"""A sample of every torture; the full counts are `just torture NAME`."""

import asyncio
import json
import random
from collections import Counter
from pathlib import Path

import pytest

from assent_engine.home import Home
from torture import backups, corruption, full_disk, power_loss, shim

SEED = "sample"
pytestmark = [
    pytest.mark.process,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
with_shim = pytest.mark.skipif(not shim.HERE, reason="the shim is made for Linux and needs cc")


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
