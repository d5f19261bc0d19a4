"""The desk's word on where a run may be forked: the state it once was at, with all its data."""

from typing import Any

from assent_engine.callees import gather
from assent_engine.refusals import intact, refused
from assent_schemas import exact_json
from assent_schemas.spelling import did_you_mean
from assent_schemas.wire import runs as wire
from assent_service.desk.room import Caller, Room
from assent_service.desk.run_reading import found


async def show_fork_point(room: Room, asked: wire.ForkPointAsked, _: Caller) -> wire.ForkPoint:
    engine, read = room.engine, room.read
    row = await found(read, asked.run)
    version = await read.version(row.policy_id, row.policy_version)
    if version is None:
        raise refused("policy.no_such_version", f"{row.policy_version} is gone.")
    document = intact(version, row.policy_hash)
    key, cursor = _chosen(await engine.runs.cursors(row.id), asked.at)
    first = exact_json.decode((await read.journal(row.id))[0].data)
    called = await gather(read, document)
    return wire.ForkPoint(
        key=key,
        document=document,
        policies={name: one.document for name, one in called.items()},
        input=first["input"],
        seed=first["seed"],
        cursor=cursor,
    )


def _chosen(cursors: dict[str, dict[str, Any]], at: str | None) -> tuple[str, dict[str, Any]]:
    """The visit named; by a state's name alone its last visit, by nothing the first of all."""
    if at is None:
        return next(iter(cursors.items()))
    if at in cursors:
        return at, cursors[at]
    visits = [key for key, cursor in cursors.items() if cursor["state"] == at]
    if not visits:
        names = [*dict.fromkeys(cursor["state"] for cursor in cursors.values())]
        remedy = did_you_mean(at, names, f"It was at {', '.join(names)}.")
        raise refused("run.not_there", f"The run was never at {at!r}.", remedy)
    return visits[-1], cursors[visits[-1]]
