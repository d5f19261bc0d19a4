"""The tray as a process, beside a real service, on a real bus, with a panel that clicks."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

if sys.platform != "linux":
    pytest.skip("the panel of these tests speaks StatusNotifierItem", allow_module_level=True)

from assent_engine.home import Home
from assent_schemas.errors import Refused
from assent_service.process import starting
from buses import session_bus
from service.process.served import served, words
from service.shell import greeter
from tray.hosts import Row, host, inside, named
from tray.trays import Desk, desktop, ended, tray

pytestmark = pytest.mark.process


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desktop(tmp_path) as one:
        yield one


@contextmanager
def service(desk: Desk) -> Iterator[Any]:
    with served(desk.shell.home) as process:
        words(process)
        yield process


async def shell(desk: Desk, *command: str) -> Any:
    return await asyncio.to_thread(desk.shell.done, *command)


async def propose(desk: Desk, document: dict[str, Any]) -> Any:
    return await asyncio.to_thread(desk.shell.propose, document)


def gone(label: str) -> Callable[[list[Row]], bool]:
    return lambda rows: named(label)(rows) is None


async def click(desk: Desk, outer: str, label: str) -> None:
    row = await desk.bar.until(inside(outer, label))
    await desk.bar.click(row.number)


async def test_a_proposal_is_approved_by_a_click_though_the_service_was_killed_in_between(
    desk: Desk,
) -> None:
    await desk.bar.until(named("The service does not run"))
    with service(desk) as first:
        made = await propose(desk, greeter())
        await desk.bar.until(named("1 approval"))
        row = await desk.bar.until(inside("Approve? Greeter", "Hash "))
        assert made["hash"].startswith(row.path[-1].removeprefix("Hash "))
        old = await desk.bar.until(inside("Approve? Greeter", "Approve"))
        first.kill()
        await desk.bar.until(named("The service does not run"))
        assert gone("Approve? Greeter")(await desk.bar.rows())
    await desk.bar.click(old.number)
    with service(desk):
        await click(desk, "Approve? Greeter", "Approve")
        await desk.bar.until(named("Approved: Greeter"))
        await desk.bar.until(gone("Approve? Greeter"))
        (policy,) = await shell(desk, "policy", "list")
        assert policy["active_version"] == "1.0.0"


async def test_without_a_service_the_doctor_looks_and_one_is_started_that_outlives_the_tray(
    desk: Desk,
) -> None:
    home = Home(desk.shell.home)
    try:
        row = await desk.bar.until(named("Doctor: find out"))
        await desk.bar.click(row.number)
        assert await desk.bar.until(inside("Doctor: ", "Look again"))
        row = await desk.bar.until(named("Start the service"))
        await desk.bar.click(row.number)
        await desk.bar.until(named("Pause everything"))
        row = await desk.bar.until(named("Quit tray"))
        await desk.bar.click(row.number)
        assert await asyncio.to_thread(desk.process.wait, 60) == 0
        assert starting.serving(home) is not None
    finally:
        with suppress(Refused):
            starting.stop(home)


async def test_the_panel_and_the_bus_may_go_and_come_again(tmp_path: Path) -> None:
    with tray(tmp_path / "home", tmp_path) as process:
        assert process.stderr is not None
        said = await asyncio.to_thread(process.stderr.readline)
        assert said == "there is no session bus; the icon comes when there is one\n" or (
            "the session bus cannot be used" in said
        )
        for _ in range(2):
            async with session_bus(tmp_path) as address, host(address) as bar:
                await bar.next_icon()
                await bar.until(named("The service does not run"))
        assert ended(process)[0] == 0


async def test_a_second_tray_is_told_of_the_first_which_ends_cleanly(
    desk: Desk,
) -> None:
    folder = desk.shell.home.parent
    with tray(desk.shell.home, folder, "--json") as second:
        out, _ = await asyncio.to_thread(second.communicate, timeout=60)
    assert second.returncode == 1
    assert json.loads(out)["problems"][0]["code"] == "tray.running"
    with tray(folder / "other", folder):
        await desk.bar.next_icon()
    assert await asyncio.to_thread(ended, desk.process) == (0, "", "")
