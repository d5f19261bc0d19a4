"""Watching files with the operating system's own notifications; the waiting is virtual."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from assent_service.file_watch import LONGEST, MOST, QUIET, FileWatch
from service.held_clock import HeldClock


@dataclass
class Room:
    """A watched folder; files named `*.mark` and `*.part` do not matter."""

    folder: Path
    clock: HeldClock = field(default_factory=HeldClock)
    told: list[str] = field(default_factory=list)
    heard_of: int = 0
    marks: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    def wanted(self, name: str) -> bool:
        if name.endswith(".mark"):
            self.marks.put_nowait(name)
        return not name.endswith((".mark", ".part"))

    async def heard(self) -> None:
        """Return once all that has happened so far was heard of: changes come in their order."""
        self.heard_of += 1
        mark = f"{self.heard_of}.mark"
        (self.folder / mark).write_text("")
        async with asyncio.timeout(30):
            while await self.marks.get() != mark:
                pass

    async def written(self, name: str, text: str = "x") -> None:
        (self.folder / name).write_text(text)
        await self.heard()


@asynccontextmanager
async def watching(folder: Path) -> AsyncIterator[tuple[Room, FileWatch]]:
    room = Room(folder)
    watch = FileWatch(folder, room.clock, room.wanted, room.told.append)
    await watch.start()
    try:
        yield room, watch
    finally:
        await watch.stop()


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    (tmp_path / "in").mkdir()
    async with watching(tmp_path) as (one, _):
        yield one


async def test_a_new_file_is_told_of_by_its_path_once_it_has_come_to_rest(room: Room) -> None:
    await room.written("in/orders.csv")
    assert room.told == []
    room.clock.ring(QUIET)
    assert room.told == ["in/orders.csv"]


async def test_a_file_written_in_several_goes_is_told_of_once(room: Room) -> None:
    for text in ("a", "ab", "abc"):
        await room.written("orders.csv", text)
    room.clock.ring(QUIET)
    room.clock.ring(QUIET)
    room.clock.ring(LONGEST)
    assert room.told == ["orders.csv"]


async def test_a_file_that_never_rests_is_told_of_after_a_while(room: Room) -> None:
    await room.written("log.jsonl")
    room.clock.ring(LONGEST)
    assert room.told == ["log.jsonl"]


async def test_a_file_renamed_into_its_place_counts_as_changed(room: Room) -> None:
    (room.folder / "orders.part").write_text("whole")
    (room.folder / "orders.part").rename(room.folder / "orders.csv")
    await room.heard()
    room.clock.ring(QUIET)
    assert room.told == ["orders.csv"]


async def test_what_is_not_wanted_read_or_removed_is_not_told_of(room: Room) -> None:
    await room.written("kept.csv")
    room.clock.ring(QUIET)
    (room.folder / "kept.csv").read_text()
    (room.folder / "kept.csv").unlink()
    (room.folder / "other.part").write_text("x")
    await room.written("last.csv")
    room.clock.ring(QUIET)
    assert room.told == ["kept.csv", "last.csv"]


async def test_a_file_in_a_folder_that_came_later_is_told_of(room: Room) -> None:
    (room.folder / "new" / "deep").mkdir(parents=True)
    await room.heard()
    await room.written("new/deep/orders.csv")
    room.clock.ring(QUIET)
    assert room.told == ["new/deep/orders.csv"]


async def test_a_link_out_of_the_folder_is_not_followed(room: Room, tmp_path: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (room.folder / "link").symlink_to(outside)
    (outside / "secret.csv").write_text("x")
    await room.written("own.csv")
    room.clock.ring(QUIET)
    assert "own.csv" in room.told
    assert [name for name in room.told if "secret" in name] == []


async def test_files_beyond_the_bound_wait_for_their_next_change(tmp_path: Path) -> None:
    async with watching(tmp_path) as (room, watch):
        for number in range(MOST + 5):
            watch._heard(str(room.folder / f"{number}.csv"))
        room.clock.ring(QUIET)
        assert len(room.told) == MOST
        watch._heard(str(room.folder / f"{MOST + 4}.csv"))
        room.clock.ring(QUIET)
    assert room.told[MOST:] == [f"{MOST + 4}.csv"]


async def test_nothing_is_told_of_after_the_end(tmp_path: Path) -> None:
    async with watching(tmp_path) as (room, _):
        await room.written("orders.csv")
    room.clock.ring(QUIET)
    room.clock.ring(LONGEST)
    assert room.told == []
