"""What every back end does, whichever desktop it is for."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import pytest

from assent_tray.asks import Examine, Quit
from assent_tray.face import Face, Mood
from assent_tray.ports import Item, Unusable
from assent_tray.pystray_back_end import Pystray
from tray.desktops import Desktop, Work, a_panel, pystrays_own, seated
from tray.memory_desktop import InMemory
from tray.pictures import LOOK


class Kind(Protocol):
    def __call__(self, folder: Path) -> AbstractAsyncContextManager[tuple[Desktop, Work]]: ...


KINDS = [pystrays_own] + ([a_panel] if sys.platform == "linux" else [])


@pytest.fixture(params=KINDS)
async def here(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[tuple[Desktop, Work]]:
    kind: Kind = request.param
    async with kind(tmp_path) as (desktop, work):
        await work.show(LOOK)
        await desktop.until("Quit")
        yield desktop, work


Here = tuple[Desktop, Work]


async def test_the_whole_menu_is_shown_as_it_is_written(here: Here) -> None:
    desktop, _ = here
    assert await desktop.labels() == ["2 approvals", "More_of it", "Look", "Quit"]


async def test_words_to_read_are_no_buttons(here: Here) -> None:
    desktop, work = here
    assert not await desktop.usable("2 approvals")
    assert await desktop.usable("Quit")
    await desktop.click("2 approvals")
    await desktop.click("More_of it")
    await desktop.click("Quit")
    assert await work.clicked() == Quit()


async def test_a_click_asks_for_what_the_item_showed(here: Here) -> None:
    desktop, work = here
    await desktop.click("Look")
    assert await work.clicked() == Examine()
    assert await work.nothing_clicked()


async def test_another_look_takes_the_place_of_the_one_before(here: Here) -> None:
    desktop, work = here
    before = await desktop.picture()
    items = (Item("new", "New"), LOOK.items[-1])
    await work.show(replace(LOOK, face=Face(Mood.TROUBLE), items=items))
    await desktop.until("New")
    assert await desktop.labels() == ["New", "Quit"]
    assert await desktop.picture() != before


async def test_a_headline_of_any_length_is_taken(here: Here) -> None:
    desktop, work = here
    await work.show(replace(LOOK, headline="x" * 1000, items=(Item("a", "x" * 300),)))
    await desktop.until("x" * 300)


async def test_an_icon_that_cannot_be_shown_is_said_and_leaves_no_thread_behind() -> None:
    def breaks() -> None:
        raise RuntimeError("no session bus")

    async def never(_seat: Any) -> None:
        raise AssertionError("there is no icon to work for")

    with pytest.raises(Unusable, match="no session bus"):
        await asyncio.to_thread(Pystray(InMemory(breaks)).run, never)


async def test_what_the_work_raises_is_raised_where_the_back_end_was_run() -> None:
    async def breaks(_seat: Any) -> None:
        raise LookupError("broken")

    with pytest.raises(LookupError, match="broken"):
        await asyncio.to_thread(Pystray(InMemory()).run, breaks)


async def test_pystray_closes_an_open_menu_only_where_something_in_it_has_changed() -> None:
    module = InMemory()
    async with seated(Pystray(module)) as work:
        await work.show(LOOK)
        (icon,) = module.icons
        await icon.until("Quit")
        drawn = icon.drawn
        await work.show(replace(LOOK, face=Face(Mood.FINE), headline="Other words"))
        assert icon.drawn is drawn
        assert icon.title == "Assent: Other words"
