"""Carrying retention out: a few runs at a time, so that nobody waits long for the writer."""

from itertools import islice

from assent_engine.clock import Clock
from assent_engine.moments import moment, timestamp
from assent_engine.retention import EndedRun, Keep, Value, to_thin
from assent_engine.store import Store
from assent_engine.store.records import JournalThinned, Record, RunThinned
from assent_schemas.statuses import RunStatus

BATCH = 20


async def thin(store: Store, clock: Clock, keep: Keep) -> int:
    """Thin what is no longer kept; the number of runs thinned. Raises StoreError."""
    rows = await store.read.thinnable()
    runs = [
        EndedRun(run_id, moment(ended), _value(status, effects), size)
        for run_id, status, ended, effects, size in rows
    ]
    chosen = to_thin(runs, keep, clock.now())
    waiting = iter(chosen)
    while batch := list(islice(waiting, BATCH)):
        at = timestamp(clock.now())
        records: list[Record] = []
        for run in batch:
            records += [JournalThinned(run.run_id), RunThinned(run.run_id, at)]
        await store.commit(*records)
    return len(chosen)


def _value(status: RunStatus, effects: int) -> Value:
    if status is not RunStatus.COMPLETED:
        return Value.TROUBLED
    return Value.EFFECTIVE if effects else Value.ROUTINE
