"""What the tray lets the command line do: start the service, and let the doctor look."""

import asyncio
import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from assent_schemas.checks import Finding, Verdict

_COMMAND = (sys.executable, "-m", "assent_service")
_SECONDS = 90


async def start_service(home: Path) -> str:
    """Start it as `assent service start` does; what came of it."""
    said = await _said("service", "start", home=home)
    if problems := said.get("problems"):
        return f"Not started. {problems[0]['title']}: {problems[0]['detail']}"
    if said.get("state") == "ready":
        return "The service runs"
    reason = said.get("reason") or {}
    return f"The service is {said.get('state', 'silent')}. {reason.get('detail', '')}".strip()


async def examine(home: Path) -> tuple[tuple[str, Finding], ...]:
    """What `assent doctor` finds that is not well."""
    said = await _said("doctor", home=home)
    checks = said.get("checks")
    if not isinstance(checks, list):
        why = Finding(Verdict.FAIL, "It did not answer.", "See: assent doctor")
        return (("doctor", why),)
    found = [(str(one["check"]), _finding(one)) for one in checks]
    return tuple((name, one) for name, one in found if one.verdict is not Verdict.OK)


def _finding(one: dict[str, Any]) -> Finding:
    return Finding(Verdict(one["verdict"]), str(one["finding"]), str(one["remedy"]))


async def _said(*words: str, home: Path) -> dict[str, Any]:
    """The JSON of a command; empty where it gave none in time."""
    process = await asyncio.create_subprocess_exec(
        *_COMMAND,
        *words,
        "--json",
        "--home",
        str(home),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    try:
        async with asyncio.timeout(_SECONDS):
            out, _ = await process.communicate()
        found = json.loads(out)
    except (TimeoutError, ValueError):
        return {}
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    return found if isinstance(found, dict) else {}
