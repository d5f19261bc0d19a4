"""The doctor's word on whether this session has a place for the icon."""

import asyncio
import sys
from pathlib import Path

import pytest

from assent_schemas.checks import Verdict
from assent_tray.checks import tray

if sys.platform != "linux":
    pytest.skip("session buses are Linux's", allow_module_level=True)

from buses import session_bus
from tray.hosts import host
from tray.memory_desktop import pystray


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'session-bus'}")
    # What a desktop in memory or none at all has is no menu of pystray's.
    monkeypatch.setattr(pystray.Icon, "HAS_MENU", False)
    return tmp_path


async def test_a_panel_that_shows_icons_is_well(bus: Path) -> None:
    async with session_bus(bus) as address, host(address):
        found = await asyncio.to_thread(tray, bus)
    assert (found.verdict, found.finding) == (Verdict.OK, "A panel here shows status icons.")


async def test_a_bus_without_a_panel_is_told_with_what_to_do(bus: Path) -> None:
    async with session_bus(bus):
        found = await asyncio.to_thread(tray, bus)
    assert found.verdict is Verdict.WARN
    assert found.finding.startswith("No panel here shows status icons. pystray has no menu here")
    assert "AppIndicator" in found.remedy


def test_no_bus_is_told(bus: Path) -> None:
    found = tray(bus)
    assert found.verdict is Verdict.WARN
    assert found.finding.startswith("The session bus cannot be used")
