"""assent approvals: everything that waits for the owner's yes or no, and the one answer to each."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import click

from assent_service.cli.options import standard

NOTE = click.option("--note", help="Why; a run that asked gets it with your answer.")


@click.group()
def approvals() -> None:
    """Decide what waits for your yes.

    Policies that were proposed, and questions of runs.
    """


@approvals.command("list")
@standard
def list_waiting(home: Path | None, as_json: bool) -> None:
    """List what waits for you, who asks, and until when."""
    from assent_service.cli.approvals_view import waiting_view
    from assent_service.cli.output import emit
    from assent_service.cli.waiting import all_waiting

    found = asyncio.run(all_waiting(home))
    data = [one.as_json() for one in found]
    emit(data, lambda: waiting_view(found), as_json=as_json)


@approvals.command()
@click.argument("request_id", metavar="ID")
@standard
def show(request_id: str, home: Path | None, as_json: bool) -> None:
    """Show exactly what is decided on."""
    from assent_service.cli.approvals_view import request_view
    from assent_service.cli.looking import look
    from assent_service.cli.output import emit
    from assent_service.cli.views import document_view
    from assent_service.cli.waiting import POLICY, one_waiting, request_facts

    one = asyncio.run(one_waiting(home, request_id))
    if one.kind == POLICY:
        from assent_schemas import exact_json

        seen = asyncio.run(look(home, one.id, one.version))
        data = {**one.as_json(), "document": exact_json.parse(seen.version.document)}
        view = document_view(seen.policy, seen.version, seen.approval)
        emit(data, lambda: view, as_json=as_json)
        return
    row = one.request
    emit(request_facts(row), lambda: request_view(row), as_json=as_json)


@approvals.command()
@click.argument("request_id", metavar="ID")
@click.option("--hash", "digest", help="Consent without a prompt to what has this hash.")
@NOTE
@standard
def approve(
    request_id: str, digest: str | None, note: str | None, home: Path | None, as_json: bool
) -> None:
    """Show exactly what is decided on, and ask.

    A run that waits goes on with your yes. Without a terminal the consent is the hash of what
    you have seen: assent approvals show ID prints it.
    """
    from assent_service.cli.consent import consent, consent_to_request
    from assent_service.cli.opening import person
    from assent_service.cli.waiting import POLICY, one_waiting

    one = asyncio.run(one_waiting(home, request_id))
    if one.kind == POLICY:
        seen = digest or consent(home, one.id, one.version, as_json=as_json)
    else:
        seen = digest or consent_to_request(one.request, err=as_json)

    async def decide(engine: Any) -> Any:
        by, how = person(), "cli"
        if one.kind == POLICY:
            await engine.policies.approve(one.id, one.version, seen, by=by, how=how)
            return None
        await engine.requests.approve(one.id, seen, by=by, how=how, note=note)
        return await engine.runs.go_on(one.request.run_id)

    _decided(one, decide, "approved", home, as_json)


@approvals.command()
@click.argument("request_id", metavar="ID")
@NOTE
@standard
def reject(request_id: str, note: str | None, home: Path | None, as_json: bool) -> None:
    """Say no.

    A run that waits goes on without your yes.
    """
    from assent_service.cli.opening import person
    from assent_service.cli.waiting import POLICY, one_waiting

    one = asyncio.run(one_waiting(home, request_id))

    async def decide(engine: Any) -> Any:
        by, how = person(), "cli"
        if one.kind == POLICY:
            await engine.policies.reject(one.id, one.version, by=by, how=how)
            return None
        await engine.requests.reject(one.id, by=by, how=how, note=note)
        return await engine.runs.go_on(one.request.run_id)

    _decided(one, decide, "rejected", home, as_json)


def _decided(one: Any, decide: Any, what: str, home: Path | None, as_json: bool) -> None:
    """Decide, let the run go on, and say how it stands then; exit 1 unless it is done or waits."""
    from rich.console import Group

    from assent_service.cli.opening import acting
    from assent_service.cli.output import emit
    from assent_service.cli.progress import live
    from assent_service.cli.run_reports import reports_view
    from assent_service.cli.text import shown

    async def act() -> Any:
        with live(silent=as_json) as tell:
            async with acting(home, tell) as engine:
                return await decide(engine)

    report = asyncio.run(act())
    data: dict[str, Any] = {"id": one.id, "kind": one.kind, "status": what, "run": None}
    if report is not None:
        run = {"run_id": report.run_id, "status": report.status, "output": report.output}
        data["run"] = {**run, "error": report.error, "cause": report.cause}
    text = f"{what.capitalize()}: {shown(one.what)}"
    view = Group(text, reports_view([report])) if report is not None else text
    emit(data, lambda: view, as_json=as_json)
    sys.exit(0 if report is None or report.status in ("COMPLETED", "WAITING") else 1)
