"""Carrying out what a click asked for, and saying what came of it."""

from datetime import datetime
from typing import TYPE_CHECKING

from assent_schemas.errors import Problem, Refused
from assent_schemas.wire import operations as ops
from assent_schemas.wire.approvals import Approval, ApprovalAsked, Approving, Rejecting
from assent_schemas.wire.inbox import Resolving
from assent_schemas.wire.policies import (
    ApprovingPolicy,
    Pausing,
    PolicyAsked,
    RejectingPolicy,
    Unpausing,
)
from assent_schemas.wire.runs import Cancelling
from assent_tray.asks import Ask, Cancel, Decide, Pause, Resume, Review, Settle
from assent_tray.review import open_review
from assent_tray.words import label, when

if TYPE_CHECKING:
    from assent_client.client import Client

_SECONDS = 90
_SURFACES = {"cli": "the command line", "tray": "the tray"}
"""Ways to decide, as the owner knows them, by the names of our clients."""


async def done(ask: Ask, client: "Client", now: datetime) -> str:
    """Ask the service for it; what came of it, in a line. Never raises for a refusal."""
    try:
        return await _carried_out(ask, client, now)
    except Refused as error:
        if isinstance(ask, Decide) and error.problem.code == "approval.decided":
            return await _lost(ask.one, client, now) or _refused(error.problem)
        return _refused(error.problem)


async def _carried_out(ask: Ask, client: "Client", now: datetime) -> str:
    match ask:
        case Decide():
            return await _decide(ask, client)
        case Review(one):
            return await open_review(one, client)
        case Settle(case, choice, what):
            await client.call(ops.RESOLVE_CASE, Resolving(case=case, choice=choice))
            return f"Decided for {what}: {choice}"
        case Cancel(run, policy, keep):
            ended = await client.call(ops.CANCEL_RUN, Cancelling(run=run, keep=keep))
            return f"{policy}: {ended.status.value.lower()}"
        case Pause(seconds, until):
            held = await client.call(ops.PAUSE, Pausing(seconds=seconds, until=until))
            return f"Paused until {when(held.until or '', now)}"
        case Resume(policy, name):
            await client.call(ops.UNPAUSE, Unpausing(policy=policy))
            return f"{name} goes on"
        case _:
            raise TypeError(f"the service does nothing about {ask}")


async def _decide(ask: Decide, client: "Client") -> str:
    """A yes names the hash that was shown. A no names the one version, or the one question."""
    one = ask.one
    if one.version is not None:
        asked = PolicyAsked(policy=one.id, version=one.version).model_dump()
        if ask.yes:
            await client.call(ops.APPROVE_POLICY, ApprovingPolicy(**asked, hash=one.hash))
        else:
            await client.call(ops.REJECT_POLICY, RejectingPolicy(**asked))
    elif ask.yes:
        await client.call(ops.APPROVE, Approving(approval=one.id, hash=one.hash))
    else:
        await client.call(ops.REJECT, Rejecting(approval=one.id))
    return f"{'Approved' if ask.yes else 'Rejected'}: {label(one.what)}"


async def _lost(one: Approval, client: "Client", now: datetime) -> str | None:
    """Who was faster; None where that cannot be told."""
    try:
        decision, how, at = await _decision(one, client)
    except Refused:
        return None
    if not (decision and at):
        return None
    return f"Already {decision} from {_surface(how or '')} at {when(at, now)}: {label(one.what)}"


def _surface(how: str) -> str:
    """A way to decide as the owner knows it: `owner door, cli/0.1.0` is the command line."""
    client = how.rpartition(" ")[2].partition("/")[0]
    return _SURFACES.get(client) or label(how or "elsewhere", 24)


async def _decision(one: Approval, client: "Client") -> tuple[str | None, str | None, str | None]:
    """What was decided, by which way, and when."""
    if one.version is not None:
        policy = PolicyAsked(policy=one.id, version=one.version)
        seen = await client.call(ops.SHOW_POLICY, policy)
        return seen.decision, seen.decided_how, seen.decided_at
    asked = await client.call(ops.SHOW_APPROVAL, ApprovalAsked(approval=one.id))
    return asked.status, asked.decided_how, asked.closed_at


def _refused(problem: Problem) -> str:
    return f"Not done. {problem.title}: {problem.detail}"
