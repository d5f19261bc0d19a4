"""Checks of what the computer gives us: Python, SQLite, clock and zone, sleep."""

import asyncio
import platform
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path

from assent_schemas.checks import Finding, Verdict
from assent_service.power.port import Told, Unavailable
from assent_service.power.voices import voices
from assent_service.power.watch import GLANCE

OLDEST = (3, 11)
_BEFORE_US = 2026


def python(_home: Path) -> Finding:
    where = f"Python {platform.python_version()} at {sys.executable}."
    if sys.version_info < OLDEST:
        return Finding(Verdict.FAIL, where, "Install Assent with Python 3.11 or newer.")
    return Finding(Verdict.OK, where)


def sqlite(_home: Path) -> Finding:
    return Finding(Verdict.OK, f"SQLite {sqlite3.sqlite_version}; one process writes, so any does.")


def clock(_home: Path) -> Finding:
    from tzlocal import get_localzone_name

    now = datetime.now(UTC)
    found = f"It is {now:%Y-%m-%d %H:%M} UTC."
    if now.year < _BEFORE_US:
        return Finding(Verdict.FAIL, found, "Set the computer's clock.")
    if not (zone := get_localzone_name()):
        return Finding(Verdict.WARN, f"{found} The zone is not known.", "Set the time zone.")
    return Finding(Verdict.OK, f"{found} The zone is {zone}.")


def sleep(_home: Path) -> Finding:
    missing = asyncio.run(_missing())
    if not missing:
        return Finding(Verdict.OK, "Sleep and wake are told at once.")
    why = "; ".join(f"{name}: {one}" for name, one in missing.items())
    alone = f"The clocks notice sleep within {GLANCE:.0f} s of waking. {why}"
    return Finding(Verdict.WARN, alone, "On a computer that never sleeps, nothing needs doing.")


async def _missing() -> dict[str, str]:
    async def ignore(_told: Told) -> None:
        """Nobody needs to know: nothing is under way."""

    missing = {}
    for voice in voices():
        try:
            await voice.start(ignore)
        except Unavailable as reason:
            missing[voice.name] = str(reason)
        await voice.stop()
    return missing
