"""Retention of occurrences: by age and number; of what goes, up to where it went is kept."""

from collections import Counter
from collections.abc import Iterator

from assent_engine.clock import Clock
from assent_engine.moments import timestamp
from assent_engine.retention import Keep
from assent_engine.store import Store
from assent_engine.store.records import OccurrenceThinned, Record, ThinnedThrough
from assent_engine.store.rows import OccurrenceRow

BATCH = 500


async def thin_occurrences(store: Store, clock: Clock, keep: Keep) -> int:
    """Thin what is no longer kept of due times; the number of records. Raises StoreError.

    Due times ahead of the clock keep theirs: it was set back, and they come again.
    """
    now = clock.now()
    old = await _thinned(store, timestamp(now - keep.occurrences), None)
    beyond = await store.read.occurrences_beyond(keep.most_occurrences)
    return old + await _thinned(store, timestamp(now), beyond)


async def _thinned(store: Store, until: str, most: int | None) -> int:
    """Thin what was due until a moment, so many at most; how many there were."""
    done = 0
    while most is None or done < most:
        batch = BATCH if most is None else min(BATCH, most - done)
        rows = await store.read.occurrences_until(until, batch)
        if not rows:
            break
        await store.commit(*_records(rows))
        done += len(rows)
    return done


def _records(rows: list[OccurrenceRow]) -> Iterator[Record]:
    counts = Counter[tuple[str, str]]()
    through = dict[tuple[str, str], str]()
    for row in rows:
        key = row.policy_id, row.trigger
        counts[key] += row.count
        through[key] = row.through
        yield OccurrenceThinned(*key, row.due)
    for key, count in counts.items():
        yield ThinnedThrough(*key, through[key], count)
