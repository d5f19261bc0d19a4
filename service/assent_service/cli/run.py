"""assent run: start an approved policy, see what a run did, go on with one that stopped."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import click

from assent_service.cli.options import FILE, JSON, standard


@click.group()
def run() -> None:
    """Start, list, show and resume runs."""


@run.command()
@click.argument("policy")
@click.option("--input", "given", type=JSON, help="The run's input: JSON, or @FILE.")
@standard
def start(policy: str, given: Any, home: Path | None, as_json: bool) -> None:
    """Run a policy's version in force and show its progress."""
    from assent_service.cli.opening import acting
    from assent_service.cli.progress import live

    async def act() -> list[Any]:
        with live(silent=as_json) as tell:
            async with acting(home, tell) as engine:
                row = await engine.policies.find(policy)
                return [await engine.runs.start(row.policy_id, given)]

    _report(asyncio.run(act()), as_json, single=True)


@run.command()
@click.argument("run_id", required=False)
@standard
def resume(run_id: str | None, home: Path | None, as_json: bool) -> None:
    """Go on with what a crash, a stop or a wait left.

    Without RUN_ID with every run that has not ended, but for those that a restore left in
    doubt: these go on only when they are named.
    """
    from assent_engine.safekeeping.restore import RESTORED
    from assent_service.cli.opening import acting
    from assent_service.cli.progress import live

    async def act() -> list[Any]:
        with live(silent=as_json) as tell:
            async with acting(home, tell) as engine:
                if run_id is None:
                    rows = await engine.runs.open_runs()
                    names = [row.id for row in rows if row.error != RESTORED]
                else:
                    names = [_full_id(run_id, await engine.store.read.runs())]
                return [await engine.runs.resume(name) for name in names]

    _report(asyncio.run(act()), as_json)


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

    async def act() -> list[Any]:
        with live(silent=as_json) as tell:
            async with acting(home, tell) as engine:
                name = _full_id(run_id, await engine.store.read.runs())
                return [await engine.runs.redrive(name, by=person())]

    _report(asyncio.run(act()), as_json, single=True)


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
    from assent_service.cli.views import runs_view

    async def look() -> Any:
        async with reading(home) as reader:
            names = {row.policy_id: row.name for row in await reader.policies()}
            return [(row, names.get(row.policy_id, "?")) for row in await reader.runs()]

    rows = asyncio.run(look())
    data = [{**_facts(row), "policy": name} for row, name in rows]
    emit(data, lambda: runs_view(rows), as_json=as_json)


@run.command()
@click.argument("run_id")
@standard
def show(run_id: str, home: Path | None, as_json: bool) -> None:
    """Show where one run stands, step by step.

    And what it did to the outside, and what you were told.
    """
    from assent_service.cli.opening import reading
    from assent_service.cli.output import emit
    from assent_service.cli.views import run_view

    async def look() -> Any:
        async with reading(home) as reader:
            row = await reader.run(_full_id(run_id, await reader.runs()))
            assert row is not None  # noqa: S101 - it was listed a moment ago
            journal, saga = await reader.journal(row.id), await reader.saga_log(row.id)
            return row, journal, saga, await reader.notices(row.id)

    row, journal, saga, notices = asyncio.run(look())
    data = _facts(row) | {
        "output": row.output,
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
            for one in journal
        ],
        "saga_log": [
            {
                "resource": one.resource,
                "idempotency_key": one.idempotency_key,
                "input": _recorded(one.input),
                "result": _recorded(one.result),
                "compensation": one.compensation,
            }
            for one in saga
        ],
        "notices": [notice.text for notice in notices],
    }
    emit(data, lambda: run_view(row, journal, saga, notices), as_json=as_json)


def _full_id(start: str, rows: list[Any]) -> str:
    """The one run whose id starts so; raises Refused."""
    from assent_engine.refusals import refused

    found = [row.id for row in rows if row.id.startswith(start)]
    if len(found) > 1:
        detail = f"{start!r} begins the ids of {len(found)} runs."
        raise refused("run.ambiguous", detail, "Give more of the id: assent run list")
    if not found:
        raise refused("run.unknown", f"There is no run {start!r}.", "List them: assent run list")
    return str(found[0])


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
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def _report(reports: list[Any], as_json: bool, *, single: bool = False) -> None:
    """Say how runs ended; exit 1 unless each is done or waits."""
    from assent_service.cli.output import emit
    from assent_service.cli.views import reports_view

    data = [
        {
            "run_id": one.run_id,
            "status": one.status,
            "output": one.output,
            "error": one.error,
            "cause": one.cause,
        }
        for one in reports
    ]
    emit(data[0] if single else data, lambda: reports_view(reports), as_json=as_json)
    sys.exit(0 if all(one.status in ("COMPLETED", "WAITING") for one in reports) else 1)
