"""The desk's word on what becomes of runs: begun, gone on with, and ended."""

from collections.abc import Sequence

from assent_engine.store.rows import RunRow
from assent_schemas.errors import Refused
from assent_schemas.wire import runs as wire
from assent_schemas.wire.frame import Nothing
from assent_service.desk.room import Caller, Room
from assent_service.desk.run_reading import begun, found


async def start_run(room: Room, asked: wire.Starting, _: Caller) -> wire.RunSummary:
    engine = room.engine
    policy = await engine.policies.find(asked.policy)
    return await begun(
        room, await room.carriers.begin(engine.runs.start(policy.policy_id, asked.input))
    )


async def resume_run(room: Room, asked: wire.RunAsked, _: Caller) -> wire.RunSummary:
    engine = room.engine
    row = await found(room.read, asked.run)
    return await begun(room, await room.carriers.begin(engine.runs.resume(row.id)))


async def resume_runs(room: Room, _asked: Nothing, _: Caller) -> wire.Resumed:
    return wire.Resumed(runs=await resumed(room, await room.engine.runs.able()))


async def resumed(room: Room, rows: Sequence[RunRow]) -> list[wire.RunSummary]:
    """Go on with runs; those that ended, or that another task took, in the meantime are left."""
    begun_now = []
    for row in rows:
        try:
            begun_now.append(await room.carriers.begin(room.engine.runs.resume(row.id)))
        except Refused:
            continue
    return [await begun(room, run_id) for run_id in begun_now]


async def redrive_run(room: Room, asked: wire.RunAsked, caller: Caller) -> wire.RunSummary:
    engine = room.engine
    row = await found(room.read, asked.run)
    return await begun(room, await room.carriers.begin(engine.runs.redrive(row.id, by=caller.by)))


async def cancel_run(room: Room, asked: wire.Cancelling, caller: Caller) -> wire.RunSummary:
    engine = room.engine
    row = await found(room.read, asked.run)
    work = engine.runs.cancel(row.id, keep=asked.keep, by=caller.by)
    return await begun(room, await room.carriers.begin(work) or row.id)


async def gone_on(room: Room, run_id: str) -> wire.RunSummary | None:
    """The run that goes on with what was decided; None where it had ended."""
    moving = await room.carriers.begin(room.engine.runs.go_on(run_id))
    now = await begun(room, moving or run_id)
    return None if moving is None and now.status.ended else now
