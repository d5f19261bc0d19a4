"""The desk's word on policies as they stand: listed, shown, and read out in plain words."""

import asyncio
from typing import Any

from assent_engine.callees import gather, models
from assent_engine.hooks import unmet
from assent_engine.policies import choose_policy, choose_version
from assent_engine.refusals import intact
from assent_engine.scheduling.doubts import known_policies, trigger_warnings
from assent_engine.store import Reader
from assent_engine.store.rows import ALL, ApprovalRow, PauseRow, PolicyRow, VersionRow
from assent_schemas.errors import Problem
from assent_schemas.statuses import VersionStatus
from assent_schemas.wire import policies as wire
from assent_schemas.wire.frame import Page, PageAsked
from assent_service.desk.reading_out import read_out
from assent_service.desk.room import Caller, Room, slice_of

EVERYTHING = "Everything"


async def list_policies(room: Room, asked: PageAsked, _: Caller) -> Page[wire.PolicySummary]:
    read = room.read
    rows = await read.policies()
    pauses = await pauses_in_force(room)
    found = slice_of(rows, [row.policy_id for row in rows], asked)
    items = [_summary(row, await read.versions(row.policy_id), pauses) for row in found.items]
    return Page(items=items, after=found.after)


async def show_policy(room: Room, asked: wire.PolicyAsked, _: Caller) -> wire.PolicyDetail:
    found, document = await looked_at(room.read, asked.policy, asked.version)
    if found.version_status is not VersionStatus.PROPOSED:
        return found
    return found.model_copy(update={"warnings": await doubts(room, document)})


async def looked_at(
    read: Reader, name: str, version: str | None
) -> tuple[wire.PolicyDetail, dict[str, Any]]:
    """One version with its document, which is that of its hash; raises Refused."""
    policy = choose_policy(await read.policies(), name)
    row = choose_version(policy, await read.versions(policy.policy_id), version)
    approval = await read.approval(policy.policy_id, row.version)
    document = intact(row, approval.hash if approval else None)
    return detail(policy, row, approval, document), document


async def read_policy(room: Room, asked: wire.PolicyAsked, _: Caller) -> wire.PolicyReading:
    shown, document = await looked_at(room.read, asked.policy, asked.version)
    against = await _in_force(room.read, shown)
    called = await gather(room.read, document)
    # In a thread: what a policy's tests and its worst case take must not hold up runs and doors.
    return await asyncio.to_thread(read_out, shown, models(called), against)


async def _in_force(read: Reader, shown: wire.PolicyDetail) -> dict[str, Any] | None:
    """The document that a proposal would replace; raises Refused."""
    if shown.version_status is not VersionStatus.PROPOSED or shown.active_version is None:
        return None
    return (await looked_at(read, shown.policy_id, shown.active_version))[1]


async def doubts(room: Room, document: dict[str, Any]) -> list[Problem]:
    """What is doubtful about the triggers of a valid document in this home."""
    known = known_policies(await room.read.policies())
    deaf = await unmet(room.read, _webhooks(document))
    return [*deaf.values(), *trigger_warnings(document, known, room.behind.clock.now())]


def _webhooks(document: dict[str, Any]) -> set[str]:
    """The webhooks that a valid document names."""
    triggers = document.get("triggers", [])
    return {str(one["name"]) for one in triggers if one["type"] == "webhook"}


async def list_pauses(room: Room, asked: PageAsked, _: Caller) -> Page[wire.Pause]:
    found = await pauses_told(room)
    return slice_of(found, [one.subject for one in found], asked)


async def pauses_told(room: Room) -> list[wire.Pause]:
    """The pauses that hold now, with the names of their policies."""
    names = {row.policy_id: row.name for row in await room.read.policies()}
    return [_pause(row, names) for row in await pauses_in_force(room)]


async def pauses_in_force(room: Room) -> list[PauseRow]:
    """The pauses that hold now."""
    return [one for one in await room.read.pauses() if one.holds(room.now)]


def _pause(row: PauseRow, names: dict[str, str]) -> wire.Pause:
    name = EVERYTHING if row.subject == ALL else names.get(row.subject, "?")
    return wire.Pause(
        subject=row.subject, name=name, since=row.since, until=row.until, paused_by=row.paused_by
    )


def _summary(
    row: PolicyRow, versions: list[VersionRow], pauses: list[PauseRow]
) -> wire.PolicySummary:
    return wire.PolicySummary(
        policy_id=row.policy_id,
        name=row.name,
        status=row.status,
        active_version=row.active_version,
        paused=any(one.subject in (ALL, row.policy_id) for one in pauses),
        versions={one.version: one.status for one in versions},
    )


def detail(
    policy: PolicyRow, row: VersionRow, approval: ApprovalRow | None, document: dict[str, Any]
) -> wire.PolicyDetail:
    """One version with what was decided about it; `document` is that of its hash."""
    return wire.PolicyDetail(
        policy_id=policy.policy_id,
        name=policy.name,
        status=policy.status,
        active_version=policy.active_version,
        version=row.version,
        version_status=row.status,
        hash=row.hash,
        decision=approval.decision if approval else None,
        decided_by=approval.decided_by if approval else None,
        decided_how=approval.decided_how if approval else None,
        decided_at=approval.decided_at if approval else None,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        expires_at=row.expires_at,
        document=document,
    )
