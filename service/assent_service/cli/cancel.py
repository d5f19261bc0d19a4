"""assent run cancel: end a run; what it did is shown first, and then reversed or kept."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assent_service.cli.asking import YES, agreed
from assent_service.cli.options import standard

if TYPE_CHECKING:
    from rich.console import RenderableType

    from assent_schemas.wire.runs import RunDetail


@click.command()
@click.argument("run_id")
@click.option("--keep", is_flag=True, help="Let what it did stand.")
@YES
@standard
def cancel(run_id: str, keep: bool, yes: bool, home: Path | None, as_json: bool) -> None:
    """End a run and reverse what it did, the latest first.

    Exits 1 if the run still stands, because something could not be reversed.
    """
    from assent_schemas.errors import Problem
    from assent_service.cli.output import emit, show
    from assent_service.cli.run_reports import as_data, reports_view, stands_still

    run = asyncio.run(_look(home, run_id))
    if not run.status.ended:
        if not (yes and as_json):
            show(_view(run, keep=keep), err=as_json)
        detail = "You said no: the run stays as it was."
        declined = Problem("run.cancel_declined", "Not cancelled", detail)
        agreed("End this run?", declined, yes=yes, err=as_json)
    run = asyncio.run(_cancelled(home, run.run_id, keep=keep, silent=as_json))
    emit(as_data(run), lambda: reports_view([run]), as_json=as_json)
    sys.exit(1 if stands_still(run) else 0)


async def _look(home: Path | None, run_id: str) -> "RunDetail":
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.runs import RunAsked
    from assent_service.cli.owner import owner

    async with owner(home) as to:
        return await to.call(ops.SHOW_RUN, RunAsked(run=run_id))


async def _cancelled(home: Path | None, run_id: str, *, keep: bool, silent: bool) -> "RunDetail":
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.runs import Cancelling
    from assent_service.cli.following import following
    from assent_service.cli.owner import owner

    async with owner(home, acts=True) as to, following(to, silent=silent) as seen:
        begun = await to.call(ops.CANCEL_RUN, Cancelling(run=run_id, keep=keep))
        (run,) = await seen.until_they_stop([begun])
        return run


def _view(run: "RunDetail", *, keep: bool) -> "RenderableType":
    """The run, and what becomes of what it did."""
    from rich.console import Group
    from rich.text import Text

    from assent_service.cli.run_view import saga_view
    from assent_service.cli.views import facts, status_text

    rows = [("run", run.run_id), ("status", status_text(run.status)), ("at", run.current_step)]
    if not run.at_stake:
        return Group(facts(rows), Text("\nIt has changed nothing outside that stands."))
    title = "Done, and kept" if keep else "Done, and to be reversed, the latest first"
    return Group(facts(rows), Text(f"\n{title}", style="bold"), saga_view(run.at_stake, run.run_id))
