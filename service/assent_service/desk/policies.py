"""The desk's word on policies: listed, shown, read out, proposed, decided, switched and paused."""

import asyncio
from datetime import timedelta
from typing import Any

from assent_engine import library, reading
from assent_engine.callees import gather, models
from assent_engine.hooks import unmet, waited_for
from assent_engine.moments import moment, timestamp
from assent_engine.policies import choose_policy, choose_version
from assent_engine.policy_tests import run_tests
from assent_engine.refusals import intact
from assent_engine.registry import StepRegistry
from assent_engine.store import Reader
from assent_engine.store.rows import ALL, ApprovalRow, PauseRow, PolicyRow, VersionRow
from assent_engine.validation import Named, validate
from assent_schemas.errors import Problem, Refused
from assent_schemas.statuses import PolicyStatus
from assent_schemas.wire import policies as wire
from assent_schemas.wire.frame import Page, PageAsked
from assent_schemas.wire.runs import Resumed
from assent_service.desk.room import Caller, Room, slice_of
from assent_service.desk.runs import resumed

EVERYTHING = "Everything"


async def list_policies(room: Room, asked: PageAsked, _: Caller) -> Page[wire.PolicySummary]:
    read = room.read
    rows = await read.policies()
    pauses = await _in_force(room)
    found = slice_of(rows, [row.policy_id for row in rows], asked)
    items = [_summary(row, await read.versions(row.policy_id), pauses) for row in found.items]
    return Page(items=items, after=found.after)


async def show_policy(room: Room, asked: wire.PolicyAsked, _: Caller) -> wire.PolicyDetail:
    return (await looked_at(room.read, asked.policy, asked.version))[0]


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
    known = models(await gather(room.read, document))
    # In a thread: what a policy's tests and its worst case take must not hold up runs and doors.
    brief, told = await asyncio.to_thread(_read_out, document, known)
    return wire.PolicyReading(
        policy_id=shown.policy_id,
        version=shown.version,
        hash=shown.hash,
        brief=brief,
        text=told.text(),
        reading=told.as_json(),
    )


def _read_out(document: dict[str, Any], known: Any) -> tuple[str, reading.Reading]:
    library.load()
    registry = StepRegistry.shared().calling(known)
    imported = document.get("dialect") == "asl"
    policy = validate(document, Named() if imported else registry)
    proof = run_tests(document, registry).proof if policy.tests else None
    told = reading.reading(policy, registry, tested=proof)
    return reading.explain(policy, registry, brief=True), told


async def propose_policy(room: Room, asked: wire.Proposing, _: Caller) -> wire.Proposed:
    engine = room.engine
    made = await engine.policies.propose(asked.document, asked.by)
    return wire.Proposed(
        policy_id=made.policy_id,
        version=made.version,
        hash=made.hash,
        name=made.name,
        namesakes=[
            row.policy_id
            for row in await room.read.policies()
            if row.name == made.name
            and row.policy_id != made.policy_id
            and row.status is not PolicyStatus.REMOVED
        ],
        warnings=[*(await unmet(room.read, _webhooks(asked.document))).values()],
    )


async def approve_policy(
    room: Room, asked: wire.ApprovingPolicy, caller: Caller
) -> wire.PolicyChanged:
    engine = room.engine
    row = await engine.policies.find(asked.policy)
    waiting = await engine.policies.pending(row, asked.version)
    await engine.policies.approve(
        row.policy_id, waiting.version, asked.hash, by=caller.by, how=caller.how
    )
    changed = _changed(row, "approved", waiting.version, waiting.hash)
    names = waited_for(await room.read.triggers(row.policy_id))
    deaf = await unmet(room.read, names)
    return changed.model_copy(update={"warnings": [*deaf.values()]})


async def reject_policy(
    room: Room, asked: wire.RejectingPolicy, caller: Caller
) -> wire.PolicyChanged:
    engine = room.engine
    row = await engine.policies.find(asked.policy)
    waiting = await engine.policies.pending(row, asked.version)
    await engine.policies.reject(row.policy_id, waiting.version, by=caller.by, how=caller.how)
    return _changed(row, "rejected", waiting.version, waiting.hash)


async def disable_policy(room: Room, asked: wire.PolicyNamed, caller: Caller) -> wire.PolicyChanged:
    row = await room.engine.policies.find(asked.policy)
    await room.engine.policies.disable(row.policy_id, by=caller.by)
    return _changed(row, "disabled")


async def enable_policy(room: Room, asked: wire.PolicyNamed, caller: Caller) -> wire.PolicyChanged:
    row = await room.engine.policies.find(asked.policy)
    await room.engine.policies.enable(row.policy_id, by=caller.by)
    return _changed(row, "enabled")


async def roll_back_policy(
    room: Room, asked: wire.RollingBack, caller: Caller
) -> wire.PolicyChanged:
    row = await room.engine.policies.find(asked.policy)
    version = await room.engine.policies.rollback(row.policy_id, asked.version, by=caller.by)
    return _changed(row, "rolled back", version)


async def remove_policy(room: Room, asked: wire.PolicyNamed, caller: Caller) -> wire.PolicyChanged:
    row = await room.engine.policies.find(asked.policy)
    await room.engine.policies.remove(row.policy_id, by=caller.by)
    return _changed(row, "removed")


async def list_pauses(room: Room, asked: PageAsked, _: Caller) -> Page[wire.Pause]:
    names = {row.policy_id: row.name for row in await room.read.policies()}
    rows = await _in_force(room)
    return slice_of([_pause(row, names) for row in rows], [row.subject for row in rows], asked)


async def pause(room: Room, asked: wire.Pausing, caller: Caller) -> wire.Pause:
    engine = room.engine
    row = None if asked.policy is None else await engine.policies.find(asked.policy)
    until = _until(room, asked)
    await engine.pauses.pause(row.policy_id if row else None, until=until, by=caller.by)
    return wire.Pause(
        subject=row.policy_id if row else ALL,
        name=row.name if row else EVERYTHING,
        since=room.now,
        until=None if until is None else timestamp(until),
        paused_by=caller.by,
    )


async def unpause(room: Room, asked: wire.Unpausing, caller: Caller) -> Resumed:
    engine = room.engine
    row = None if asked.policy is None else await engine.policies.find(asked.policy)
    await engine.pauses.end(row.policy_id if row else None, by=caller.by)
    held = [one for one in await engine.runs.open_runs() if one.status == "PAUSED"]
    mine = [one for one in held if row is None or one.policy_id == row.policy_id]
    return Resumed(name=row.name if row else None, runs=await resumed(room, mine))


def _webhooks(document: dict[str, Any]) -> set[str]:
    """The webhooks that a valid document names."""
    triggers = document.get("triggers", [])
    return {str(one["name"]) for one in triggers if one["type"] == "webhook"}


def _until(room: Room, asked: wire.Pausing) -> Any:
    """When a pause ends; None for one without an end. Raises Refused for two ends, or for none."""
    if asked.seconds is not None and asked.until is not None:
        raise Refused(Problem("pause.two_ends", "When?", "Give seconds or until, not both."))
    if asked.seconds is not None:
        return room.behind.clock.now() + timedelta(seconds=asked.seconds)
    try:
        return None if asked.until is None else moment(asked.until)
    except ValueError as error:
        raise Refused(Problem("pause.no_time", "When?", f"{error}.")) from error


async def _in_force(room: Room) -> list[PauseRow]:
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
        decided_at=approval.decided_at if approval else None,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        expires_at=row.expires_at,
        document=document,
    )


def _changed(
    row: PolicyRow, done: str, version: str | None = None, digest: str | None = None
) -> wire.PolicyChanged:
    return wire.PolicyChanged(
        policy_id=row.policy_id, name=row.name, done=done, version=version, hash=digest
    )
