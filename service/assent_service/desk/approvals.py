"""The desk's word on what waits for a yes or no: proposals of policies and questions of runs."""

from dataclasses import dataclass

from assent_engine.refusals import refused
from assent_engine.requests import can_be_answered, choose_request, kind_told, what_is_shown
from assent_engine.store import Reader
from assent_engine.store.rows import PolicyRow, RequestRow, VersionRow
from assent_schemas.statuses import PolicyStatus, VersionStatus
from assent_schemas.wire import approvals as wire
from assent_schemas.wire.frame import Page, PageAsked
from assent_schemas.wire.runs import RunSummary
from assent_service.desk.policy_reading import looked_at
from assent_service.desk.reviewing import Subject
from assent_service.desk.room import Caller, Room, slice_of
from assent_service.desk.run_reading import begun
from assent_service.desk.runs import gone_on

OCCURRENCE = "occurrence"
"""The kind of a question about a due time that was missed: there is no run yet."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing to decide, with the question of a run where it is one."""

    told: wire.Approval
    row: RequestRow | None = None


async def list_approvals(room: Room, asked: PageAsked, _: Caller) -> Page[wire.Approval]:
    read = room.read
    found = await _proposals(read)
    rows = [row for row in await read.requests() if can_be_answered(row, room.now)]
    found += [await _question(read, row) for row in rows]
    told = sorted((one.told for one in found), key=lambda one: one.until)
    return slice_of(told, [f"{one.id}@{one.version or ''}" for one in told], asked)


async def show_approval(room: Room, asked: wire.ApprovalAsked, _: Caller) -> wire.ApprovalDetail:
    one = await _meant(room.read, asked)
    if one.row is None:
        seen, document = await looked_at(room.read, one.told.id, one.told.version)
        return wire.ApprovalDetail(**dict(one.told), status=seen.version_status, shown=document)
    return wire.ApprovalDetail(
        **dict(one.told),
        status=one.row.status,
        run_id=one.row.run_id,
        decided_by=one.row.decided_by,
        decided_how=one.row.decided_how,
        closed_at=one.row.closed_at,
        note=one.row.note,
        shown=what_is_shown(one.row),
    )


async def open_review(room: Room, asked: wire.ApprovalAsked, caller: Caller) -> wire.ReviewOpened:
    one = await _meant(room.read, asked)
    url, seconds = await room.reviews.open(Subject(one.told.id, one.told.version), caller.by)
    return wire.ReviewOpened(url=url, seconds=seconds)


async def approve(room: Room, asked: wire.Approving, caller: Caller) -> wire.Decided:
    engine, by, how = room.engine, caller.by, caller.how
    one = await _meant(room.read, asked)
    if one.row is None:
        version = one.told.version or ""
        await engine.policies.approve(one.told.id, version, asked.hash, by=by, how=how)
    else:
        await engine.requests.approve(one.told.id, asked.hash, by=by, how=how, note=asked.note)
    return await _decided(room, one, "approved")


async def reject(room: Room, asked: wire.Rejecting, caller: Caller) -> wire.Decided:
    engine, by, how = room.engine, caller.by, caller.how
    one = await _meant(room.read, asked)
    if one.row is None:
        await engine.policies.reject(one.told.id, one.told.version or "", by=by, how=how)
    else:
        await engine.requests.reject(one.told.id, by=by, how=how, note=asked.note)
    return await _decided(room, one, "rejected")


async def _decided(room: Room, one: Waiting, status: str) -> wire.Decided:
    """What was decided; the run that asked goes on with it."""
    run = None if one.row is None else await _gone_on(room, one.row)
    told = one.told
    return wire.Decided.model_validate(
        {"id": told.id, "kind": told.kind, "what": told.what, "status": status, "run": run}
    )


async def _gone_on(room: Room, row: RequestRow) -> RunSummary | None:
    """The run that asked goes on, or the one begins that a yes to a due time starts."""
    if row.kind != OCCURRENCE:
        return await gone_on(room, row.run_id)
    moving = await room.carriers.begin(room.engine.schedule.answered(row.id))
    return None if moving is None else await begun(room, moving)


async def _meant(read: Reader, asked: wire.ApprovalAsked) -> Waiting:
    """The proposal or question whose id starts so, or the proposal of that policy's name.

    Decided questions are found, too. Raises Refused.
    """
    start, version = asked.approval, asked.version
    proposals = [one for one in await _proposals(read) if _is_meant(one.told, start, version)]
    rows = [row for row in await read.requests() if row.id.startswith(start)]
    if len({one.told.id for one in proposals}) + len(rows) > 1:
        detail = f"{start!r} begins the ids of several requests."
        raise refused("approval.ambiguous", detail, "List them: assent approvals list")
    if proposals:
        return proposals[-1]
    return await _question(read, choose_request(rows, start))


def _is_meant(one: wire.Approval, start: str, version: str | None) -> bool:
    named = one.id.startswith(start) or one.what == _what(start, one.version or "")
    return named and version in (None, one.version)


def _what(name: str, version: str) -> str:
    return f"{name}, version {version}"


async def _proposals(read: Reader) -> list[Waiting]:
    found: list[Waiting] = []
    for policy in await read.policies():
        if policy.status is not PolicyStatus.REMOVED:
            versions = await read.versions(policy.policy_id)
            found += [_proposal(policy, one) for one in versions if _waits(one)]
    return found


def _waits(version: VersionRow) -> bool:
    return version.status is VersionStatus.PROPOSED


def _proposal(policy: PolicyRow, version: VersionRow) -> Waiting:
    told = wire.Approval(
        id=policy.policy_id,
        kind="policy",
        what=_what(policy.name, version.version),
        who=version.proposed_by,
        until=version.expires_at,
        hash=version.hash,
        version=version.version,
    )
    return Waiting(told)


async def _question(read: Reader, row: RequestRow) -> Waiting:
    told = wire.Approval.model_validate(
        {
            "id": row.id,
            "kind": kind_told(row.kind, row.shown),
            "what": row.title,
            "who": await _asker(read, row),
            "until": row.deadline,
            "hash": row.hash,
        }
    )
    return Waiting(told, row)


async def _asker(read: Reader, row: RequestRow) -> str:
    """The policy, with the run that waits where there is one already."""
    if row.kind == OCCURRENCE:
        return str(what_is_shown(row)["policy"]["name"])
    run = await read.run(row.run_id)
    policy = await read.policy(run.policy_id) if run else None
    return f"{policy.name if policy else '?'}, run {row.run_id}"
