"""assent approvals: everything that waits for the owner's yes or no, and the one answer to each."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assent_service.cli.options import standard
from assent_service.cli.review import review_approval

if TYPE_CHECKING:
    from assent_schemas.wire.approvals import Approval, ApprovalDetail, Decided
    from assent_schemas.wire.runs import RunDetail
    from assent_service.cli.considering import Considered

POLICY = "policy"
NOTE = click.option("--note", help="Why; a run that asked gets it with your answer.")


@click.group()
def approvals() -> None:
    """Decide what waits for your yes.

    Policies that were proposed, and questions of runs.
    """


approvals.add_command(review_approval)


@approvals.command("list")
@standard
def list_waiting(home: Path | None, as_json: bool) -> None:
    """List what waits for you, who asks, and until when."""
    from assent_service.cli.approvals_view import waiting_view
    from assent_service.cli.output import emit

    found = asyncio.run(_waiting(home))
    emit([_facts(one) for one in found], lambda: waiting_view(found), as_json=as_json)


async def _waiting(home: Path | None) -> "list[Approval]":
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.frame import PageAsked
    from assent_service.cli.owner import everything, owner

    async with owner(home) as to:
        return await everything(to, ops.LIST_APPROVALS, PageAsked())


@approvals.command()
@click.argument("request_id", metavar="ID")
@standard
def show(request_id: str, home: Path | None, as_json: bool) -> None:
    """Show exactly what is decided on."""
    from assent_service.cli.approvals_view import request_view
    from assent_service.cli.output import emit
    from assent_service.cli.views import document_view

    one, policy = asyncio.run(_shown(home, request_id))
    if policy is not None:
        data = {**_facts(one), "document": one.shown, "reading": policy.as_json()["reading"]}
        emit(data, lambda: document_view(policy), as_json=as_json)
        return
    emit(_question(one), lambda: request_view(one), as_json=as_json)


async def _shown(home: Path | None, start: str) -> "tuple[ApprovalDetail, Considered | None]":
    """What is decided on, and of a proposal its policy with its reading."""
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.approvals import ApprovalAsked
    from assent_schemas.wire.policies import PolicyAsked
    from assent_service.cli.considering import considered
    from assent_service.cli.owner import owner

    async with owner(home) as to:
        one = await to.call(ops.SHOW_APPROVAL, ApprovalAsked(approval=start))
        if one.kind != POLICY:
            return one, None
        asked = PolicyAsked(policy=one.id, version=one.version)
        return one, await considered(to, asked)


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
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.approvals import Approving
    from assent_service.cli.consent import consent, consent_to_request

    one, policy = asyncio.run(_shown(home, request_id))
    if digest is None:
        digest = consent(policy, err=as_json) if policy else consent_to_request(one, err=as_json)
    asked = Approving(approval=one.id, version=one.version, hash=digest, note=note)
    _decided(home, lambda to: to.call(ops.APPROVE, asked), as_json, _to_start(one))


@approvals.command()
@click.argument("request_id", metavar="ID")
@NOTE
@standard
def reject(request_id: str, note: str | None, home: Path | None, as_json: bool) -> None:
    """Say no.

    A run that waits goes on without your yes.
    """
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.approvals import Rejecting

    asked = Rejecting(approval=request_id, note=note)
    _decided(home, lambda to: to.call(ops.REJECT, asked), as_json)


def _to_start(one: "ApprovalDetail") -> str:
    """How a policy is started that nothing starts by itself."""
    if one.kind != POLICY or one.shown.get("triggers"):
        return ""
    return f". Nothing starts it by itself: assent run start {one.id}"


def _decided(home: Path | None, decide: Any, as_json: bool, to_start: str = "") -> None:
    """Decide, let the run go on, and say how it stands then; exit 1 unless it is done or waits."""
    from rich.console import Group

    from assent_service.cli.output import emit
    from assent_service.cli.run_reports import reports_view
    from assent_service.cli.text import shown

    said, run = asyncio.run(_followed(home, decide, silent=as_json))
    data: dict[str, Any] = {"id": said.id, "kind": said.kind, "status": said.status, "run": None}
    if run is not None:
        told = {"run_id": run.run_id, "status": run.status, "output": run.output}
        data["run"] = {**told, "error": run.error, "cause": run.cause}
    text = f"{said.status.capitalize()}: {shown(said.what)}{to_start}"
    view = Group(text, reports_view([run])) if run is not None else text
    emit(data, lambda: view, as_json=as_json)
    sys.exit(0 if run is None or run.status in ("COMPLETED", "WAITING") else 1)


async def _followed(
    home: Path | None, decide: Any, *, silent: bool
) -> "tuple[Decided, RunDetail | None]":
    from assent_service.cli.following import following
    from assent_service.cli.owner import owner

    async with owner(home, acts=True) as to, following(to, silent=silent) as seen:
        said: Decided = await decide(to)
        runs = await seen.until_they_stop([said.run] if said.run else [])
        return said, runs[0] if runs else None


def _facts(one: "Approval") -> dict[str, Any]:
    """What a list says of it."""
    names = ("id", "kind", "what", "who", "until", "hash")
    facts = {name: getattr(one, name) for name in names}
    return facts | ({"version": one.version} if one.version else {})


def _question(one: "ApprovalDetail") -> dict[str, Any]:
    """All of a question."""
    names = ("id", "kind", "run_id", "status", "until", "hash", "decided_by", "decided_how")
    more = ("closed_at", "note", "shown")
    return {name: getattr(one, name) for name in (*names, *more)}
