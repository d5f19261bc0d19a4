"""assent run: start an approved policy, see what a run did, go on with it or end it."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import click

from assent_service.cli.cancel import cancel
from assent_service.cli.options import FILE, JSON, standard
from assent_service.cli.run_ids import choose_run


@click.group()
def run() -> None:
    """Start, list, show, resume and cancel runs."""


@run.command()
@click.argument("policy")
@click.option("--input", "given", type=JSON, help="The run's input: JSON, or @FILE.")
@standard
def start(policy: str, given: Any, home: Path | None, as_json: bool) -> None:
    """Run a policy's version in force and show its progress."""
    from assent_service.cli.opening import acting
    from assent_service.cli.progress import live
    from assent_service.cli.run_reports import open_cases, tell_reports

    async def act() -> tuple[list[Any], Any]:
        with live(silent=as_json) as tell:
            async with acting(home, tell) as engine:
                row = await engine.policies.find(policy)
                report = await engine.runs.start(row.policy_id, given)
                return [report], await open_cases(engine.store.read)

    tell_reports(*asyncio.run(act()), as_json=as_json, single=True)


@run.command()
@click.argument("run_id", required=False)
@standard
def resume(run_id: str | None, home: Path | None, as_json: bool) -> None:
    """Go on with what a crash, a stop or a wait left.

    Without RUN_ID with every run that can go on by itself: not those that are still paused or
    wait for your word, nor those that a restore left in doubt; these go on when they are named.
    What still needs you is shown with how to settle it.
    """
    from assent_service.cli.opening import acting
    from assent_service.cli.progress import live
    from assent_service.cli.run_reports import open_cases, standing_still, tell_reports

    async def act() -> tuple[list[Any], Any]:
        with live(silent=as_json) as tell:
            async with acting(home, tell) as engine:
                if run_id is None:
                    reports = await engine.runs.recover()
                    reports += await standing_still(engine.store.read, reports)
                else:
                    row = choose_run(await engine.store.read.runs(), run_id)
                    reports = [await engine.runs.resume(row.id)]
                return reports, await open_cases(engine.store.read)

    tell_reports(*asyncio.run(act()), as_json=as_json)


run.add_command(cancel)


@run.command()
@click.argument("run_id")
@standard
def redrive(run_id: str, home: Path | None, as_json: bool) -> None:
    """Go on with a run that failed, from where it failed.

    What was done stays done: only the failed steps, and of a Map only the failed items, are done
    anew, by the version that the run began with.
    """
    from assent_service.cli.opening import acting, person
    from assent_service.cli.progress import live
    from assent_service.cli.run_reports import open_cases, tell_reports

    async def act() -> tuple[list[Any], Any]:
        with live(silent=as_json) as tell:
            async with acting(home, tell) as engine:
                row = choose_run(await engine.store.read.runs(), run_id)
                report = await engine.runs.redrive(row.id, by=person())
                return [report], await open_cases(engine.store.read)

    tell_reports(*asyncio.run(act()), as_json=as_json, single=True)


@run.command()
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
    from assent_service.cli.forking import fork_point
    from assent_service.cli.output import emit
    from assent_service.cli.views import simulation_view
    from assent_service.rehearsal import rehearse

    point = asyncio.run(fork_point(home, run_id, at, data))
    result = rehearse(
        point.document,
        point.given,
        home=home,
        decisions=decisions,
        policies=point.policies,
        seed=point.seed,
        cursor=point.cursor,
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


@run.command("list")
@standard
def list_runs(home: Path | None, as_json: bool) -> None:
    """List all runs."""
    from assent_service.cli.opening import reading
    from assent_service.cli.output import emit
    from assent_service.cli.run_reports import open_cases
    from assent_service.cli.views import runs_view

    async def look() -> Any:
        async with reading(home) as reader:
            names = {row.policy_id: row.name for row in await reader.policies()}
            cases = {run_id: len(rows) for run_id, rows in (await open_cases(reader)).items()}
            rows = [(row, names.get(row.policy_id, "?")) for row in await reader.runs()]
            return rows, cases

    rows, cases = asyncio.run(look())
    data = [
        {**_facts(row), "policy": name, "open_interventions": cases.get(row.id, 0)}
        for row, name in rows
    ]
    emit(data, lambda: runs_view(rows, cases), as_json=as_json)


@run.command()
@click.argument("run_id")
@standard
def show(run_id: str, home: Path | None, as_json: bool) -> None:
    """Show where one run stands, step by step.

    And what it did to the outside, and what you were told.
    """
    from assent_engine.runner.unknown import doubts
    from assent_service.cli.opening import reading
    from assent_service.cli.output import emit
    from assent_service.cli.run_view import Seen, run_view

    async def look() -> Any:
        async with reading(home) as reader:
            row = choose_run(await reader.runs(), run_id)
            journal, saga = await reader.journal(row.id), await reader.saga_log(row.id)
            cases, notices = await reader.interventions(row.id), await reader.notices(row.id)
            return Seen(row, journal, saga, cases, notices, await doubts(reader, row.id))

    seen = asyncio.run(look())
    emit(_shown(seen), lambda: run_view(seen), as_json=as_json)


def _shown(seen: Any) -> dict[str, Any]:
    """A run as data."""
    return _facts(seen.row) | {
        "output": seen.row.output,
        "journal": [
            {
                "seq": one.seq,
                "scope": one.scope,
                "key": one.key,
                "kind": one.kind,
                "at": one.at,
                "data": _recorded(one.data),
                "hash": one.hash,
            }
            for one in seen.journal
        ],
        "saga_log": [
            {
                "resource": one.resource,
                "idempotency_key": one.idempotency_key,
                "input": _recorded(one.input),
                "result": _recorded(one.result),
                "compensation": one.compensation,
                "irreversible": one.irreversible,
                "settled": one.settled,
                "settled_at": one.settled_at,
            }
            for one in seen.saga
        ],
        "may_have_happened": [
            {"resource": one.resource, "scope": one.scope, "key": one.key} for one in seen.unknown
        ],
        "interventions": [
            {
                "intervention_id": one.id,
                "code": one.code,
                "text": one.text,
                "status": one.status,
                "choices": one.choices,
                "choice": one.choice,
                "decided_by": one.decided_by,
            }
            for one in seen.cases
        ],
        "notices": [notice.text for notice in seen.notices],
    }


def _recorded(text: str) -> Any:
    """A record's JSON; raises StoreError where it is damaged."""
    from assent_schemas import exact_json
    from assent_schemas.errors import Problem, StoreError

    try:
        return exact_json.decode(text)
    except ValueError as error:
        remedy = "Restore the home from a backup."
        title, detail = "The store is damaged", f"A record of the run is no JSON: {error}."
        raise StoreError(Problem("store.damaged", title, detail, remedy)) from error


def _facts(row: Any) -> dict[str, Any]:
    return {
        "run_id": row.id,
        "policy_id": row.policy_id,
        "version": row.policy_version,
        "status": row.status,
        "current_step": row.current_step,
        "error": row.error,
        "cause": row.cause,
        "parent_run": row.parent_run,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
