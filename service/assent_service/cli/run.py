"""assent run: start an approved policy, see what a run did, go on with it or end it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assent_service.cli.cancel import cancel
from assent_service.cli.forking import fork
from assent_service.cli.options import JSON, standard
from assent_service.cli.watch import watch

if TYPE_CHECKING:
    from assent_schemas.wire.runs import RunDetail, RunSummary
    from assent_service.cli.owner import Owner


@click.group()
def run() -> None:
    """Start, list, show, watch, resume and cancel runs."""


@run.command()
@click.argument("policy")
@click.option("--input", "given", type=JSON, help="The run's input: JSON, or @FILE.")
@standard
def start(policy: str, given: Any, home: Path | None, as_json: bool) -> None:
    """Run a policy's version in force and show its progress."""
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.runs import Starting
    from assent_service.cli.run_reports import tell_reports

    asked = Starting(policy=policy, input=given)
    runs = asyncio.run(_begun(home, lambda to: to.call(ops.START_RUN, asked), silent=as_json))
    tell_reports(runs, as_json=as_json, single=True)


async def _begun(
    home: Path | None, begin: "Callable[[Owner], Awaitable[RunSummary]]", *, silent: bool
) -> "list[RunDetail]":
    """A run that is begun, or gone on with, once it has stopped."""
    from assent_service.cli.following import following
    from assent_service.cli.owner import owner

    async with owner(home, acts=True) as to, following(to, silent=silent) as seen:
        return await seen.until_they_stop([await begin(to)])


@run.command()
@click.argument("run_id", required=False)
@standard
def resume(run_id: str | None, home: Path | None, as_json: bool) -> None:
    """Go on with what a crash, a stop or a wait left.

    With RUN_ID with that run, also with one that a restore left to you. Without it with every
    run that can go on by itself; those that need you, or are paused, are shown with what to do
    about them. Exits 1 unless each is done or waits.
    """
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.runs import RunAsked
    from assent_service.cli.run_reports import tell_reports

    if run_id is None:
        tell_reports(asyncio.run(_all_resumed(home, silent=as_json)), as_json=as_json)
    asked = RunAsked(run=run_id)
    runs = asyncio.run(_begun(home, lambda to: to.call(ops.RESUME_RUN, asked), silent=as_json))
    tell_reports(runs, as_json=as_json)


async def _all_resumed(home: Path | None, *, silent: bool) -> "list[RunDetail]":
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.frame import Nothing
    from assent_service.cli.following import following, standing_still
    from assent_service.cli.owner import owner

    async with owner(home, acts=True) as to, following(to, silent=silent) as seen:
        begun = await to.call(ops.RESUME_RUNS, Nothing())
        runs = await seen.until_they_stop(begun.runs)
        return [*runs, *await standing_still(to, runs)]


for _command in (cancel, fork, watch):
    run.add_command(_command)


@run.command()
@click.argument("run_id")
@standard
def redrive(run_id: str, home: Path | None, as_json: bool) -> None:
    """Go on with a run that failed, from where it failed.

    What was done stays done: only the failed steps, and of a Map only the failed items, are done
    anew, by the version that the run began with.
    """
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.runs import RunAsked
    from assent_service.cli.run_reports import tell_reports

    asked = RunAsked(run=run_id)
    runs = asyncio.run(_begun(home, lambda to: to.call(ops.REDRIVE_RUN, asked), silent=as_json))
    tell_reports(runs, as_json=as_json, single=True)


@run.command("list")
@standard
def list_runs(home: Path | None, as_json: bool) -> None:
    """List all runs."""
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.runs import RunsAsked
    from assent_service.cli.output import emit
    from assent_service.cli.owner import everything, owner
    from assent_service.cli.views import runs_view

    async def look() -> "list[RunSummary]":
        async with owner(home) as to:
            return await everything(to, ops.LIST_RUNS, RunsAsked())

    rows = asyncio.run(look())
    emit([one.model_dump() for one in rows], lambda: runs_view(rows), as_json=as_json)


@run.command()
@click.argument("run_id")
@standard
def show(run_id: str, home: Path | None, as_json: bool) -> None:
    """Show where one run stands, step by step.

    And what it did to the outside, and what you were told.
    """
    from assent_service.cli.output import emit
    from assent_service.cli.run_view import run_view

    seen = asyncio.run(_seen(home, run_id))
    data = {**seen.run.model_dump(), "journal": [one.model_dump() for one in seen.journal]}
    emit(data, lambda: run_view(seen), as_json=as_json)


async def _seen(home: Path | None, run_id: str) -> Any:
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.runs import JournalAsked, RunAsked
    from assent_service.cli.owner import everything, owner
    from assent_service.cli.run_view import Seen

    async with owner(home) as to:
        found = await to.call(ops.SHOW_RUN, RunAsked(run=run_id))
        asked = JournalAsked(run=found.run_id, limit=1000)
        return Seen(found, await everything(to, ops.LIST_HAPPENINGS, asked))
