"""assent service: the always-on process of a home."""

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assent_service.cli.options import standard

if TYPE_CHECKING:
    from assent_engine.home import Home
    from assent_schemas.errors import Problem


@click.group()
def service() -> None:
    """Run, start, stop and look at the always-on service."""


@service.command()
@standard
def run(home: Path | None, as_json: bool) -> None:
    """Be the service, here, until it is stopped.

    With --json it says how it stands once it is ready, and closes standard output.
    """
    from assent_service.cli.opening import made
    from assent_service.cli.output import show, write_json
    from assent_service.process import running, starting

    def ready(held: "Problem | None") -> None:
        if not as_json:
            show(_words(_said(held)))
            return
        write_json(_said(held))
        starting.close_standard_output()

    running.run(made(home), ready)


@service.command()
@standard
def start(home: Path | None, as_json: bool) -> None:
    """Start the service in the background and wait until it is ready.

    A home is made where there is none, in a folder that is there.
    """
    from assent_service.cli.opening import made
    from assent_service.cli.output import emit
    from assent_service.process import starting

    found = made(home)
    said = _patiently(found) if starting.serving(found) else _started(found)
    emit(said, lambda: _words(said), as_json=as_json)
    if said["state"] != "ready":
        raise SystemExit(1)


@service.command()
@standard
def stop(home: Path | None, as_json: bool) -> None:
    """Stop the service; its runs go on when it is started again."""
    from assent_service.cli.opening import existing
    from assent_service.cli.output import emit
    from assent_service.process import starting

    held = starting.stop(existing(home, "Start it: assent service start"))
    emit({"stopped": held.pid}, lambda: f"Stopped: process {held.pid}.", as_json=as_json)


@service.command()
@standard
def status(home: Path | None, as_json: bool) -> None:
    """Show whether the service runs, and how it stands.

    Of one that went without an end it says so; with --json by `crashed`, when that was started.
    """
    from assent_service.cli.opening import existing
    from assent_service.cli.output import emit
    from assent_service.process import starting

    found = existing(home, "Start it: assent service start")
    said = _asked(found) if starting.serving(found) else _stopped(found)
    emit(said, lambda: _words(said), as_json=as_json)


@service.command()
@click.option("--lines", default=50, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--follow", is_flag=True, help="Go on with what is logged, until you stop it.")
@standard
def logs(lines: int, follow: bool, home: Path | None, as_json: bool) -> None:
    """Show what the service has logged.

    With --follow and --json each entry is a line of its own.
    """
    from assent_service.cli.log_view import follow_log, log_view
    from assent_service.cli.opening import existing
    from assent_service.cli.output import emit
    from assent_service.process.log import entry, tail

    found = existing(home, "Start it: assent service start")
    if follow:
        follow_log(found.path, lines, as_json=as_json)
        return
    entries = [entry(one) for one in tail(found.path, lines)]
    emit(entries, lambda: log_view(entries), as_json=as_json)


def _started(home: "Home") -> dict[str, Any]:
    """What a new service says, or the one that another command has started meanwhile."""
    from assent_schemas.errors import Refused
    from assent_service.process import starting

    try:
        return starting.start(home)
    except Refused as error:
        if error.problem.code != "home.locked" or starting.serving(home) is None:
            raise
    return _patiently(home)


def _patiently(home: "Home") -> dict[str, Any]:
    """What the service says that may still be opening its door."""
    from assent_service.cli.reaching import NO_DOOR, NOT_RUNNING
    from assent_service.process import starting

    return starting.patiently(lambda: _asked(home), while_=(NOT_RUNNING, NO_DOOR))


def _said(held: "Problem | None") -> dict[str, Any]:
    said: dict[str, Any] = {"state": "held" if held else "ready", "pid": os.getpid()}
    return said | ({"reason": held.as_json()} if held else {})


def _stopped(home: "Home") -> dict[str, Any]:
    from assent_engine.moments import timestamp
    from assent_service.process import starting

    began = starting.crashed(home)
    return {"state": "stopped"} | ({"crashed": {"started": timestamp(began)}} if began else {})


def _asked(home: "Home") -> dict[str, Any]:
    """What the service says of itself."""
    from contextlib import AsyncExitStack

    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.frame import Nothing
    from assent_service.cli.reaching import reached

    async def ask() -> dict[str, Any]:
        async with AsyncExitStack() as stack:
            client = await reached(home, stack)
            return (await client.call(ops.STATUS, Nothing())).model_dump()

    return asyncio.run(ask())


_COUNTS = {
    "open_runs": ("run is open", "runs are open"),
    "needs_owner": ("run needs you", "runs need you"),
    "waiting_approvals": ("approval waits for you", "approvals wait for you"),
    "problems": (
        "problem was told of in the last day: assent notices list",
        "problems were told of in the last day: assent notices list",
    ),
}


_CRASHED = (
    "The one that was started {} had no end: it crashed, was killed, or the computer went off.\n"
    "See why: assent service logs. Start it again: assent service start"
)


def _words(said: dict[str, Any]) -> str:
    """How it stands, a sentence a line."""
    from assent_engine.reading.wording import counted

    words = [f"The service is {said['state']}."]
    if said.get("crashed"):
        words.append(_CRASHED.format(_local(said["crashed"]["started"])))
    if said.get("reason"):
        words += [said["reason"]["detail"], said["reason"]["remedy"]]
    if said.get("storage_trouble"):
        words.append(f"Storage trouble: {said['storage_trouble']}")
    words += [f"{counted(said[name], *what)}." for name, what in _COUNTS.items() if said.get(name)]
    if said.get("next_due"):
        words.append(f"Next due: {_local(said['next_due'])}.")
    words += [_pause(one) for one in said.get("pauses", [])]
    return "\n".join(words)


def _pause(one: dict[str, Any]) -> str:
    from assent_service.cli.text import shown

    until = f"until {_local(one['until'])}" if one["until"] else "until you end it: assent resume"
    return f"{shown(one['name'])} is paused {until}."


def _local(at: str) -> str:
    """A moment to the second, in the zone of the computer."""
    from zoneinfo import ZoneInfo

    from assent_engine.moments import moment
    from assent_engine.reading.schedule import moment_words
    from assent_engine.scheduling.zone import owners_zone

    return moment_words(moment(at), ZoneInfo(owners_zone()))
