"""assent run fork: try how a run would have gone on from one of its states with other data."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assent_service.cli.options import FILE, JSON, standard

if TYPE_CHECKING:
    from assent_schemas.wire.runs import ForkPoint


@click.command()
@click.argument("run_id")
@click.option("--at", help="The state to go on from: its name, or NAME.2 for its second visit.")
@click.option("--data", type=JSON, help="Keys to lay over the data there: JSON, or @FILE.")
@click.option("--decisions", type=FILE, help="JSON of what you answer to Approval states.")
@standard
def fork(
    run_id: str,
    at: str | None,
    data: Any,
    decisions: Path | None,
    home: Path | None,
    as_json: bool,
) -> None:
    """Try how a run would have gone on with other data.

    From one of its states. Nothing of it is real: it is carried out in virtual time, on a copy of
    your portfolio and prices as they are now, by the version that the run had. Without --at from
    its start.
    """
    from assent_service.cli.output import emit
    from assent_service.cli.views import simulation_view
    from assent_service.rehearsal import rehearse

    point = asyncio.run(_point(home, run_id, at))
    result = rehearse(
        point.document,
        point.input,
        home=home,
        decisions=decisions,
        policies=point.policies,
        seed=point.seed,
        cursor=_edited(point.cursor, data),
    )
    shown = {
        "from": point.key,
        "status": result.status,
        "output": result.output,
        "error": result.error,
        "cause": result.cause,
        "trace": result.trace,
    }
    emit(shown, lambda: simulation_view(result), as_json=as_json)
    sys.exit(0 if result.status == "COMPLETED" else 1)


async def _point(home: Path | None, run_id: str, at: str | None) -> "ForkPoint":
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.runs import ForkPointAsked
    from assent_service.cli.owner import owner

    async with owner(home, acts=True) as to:
        return await to.call(ops.SHOW_FORK_POINT, ForkPointAsked(run=run_id, at=at))


def _edited(cursor: dict[str, Any], data: Any) -> dict[str, Any]:
    """The cursor with other data: keys laid over an object, or another value in its place."""
    if data is None:
        return cursor
    value = cursor["value"]
    both = isinstance(value, dict) and isinstance(data, dict)
    return {**cursor, "value": {**value, **data} if both else data}
