"""assent run watch: see what a run does while the service carries it out."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assent_service.cli.options import standard

if TYPE_CHECKING:
    from assent_schemas.wire.runs import RunDetail


@click.command()
@click.argument("run_id")
@standard
def watch(run_id: str, home: Path | None, as_json: bool) -> None:
    """Show what a run does, as it happens, until it stops.

    To stop watching does not stop the run. Exits 1 unless it is done or waits.
    """
    from assent_service.cli.run_reports import tell_reports

    tell_reports(
        [asyncio.run(_watched(home, run_id, silent=as_json))], as_json=as_json, single=True
    )


async def _watched(home: Path | None, run_id: str, *, silent: bool) -> "RunDetail":
    from assent_client.finding import not_running
    from assent_engine.home import Home
    from assent_schemas.statuses import RunStatus
    from assent_service.cli.following import following
    from assent_service.cli.owner import owner

    async with owner(home) as to:
        if not to.served:
            raise not_running(Home.find(home).path)
        async with following(to, silent=silent) as seen:
            run = await seen.seen(run_id)
            if run.status is not RunStatus.RUNNING:
                return run
            (run,) = await seen.until_they_stop([run])
            return run
