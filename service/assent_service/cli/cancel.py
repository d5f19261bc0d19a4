"""assent run cancel: end a run; what it did is shown first, and then reversed or kept."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assent_service.cli.options import standard
from assent_service.cli.run_ids import choose_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from assent_engine.store.records import SagaEntry
    from assent_engine.store.rows import RunRow


@click.command()
@click.argument("run_id")
@click.option("--keep", is_flag=True, help="Let what it did stand.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@standard
def cancel(run_id: str, keep: bool, yes: bool, home: Path | None, as_json: bool) -> None:
    """End a run and reverse what it did, the latest first.

    Exits 1 if the run still stands, because something could not be reversed.
    """
    from assent_service.cli.output import emit, show
    from assent_service.cli.run_reports import as_data, reports_view, stands_still

    row, standing = asyncio.run(_look(home, run_id))
    if not row.status.ended:
        if not (yes and as_json):
            show(_view(row, standing, keep=keep), err=as_json)
        if not yes:
            _ask(err=as_json)
    report, cases = asyncio.run(_cancelled(home, row.id, keep=keep, silent=as_json))
    data = as_data(report, cases.get(row.id, ()))
    emit(data, lambda: reports_view([report], cases), as_json=as_json)
    sys.exit(1 if stands_still(report) else 0)


async def _look(home: Path | None, run_id: str) -> "tuple[RunRow, Sequence[SagaEntry]]":
    from assent_engine.runner.family import at_stake
    from assent_service.cli.opening import reading

    async with reading(home) as reader:
        row = choose_run(await reader.runs(), run_id)
        return row, await at_stake(reader, row.id)


async def _cancelled(home: Path | None, run_id: str, *, keep: bool, silent: bool) -> Any:
    from assent_service.cli.opening import acting, person
    from assent_service.cli.progress import live
    from assent_service.cli.run_reports import open_cases

    with live(silent=silent) as tell:
        async with acting(home, tell) as engine:
            report = await engine.runs.cancel(run_id, keep=keep, by=person())
            return report, await open_cases(engine.store.read)


def _view(row: "RunRow", standing: "Sequence[SagaEntry]", *, keep: bool) -> "RenderableType":
    """The run, and what becomes of what it did."""
    from rich.console import Group
    from rich.text import Text

    from assent_service.cli.run_view import saga_view
    from assent_service.cli.views import facts, status_text

    about = facts([("run", row.id), ("status", status_text(row.status)), ("at", row.current_step)])
    if not standing:
        return Group(about, Text("\nIt has changed nothing outside that stands."))
    title = "Done, and kept" if keep else "Done, and to be reversed, the latest first"
    return Group(about, Text(f"\n{title}", style="bold"), saga_view(standing, row.id))


def _ask(*, err: bool) -> None:
    from assent_schemas.errors import Problem, Refused

    if not asks_here():
        raise click.UsageError("No terminal to ask on. To cancel without being asked: --yes")
    if not click.confirm("End this run?", err=err):
        detail = "You said no: the run stays as it was."
        raise Refused(Problem("run.cancel_declined", "Not cancelled", detail))


def asks_here() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty()
