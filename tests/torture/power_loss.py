"""Power loss: images of what a disk may hold after it, rebuilt from recorded writes and syncs.

What was synced is there. Of the rest each write, cut into sectors of 512 or 4,096 bytes, is or is
not: so writes are dropped, torn, and overtake each other.
"""

import asyncio
import json
import random
import shutil
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from assent_engine.home import Home
from assent_engine.safekeeping import start_up
from assent_engine.store import Store
from torture import shim
from torture.shim import Happening

CASES = 20_000
PER_RECORDING = 400


@dataclass(slots=True)
class File:
    """What is surely on the disk, and what is on its way there."""

    synced: bytearray = field(default_factory=bytearray)
    loose: list[Happening] = field(default_factory=list)
    unlinked: bool = False


def case(number: int, seed: str, folder: Path) -> None:
    """One image: it must open, be whole, and hold everything that was reported until then."""
    recording = number // PER_RECORDING
    happenings = recorded(f"{seed}/{recording}", folder / f"recording-{recording}")
    chance = random.Random(f"{seed}/{number}")
    crash = chance.randint(1, len(happenings))
    home = folder / "image"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    image(happenings[:crash], chance, home)
    marks = [json.loads(one.data) for one in happenings[:crash] if one.kind == shim.MARK]
    asyncio.run(check(Home(home), marks))


@cache
def recorded(seed: str, folder: Path) -> list[Happening]:
    """Everything that a few lives of an engine wrote, synced and reported."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    log = folder / "log"
    with shim.started("recorded_life", folder / "home") as child:
        said, _ = child.communicate(json.dumps([str(folder / "home"), str(log), seed]) + "\n")
    assert (child.returncode, said) == (0, "done\n")
    found = [one for one in shim.read_log(log.read_bytes()) if _of_store(one)]
    shutil.rmtree(folder)
    assert sum(one.kind == shim.MARK for one in found) > 50
    return found


def _of_store(one: Happening) -> bool:
    return one.kind in (shim.MARK, shim.SYNC) or "assent.sqlite" in Path(one.path).name


def image(happenings: list[Happening], chance: random.Random, home: Path) -> None:
    """Write one of the states that a disk may be in after these happenings."""
    files: dict[str, File] = {}
    for one in happenings:
        _happen(files, one)
    for path, file in files.items():
        # The end of a file is itself something that may not have reached the disk.
        if not file.unlinked or chance.random() < 0.5:
            (home / Path(path).name).write_bytes(_content(file, chance))


def _happen(files: dict[str, File], one: Happening) -> None:
    if one.kind in (shim.WRITE, shim.TRUNCATE):
        file = files.setdefault(one.path, File())
        if file.unlinked:
            file = files[one.path] = File()
        file.loose.append(one)
    elif one.kind == shim.UNLINK and one.path in files:
        files[one.path].unlinked = True
    elif one.kind == shim.SYNC and one.path in files:
        _settle(files[one.path])
    elif one.kind == shim.SYNC:
        for path in [path for path, file in files.items() if file.unlinked]:
            del files[path]


def _settle(file: File) -> None:
    for one in file.loose:
        _apply(file.synced, one.kind, one.offset, one.data)
    file.loose.clear()


def _apply(content: bytearray, kind: int, offset: int, data: bytes) -> None:
    if kind == shim.TRUNCATE and offset < len(content):
        del content[offset:]
        return
    end = offset + len(data)
    content.extend(bytes(max(0, end - len(content))))
    content[offset:end] = data


def _content(file: File, chance: random.Random) -> bytes:
    content, share = bytearray(file.synced), chance.choice([0.0, 0.1, 0.5, 0.9, 1.0])
    sector = chance.choice([512, 4096])
    for one in file.loose:
        if one.kind == shim.TRUNCATE:
            if chance.random() < share:
                _apply(content, one.kind, one.offset, b"")
            continue
        cut = [*range(0, len(one.data), sector), len(one.data)]
        for start, end in pairwise(cut):
            if chance.random() < share:
                _apply(content, one.kind, one.offset + start, one.data[start:end])
    return bytes(content)


async def check(home: Home, marks: list[dict[str, Any]]) -> None:
    """Open the image as an engine would, and look for everything that was reported."""
    await start_up.inspect(home, None, unclean=True)
    async with Store.open(home.database) as store:
        there = [one.subject for one in await store.read.audit()]
        there.sort()
        for mark in marks:
            if "audit" in mark:
                at = bisect_left(there, mark["audit"])
                assert there[at : at + 1] == [mark["audit"]], mark
            elif "run" in mark:
                run = await store.read.run(mark["run"])
                assert run is not None, mark
                assert run.status == mark["status"]
            else:
                assert await store.read.approval(mark["policy"], "1.0.0") is not None, mark
    report = await start_up.examine(home, None)
    assert report.findings == []
