"""The real service, with the system's zone data replaced beneath it."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assent_client.client import connected
from assent_schemas.wire.events import Event
from assent_service.process.log import tail
from engine.scheduling.zones import fixed, put
from service.process.served import ended, served, words
from service.shell import Shell, greeter

pytestmark = pytest.mark.process
HERE = "Test/Here"
ZIC = shutil.which("zic", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def compiled(folder: Path, offset: str) -> bytes:
    """Zone data as the system's own compiler makes it."""
    assert ZIC is not None
    source = folder / "source"
    source.write_text(f"Zone {HERE} {offset} - TST\n")
    subprocess.run([ZIC, "-d", folder / offset, source], check=True)
    return (folder / offset / HERE).read_bytes()


async def _changed(events: AsyncIterator[Event]) -> AsyncIterator[str]:
    async for one in events:
        if one.type == "computer.zone_rules_changed":
            yield one.data["zone"]


def next_due(shell: Shell) -> datetime:
    return datetime.fromisoformat(shell.done("service", "status")["next_due"])


@pytest.mark.skipif(ZIC is None, reason="there is no compiler of zone data here")
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no zone data of its own")
async def test_due_times_follow_zone_data_that_is_replaced_while_it_runs(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zones = tmp_path / "zones"
    put(zones, HERE, compiled(tmp_path, "1:00"))
    put(zones, "UTC", fixed(0, "UTC"))
    monkeypatch.setenv("PYTHONTZPATH", str(zones))
    monkeypatch.setenv("TZ", "UTC")
    now = datetime.now(UTC)
    at = (now + timedelta(hours=6)).replace(minute=0, second=0, microsecond=0)
    rule = {"type": "cron", "expression": f"0 {(at.hour + 1) % 24} * * *", "timezone": HERE}
    with served(shell.home) as service:
        await asyncio.to_thread(words, service)
        async with connected(shell.home, "test/1") as client, client.events() as events:
            await asyncio.to_thread(shell.approved, greeter("Daily", triggers=[rule]))
            assert await asyncio.to_thread(next_due, shell) == at
            put(zones, HERE, compiled(tmp_path, "3:00"))
            async with asyncio.timeout(60):
                assert await anext(_changed(events)) == HERE
        assert await asyncio.to_thread(next_due, shell) == at - timedelta(hours=2)
        assert await asyncio.to_thread(ended, service) == 0
    said = [line for line in tail(shell.home, 200) if "the rules of a zone were replaced" in line]
    assert len(said) == 1
