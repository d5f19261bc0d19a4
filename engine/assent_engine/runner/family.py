"""Families: what a run did to the outside, together with what the runs did that it called."""

from collections.abc import Callable

from assent_engine.refusals import refused
from assent_engine.store import Reader
from assent_engine.store.records import SagaEntry
from assent_engine.store.rows import RunRow

Placed = tuple[tuple[int, ...], SagaEntry]
"""An entry by its place: its number in the journal, after those of the calls that led to it.

Not by the clock: it may have been set back between a call and what came after it.
"""


async def known(read: Reader, run_id: str) -> RunRow:
    """A run's row; raises Refused."""
    if (row := await read.run(run_id)) is None:
        raise refused("run.unknown", f"There is no run {run_id}.")
    return row


async def caller_of_all(read: Reader, run_id: str) -> RunRow:
    """The run that nobody called, up from this one; raises Refused."""
    row = await known(read, run_id)
    while row.parent_run is not None:
        row = await known(read, row.parent_run)
    return row


async def standing(read: Reader, run_id: str, path: str = "") -> list[SagaEntry]:
    """What was done under a path and still stands, the latest first.

    Of called runs that is what completed, or was stopped with its caller: another one settled
    what it did by its own policy.
    """
    return _unsettled(await _placed(read, run_id, path, lambda row: row.reversible))


async def at_stake(read: Reader, run_id: str) -> list[SagaEntry]:
    """What would be reversed if an open run were ended now, the latest first.

    With what called runs did that are still open: they would be stopped with it.
    """
    found = await _placed(read, run_id, "", lambda row: row.reversible or not row.status.ended)
    return _unsettled(found)


async def everything(read: Reader, run_id: str) -> list[SagaEntry]:
    """All that was done, in order, whatever became of it."""
    found = await _placed(read, run_id, "", lambda _: True)
    return [entry for _, entry in sorted(found, key=_place)]


async def keys(read: Reader, run_id: str) -> set[str]:
    """The concurrency keys of a run and of all that it called."""
    return await _keys(read, await known(read, run_id))


async def _keys(read: Reader, row: RunRow) -> set[str]:
    found = {row.concurrency_key} if row.concurrency_key else set()
    for _, called in await read.called_by(row.id):
        found |= await _keys(read, called)
    return found


async def _placed(
    read: Reader, run_id: str, path: str, follow: Callable[[RunRow], bool]
) -> list[Placed]:
    own = await read.saga_log(run_id)
    found: list[Placed] = [
        ((one.seq,), one) for one in own if f"{one.scope}{one.key}".startswith(path)
    ]
    for seq, row in await read.called_by(run_id):
        if follow(row) and (row.parent_key or "").startswith(path):
            below = await _placed(read, row.id, "", follow)
            found += [((seq, *place), entry) for place, entry in below]
    return found


def _unsettled(found: list[Placed]) -> list[SagaEntry]:
    return [entry for _, entry in sorted(found, key=_place) if entry.settled is None][::-1]


def _place(one: Placed) -> tuple[int, ...]:
    return one[0]
