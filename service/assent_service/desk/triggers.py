"""The desk's word on triggers: what is due next, and what became of every due time."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice, takewhile

from assent_engine.hooks import unmet, waited_for
from assent_engine.moments import moment, timestamp
from assent_engine.policies import choose_policy
from assent_engine.reading.trigger_words import trigger_words
from assent_engine.scheduling import keys
from assent_engine.scheduling.forecast import Upcoming, upcoming
from assent_engine.scheduling.words import Fate
from assent_engine.scheduling.zone import owners_zone
from assent_engine.store import Reader
from assent_engine.store.rows import OccurrenceRow, TriggerRow
from assent_schemas.errors import Problem
from assent_schemas.wire import triggers as wire
from assent_schemas.wire.frame import Page
from assent_service.desk.room import Caller, Room, page, part, slice_of

NEXT = 3
"""Due times that are told of each trigger."""
MOST = 1000
"""Due times that a forecast tells."""


async def list_triggers(room: Room, asked: wire.TriggersAsked, _: Caller) -> Page[wire.TriggerTold]:
    rows = await room.read.triggers(await _policy_id(room.read, asked.policy))
    chosen = slice_of(rows, [f"{row.policy_id} {row.trigger}" for row in rows], asked)
    thinned, now = await room.read.occurrences_thinned(), room.behind.clock.now()
    deaf = await unmet(room.read, waited_for(chosen.items))
    # Due times of many triggers take a while to find, and the loop has to go on.
    told = await asyncio.to_thread(
        lambda: [_told(row, now, thinned, _deaf(row, deaf)) for row in chosen.items]
    )
    return Page(items=told, after=chosen.after)


async def list_occurrences(
    room: Room, asked: wire.OccurrencesAsked, _: Caller
) -> Page[wire.OccurrenceTold]:
    policy_id = await _policy_id(room.read, asked.policy)
    rows = await room.read.occurrence_page(part(asked), policy_id)
    told = await became(room.read, rows)
    return page(told, [f"{row.due} {row.policy_id} {row.trigger}" for row in rows], asked.limit)


async def forecast(room: Room, asked: wire.ForecastAsked, _: Caller) -> wire.Forecast:
    rows, now = await room.read.triggers(), room.behind.clock.now()
    until = now + timedelta(days=asked.days)
    found = await asyncio.to_thread(_until, rows, now, until)
    due = [
        wire.DueTime(
            due=timestamp(one.due),
            policy_id=one.policy_id,
            policy=one.name,
            trigger=one.trigger,
            when=trigger_words(one.rule),
        )
        for one in found[:MOST]
    ]
    deaf = await unmet(room.read, waited_for(rows))
    return wire.Forecast(
        until=timestamp(until), more=len(found) > MOST, due=due, warnings=[*deaf.values()]
    )


def _until(rows: Sequence[TriggerRow], now: datetime, until: datetime) -> list[Upcoming]:
    coming = takewhile(lambda one: one.due <= until, upcoming(rows, now, owners_zone()))
    return list(islice(coming, MOST + 1))


def _told(
    row: TriggerRow,
    now: datetime,
    thinned: Mapping[tuple[str, str], tuple[str, int]],
    deaf: Problem | None,
) -> wire.TriggerTold:
    through, count = thinned.get((row.policy_id, row.trigger), (None, 0))
    return wire.TriggerTold(
        policy_id=row.policy_id,
        policy=row.name,
        policy_status=row.policy_status,
        trigger=row.trigger,
        when=trigger_words(keys.read(row.document)),
        next=[timestamp(one.due) for one in islice(upcoming([row], now, owners_zone()), NEXT)],
        deaf=deaf,
        thinned=count,
        thinned_through=through,
    )


def _deaf(row: TriggerRow, deaf: Mapping[str, Problem]) -> Problem | None:
    return next((deaf[name] for name in waited_for([row]) if name in deaf), None)


async def became(read: Reader, rows: Sequence[OccurrenceRow]) -> list[wire.OccurrenceTold]:
    """What became of due times, each with its policy's name and its trigger, retired or not."""
    names = {row.policy_id: row.name for row in await read.policies()}
    rules = {(row.policy_id, row.trigger) for row in rows}
    known = {rule: await read.trigger(*rule) for rule in rules}
    return [
        _became(row, names.get(row.policy_id, "?"), known[row.policy_id, row.trigger])
        for row in rows
    ]


def _became(row: OccurrenceRow, policy: str, trigger: TriggerRow | None) -> wire.OccurrenceTold:
    detail = row.detail if row.status == Fate.SKIPPED else ""
    return wire.OccurrenceTold(
        policy_id=row.policy_id,
        policy=policy,
        trigger=row.trigger,
        due=row.due,
        through=row.through,
        count=row.count,
        status=row.status,
        reason=row.reason or None,
        detail=detail or None,
        late_seconds=_late(row),
        run_id=row.run_id,
        request_id=row.request_id,
        at=row.at,
        when=trigger_words(keys.read(trigger.document)) if trigger else None,
        file=_file(row),
    )


def _file(row: OccurrenceRow) -> str | None:
    if not row.trigger.startswith("file-") or not isinstance(row.payload, dict):
        return None
    path = row.payload.get("path")
    return path if isinstance(path, str) else None


def _late(row: OccurrenceRow) -> int | None:
    if row.run_id is None:
        return None
    return max(0, int((moment(row.at) - moment(row.due)).total_seconds()))


async def _policy_id(read: Reader, reference: str | None) -> str | None:
    if reference is None:
        return None
    return choose_policy(await read.policies(), reference).policy_id
