"""The desk's word on what becomes of policies: proposed, decided, switched and paused."""

from datetime import timedelta
from typing import Any

from assent_engine.hooks import unmet, waited_for
from assent_engine.moments import moment, timestamp
from assent_engine.pauses import NAMED_ENDS, named_end
from assent_engine.scheduling.forecast import upcoming
from assent_engine.scheduling.zone import owners_zone
from assent_engine.store.rows import ALL, PolicyRow
from assent_schemas.errors import Problem, Refused
from assent_schemas.statuses import PolicyStatus
from assent_schemas.wire import policies as wire
from assent_schemas.wire.runs import Resumed
from assent_service.desk.policy_reading import EVERYTHING, doubts
from assent_service.desk.room import Caller, Room
from assent_service.desk.runs import resumed


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
        warnings=await doubts(room, asked.document),
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
    triggers = await room.read.triggers(row.policy_id)
    deaf = await unmet(room.read, waited_for(triggers))
    first = next(upcoming(triggers, engine.clock.now(), engine.schedule.register.zone()), None)
    due = None if first is None else timestamp(first.due)
    more = {"triggers": len(triggers), "next_due": due, "warnings": [*deaf.values()]}
    return changed.model_copy(update=more)


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


def _until(room: Room, asked: wire.Pausing) -> Any:
    """When a pause ends; None for one without an end. Raises Refused for two ends, or for none."""
    if asked.seconds is not None and asked.until is not None:
        raise Refused(Problem("pause.two_ends", "When?", "Give seconds or until, not both."))
    now = room.behind.clock.now()
    if asked.seconds is not None:
        return now + timedelta(seconds=asked.seconds)
    if asked.until in NAMED_ENDS:
        return named_end(asked.until, now, owners_zone())
    try:
        return None if asked.until is None else moment(asked.until)
    except ValueError as error:
        raise Refused(Problem("pause.no_time", "When?", f"{error}.")) from error


def _changed(
    row: PolicyRow, done: str, version: str | None = None, digest: str | None = None
) -> wire.PolicyChanged:
    return wire.PolicyChanged(
        policy_id=row.policy_id, name=row.name, done=done, version=version, hash=digest
    )
