"""StatusNotifierItem on a real private bus, with panels that come late, go, and ask anything."""

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

if sys.platform != "linux":
    pytest.skip("StatusNotifierItem is Linux's", allow_module_level=True)

from assent_tray.asks import Ask, Quit
from assent_tray.face import Face, Mood
from assent_tray.icon import SIZES, Panel
from assent_tray.ports import Item
from assent_tray.status_notifier.panel import Panel as OnTheBus
from buses import session_bus
from tray.hosts import MENU, Host, host, named
from tray.pictures import LOOK


class Clicks(list[Ask]):
    """What was clicked."""


@pytest.fixture
async def clicks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[OnTheBus, Clicks]]:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'session-bus'}")
    found = Clicks()
    icon = OnTheBus(found.append, Panel.DARK)
    icon.show(LOOK)
    keeping = asyncio.create_task(icon.keep())
    yield icon, found
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


Here = tuple[OnTheBus, Clicks]


async def test_a_panel_that_comes_late_or_again_gets_the_icon(clicks: Here, tmp_path: Path) -> None:
    async with session_bus(tmp_path) as address:
        for _ in range(2):
            async with host(address) as bar:
                await bar.next_icon()
                assert "2 approvals" in await bar.labels()


async def test_a_bus_that_comes_late_or_again_gets_the_icon(
    clicks: Here, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        async with session_bus(tmp_path) as address, host(address) as bar:
            await bar.next_icon()
            assert "2 approvals" in await bar.labels()
    said = [one.getMessage() for one in (*caplog.get_records("setup"), *caplog.records)]
    assert any("the icon comes when there is one" in one for one in said)


@pytest.fixture
async def bar(clicks: Here, tmp_path: Path) -> AsyncIterator[Host]:
    async with session_bus(tmp_path) as address, host(address) as one:
        await one.next_icon()
        yield one


async def test_the_icon_comes_in_every_size_as_argb(bar: Host) -> None:
    pixmaps = await bar.of_the_icon("IconPixmap")
    assert [(wide, high) for wide, high, _ in pixmaps] == [(one, one) for one in SIZES]
    assert all(len(data) == 4 * wide * high for wide, high, data in pixmaps)
    corner, middle = pixmaps[-1][2][:4], pixmaps[-1][2][4 * (32 * 64 + 8) :][:4]
    assert corner[0] == 0
    assert middle[0] == 255
    assert middle[1] > middle[3], "amber has more red than blue"


async def test_what_points_and_titles_say_is_in_our_own_words(bar: Host) -> None:
    assert list(await bar.of_the_icon("ToolTip")) == ["", [], "Assent", "2 approvals"]
    assert await bar.of_the_icon("Title") == "Assent: 2 approvals"
    assert await bar.of_the_icon("ItemIsMenu") is True
    assert await bar.of_the_icon("Status") == "Active"


async def test_an_open_menu_keeps_its_numbers_while_others_come_and_go(
    bar: Host, clicks: Here
) -> None:
    icon, found = clicks
    held = named("Quit")(await bar.rows())
    assert held is not None
    icon.show(replace(LOOK, items=(Item("new", "New"), *LOOK.items[2:])))
    await bar.until(named("New"))
    await bar.click(held.number)
    assert found == [Quit()]


async def test_a_click_on_what_has_gone_asks_for_nothing(bar: Host, clicks: Here) -> None:
    icon, found = clicks
    held = named("Look")(await bar.rows())
    assert held is not None
    icon.show(replace(LOOK, items=(Item("new", "New"),)))
    await bar.until(named("New"))
    await bar.click(held.number)
    icon.show(LOOK)
    await bar.until(named("Look"))
    await bar.click(held.number)
    assert found == []


async def test_a_host_may_ask_for_anything(bar: Host) -> None:
    menu = await bar.of_the_icon("Menu")
    first = (await bar.rows())[0].number
    assert (await bar.ask(menu, MENU, "GetGroupProperties", "aias", [0, first, 99_999], []))[0]
    assert (await bar.ask(menu, MENU, "GetGroupProperties", "aias", [], []))[0]
    (label,) = await bar.ask(menu, MENU, "GetProperty", "is", first, "label")
    assert label.value == "2 approvals"
    _, shallow = await bar.ask(menu, MENU, "GetLayout", "iias", 0, 1, [])
    assert all(not child.value[2] for child in shallow[2])
    assert await bar.ask(menu, MENU, "AboutToShow", "i", 0) == [False]
    assert await bar.ask(menu, MENU, "AboutToShowGroup", "ai", [0, 99_999]) == [[], [99_999]]
    refused: list[tuple[str, str, tuple[Any, ...]]] = [
        ("GetLayout", "iias", (99_999, -1, [])),
        ("GetProperty", "is", (first, "nonsense")),
        ("GetProperty", "is", (99_999, "label")),
    ]
    for member, signature, body in refused:
        with pytest.raises(LookupError):
            await bar.ask(menu, MENU, member, signature, *body)
    for member in ("Activate", "SecondaryActivate", "ContextMenu"):
        face = "org.kde.StatusNotifierItem"
        assert await bar.ask("/StatusNotifierItem", face, member, "ii", 0, 0) == []


async def test_clicks_may_come_in_groups(bar: Host, clicks: Here) -> None:
    from dbus_fast import Variant

    quit_ = named("Quit")(await bar.rows())
    assert quit_ is not None
    events = [[one, "clicked", Variant("s", ""), 0] for one in (quit_.number, 99_999)]
    events.append([quit_.number, "hovered", Variant("s", ""), 0])
    menu = await bar.of_the_icon("Menu")
    assert await bar.ask(menu, MENU, "EventGroup", "a(isvu)", events) == [[99_999]]
    assert clicks[1] == [Quit()]


async def test_hosts_are_told_of_another_face_once(bar: Host, clicks: Here) -> None:
    told: list[str | None] = []
    bar.bus.add_message_handler(lambda message: told.append(message.member))
    rule = "type='signal',interface='org.kde.StatusNotifierItem'"
    bus = ("/org/freedesktop/DBus", "org.freedesktop.DBus", "AddMatch", "s", rule)
    icon, bar.icon = bar.icon, "org.freedesktop.DBus"
    await bar.ask(*bus)
    bar.icon = icon
    clicks[0].show(replace(LOOK, face=Face(Mood.FINE), items=(Item("new", "New"),)))
    await bar.until(named("New"))
    assert told.count("NewIcon") == 1
    assert told.count("NewToolTip") == 0
