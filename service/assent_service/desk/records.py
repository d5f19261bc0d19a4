"""The desk's word on the service itself: who it is, how it stands, its notices and its audit."""

import os
from datetime import timedelta
from importlib.metadata import version

from assent_engine.interventions import OPEN, RESTORED
from assent_engine.moments import timestamp
from assent_engine.policies import choose_policy
from assent_engine.requests import can_be_answered
from assent_engine.runner import OPEN as OPEN_RUN
from assent_schemas.errors import AssentError
from assent_schemas.wire import service as wire
from assent_schemas.wire.frame import PROTOCOL, Nothing, Page, PageAsked
from assent_schemas.wire.policies import Pause
from assent_service.desk.policy_reading import pauses_told
from assent_service.desk.room import Caller, Room, page, part

DISTRIBUTION = "assent"
LATELY = timedelta(days=1)


async def hello(room: Room, _asked: Nothing, _: Caller) -> wire.Hello:
    return _hello(room)


async def status(room: Room, _asked: Nothing, _: Caller) -> wire.Status:
    counts: dict[str, int] = {}
    try:
        counts = await _counts(room)
    except AssentError:
        # Held, or the store cannot be read: the reason says so, and there is nothing to count.
        counts = {}
    return wire.Status(
        **dict(_hello(room)),
        home=str(room.home),
        since=room.since,
        reason=room.behind.reason,
        storage_trouble=_storage_trouble(room),
        next_due=await _next_due(room),
        pauses=await _pauses(room),
        open_runs=counts.get("open_runs"),
        needs_owner=counts.get("needs_owner"),
        waiting_approvals=counts.get("waiting_approvals"),
        problems=counts.get("problems"),
    )


async def _next_due(room: Room) -> str | None:
    """The first due time or end of a wait; None where the engine is held, too."""
    try:
        due, wake = await room.read.next_due(room.now), await room.engine.runs.next_wake()
    except AssentError:
        return None
    found = [due, None if wake is None else timestamp(wake)]
    return min((one for one in found if one is not None), default=None)


async def _pauses(room: Room) -> list[Pause]:
    """Those in force; none where the store cannot be read."""
    try:
        return await pauses_told(room)
    except AssentError:
        return []


async def list_notices(room: Room, asked: wire.NoticesAsked, _: Caller) -> Page[wire.NoticeTold]:
    policy_id = None
    if asked.policy is not None:
        policy_id = choose_policy(await room.read.policies(), asked.policy).policy_id
    rows = await room.read.notice_page(part(asked), policy_id)
    told = [
        wire.NoticeTold(
            key=one.key, text=one.text, level=one.level, run_id=one.run_id, at=at, policy=policy
        )
        for one, at, policy in rows
    ]
    return page(told, [one.key for one in told], asked.limit)


async def list_audit(room: Room, asked: PageAsked, _: Caller) -> Page[wire.AuditLine]:
    rows = await room.read.audit_page(part(asked))
    told = [
        wire.AuditLine(
            seq=seq,
            at=one.at,
            who=one.who,
            action=one.action,
            subject=one.subject,
            detail=one.detail,
        )
        for seq, one in rows
    ]
    return page(told, [str(one.seq) for one in told], asked.limit)


def _hello(room: Room) -> wire.Hello:
    return wire.Hello(
        protocol=PROTOCOL,
        version=version(DISTRIBUTION),
        pid=os.getpid(),
        epoch=room.hub.epoch,
        state=room.behind.state,
    )


async def _counts(room: Room) -> dict[str, int]:
    read = room.read
    rows = await read.runs(*OPEN_RUN)
    in_doubt = [row.id for row in rows if row.error == RESTORED]
    cases = [one for one in await read.interventions() if one.status == OPEN]
    waiting = [one for one in await read.requests() if can_be_answered(one, room.now)]
    proposed = await read.proposed()
    return {
        "open_runs": len(rows),
        "needs_owner": len({one.run_id for one in cases}.union(in_doubt)),
        "waiting_approvals": len(waiting) + proposed,
        "problems": await read.problems_since(timestamp(room.behind.clock.now() - LATELY)),
    }


def _storage_trouble(room: Room) -> str | None:
    if room.behind.state == "held":
        return None
    trouble = room.engine.storage_trouble
    return None if trouble is None else f"{trouble.reason} (since {trouble.since})"
