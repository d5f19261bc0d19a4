"""assent event: tell the engine that something has happened, and see what it starts."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assent_service.cli.options import JSON, standard

if TYPE_CHECKING:
    from assent_schemas.wire.triggers import OccurrenceTold

NOBODY = "No trigger in force waits for this event with this data."


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
    from assent_service.cli.trigger_views import history_view
    from assent_service.desk.triggers import became

    async def act() -> "list[OccurrenceTold]":
        with live(silent=as_json) as tell:
            async with acting(home, tell) as engine:
                read = engine.store.read
                before = {(one.policy_id, one.trigger, one.due) for one in await read.occurrences()}
                await engine.schedule.emit(Event(name, {} if data is None else data))
                await engine.schedule.drained()
                rows = await read.occurrences()
                new = [one for one in rows if (one.policy_id, one.trigger, one.due) not in before]
                return await became(read, new)

    if (met := asyncio.run(_by_service(home, name, data))) is not None:
        told = f"It met {met} triggers; the service starts what they start: assent trigger history"
        put_out({"event": name, "met": met}, lambda: told if met else NOBODY, as_json=as_json)
        return
    found = asyncio.run(act())
    said = {"event": name, "occurrences": [one.model_dump() for one in found]}
    view = history_view(found) if found else NOBODY
    put_out(said, lambda: view, as_json=as_json)


async def _by_service(home: Path | None, name: str, data: Any) -> int | None:
    """How many triggers the event met, by the service; None where none runs."""
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.happenings import Emitting
    from assent_service.cli.owner import owner

    async with owner(home) as to:
        if not to.served:
            return None
        asked = Emitting(name=name, data={} if data is None else data)
        return (await to.call(ops.EMIT_EVENT, asked)).met
