"""assent event: tell the engine that something has happened, and see what it starts."""

import asyncio
from pathlib import Path
from typing import Any

import click

from assent_service.cli.options import JSON, standard


@click.group()
def event() -> None:
    """Emit events."""


@event.command()
@click.argument("name")
@click.option("--data", type=JSON, help="What the event brings: JSON, or @FILE.")
@standard
def emit(name: str, data: Any, home: Path | None, as_json: bool) -> None:
    """Emit an event of this NAME, and carry out the runs that it starts."""
    from assent_engine.scheduling.happenings import Event
    from assent_service.cli.opening import acting
    from assent_service.cli.output import emit as put_out
    from assent_service.cli.progress import live
    from assent_service.cli.trigger_views import Recorded, history_view

    async def act() -> list[Recorded]:
        with live(silent=as_json) as tell:
            async with acting(home, tell) as engine:
                read = engine.store.read
                before = {(one.policy_id, one.trigger, one.due) for one in await read.occurrences()}
                await engine.schedule.emit(Event(name, {} if data is None else data))
                await engine.schedule.drained()
                names = {row.policy_id: row.name for row in await read.policies()}
                rows = await read.occurrences()
        new = [one for one in rows if (one.policy_id, one.trigger, one.due) not in before]
        return [Recorded(names[row.policy_id], row) for row in new]

    found = asyncio.run(act())
    said = {"event": name, "occurrences": [one.as_json() for one in found]}
    view = history_view(found) if found else "No trigger waits for this event."
    put_out(said, lambda: view, as_json=as_json)
