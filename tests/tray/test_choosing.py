"""Which back end is chosen for a desktop."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("elsewhere there is no choice", allow_module_level=True)

from assent_tray.choosing import chosen
from assent_tray.pystray_back_end import Pystray
from assent_tray.status_notifier.back_end import StatusNotifier
from buses import session_bus
from tray.hosts import host
from tray.memory_desktop import pystray


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'session-bus'}")
    monkeypatch.delenv("PYSTRAY_BACKEND", raising=False)
    return tmp_path


@pytest.mark.parametrize("has_menu", [True, False])
async def test_a_panel_that_takes_status_icons_gets_one(
    bus: Path, monkeypatch: pytest.MonkeyPatch, has_menu: bool
) -> None:
    monkeypatch.setattr(pystray.Icon, "HAS_MENU", has_menu)
    async with session_bus(bus) as address, host(address):
        assert isinstance(await asyncio.to_thread(chosen, None), StatusNotifier)


async def test_without_such_a_panel_it_is_pystray_where_that_has_a_menu(
    bus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pystray.Icon, "HAS_MENU", True)
    async with session_bus(bus):
        assert isinstance(await asyncio.to_thread(chosen, None), Pystray)
    monkeypatch.setattr(pystray.Icon, "HAS_MENU", False)
    async with session_bus(bus):
        assert isinstance(await asyncio.to_thread(chosen, None), StatusNotifier)


def test_without_a_bus_and_a_menu_it_waits_for_a_panel(
    bus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pystray.Icon, "HAS_MENU", False)
    assert isinstance(chosen(None), StatusNotifier)


def test_pystray_that_cannot_be_loaded_without_a_screen_is_no_fault() -> None:
    code = "from assent_tray.choosing import chosen; print(chosen(None).name)"
    nowhere = {"DISPLAY": "", "DBUS_SESSION_BUS_ADDRESS": "", "XDG_RUNTIME_DIR": "/nowhere"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **nowhere},
    )
    assert done.stdout == "StatusNotifierItem\n"
