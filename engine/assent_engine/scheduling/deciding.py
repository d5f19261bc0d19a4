"""Deciding: what was due since the last look becomes records, questions and starts that wait."""

import asyncio
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from assent_engine.due import due
from assent_engine.due.sessions import known_until
from assent_engine.moments import later, moment, timestamp
from assent_engine.notices import NoticeLevel
from assent_engine.requests import Requests
from assent_engine.scheduling import keys
from assent_engine.scheduling.entries import occurrence, subject
from assent_engine.scheduling.held import Held
from assent_engine.scheduling.planner import Decided, Standing, plans
from assent_engine.scheduling.register import standing_of, timed
from assent_engine.scheduling.sharing import shared
from assent_engine.scheduling.words import Fate, Reason
from assent_engine.scheduling.zone_rules import Zone, missing, put_off
from assent_engine.store import Store
from assent_engine.store.records import (
    NewNotice,
    NewOccurrence,
    OccurrencesCut,
    OccurrencesReopened,
    Record,
    TriggerLooked,
)
from assent_engine.store.rows import TriggerRow
from assent_schemas.triggers import AnyTimed

WARN_BEFORE = timedelta(days=60)
"""How long before a calendar ends its owner is told."""


@dataclass(frozen=True, slots=True)
class Deciding:
    """Plans triggers and writes down what was decided, each in one commit with its progress."""

    store: Store
    requests: Requests
    zone: Zone

    async def decide(self, now: datetime, *, every: bool) -> None:
        """Decide what is due; with `every` trigger, also what a changed clock or zone has moved."""
        read, at = self.store.read, timestamp(now)
        rows = await (read.triggers() if every else read.triggers_to_look_at(at))
        held = Held.of(await read.pauses(), at)
        known, records = self._timed(rows, now)
        if every:
            known = [(await self._set_back(row, rule, now), rule) for row, rule in known]
        restored = await read.last_restore() if every else None
        ahead, thinned = await self._ahead(), await read.occurrences_thinned()
        for row, rule in known:
            key, standing = (row.policy_id, row.trigger), standing_of(row, rule, self.zone())
            through, _ = thinned.get(key, (row.settled, 0))
            standing = replace(
                standing,
                # Of what was thinned there is no record to tell that it was decided.
                settled=max(standing.settled, moment(through)),
                held=held.until(row.policy_id),
                recorded=ahead[key],
            )
            records += await self._planned(row, standing, now, restored)
        if records:
            await self.store.commit(*records)

    def _timed(
        self, rows: list[TriggerRow], now: datetime
    ) -> tuple[list[tuple[TriggerRow, AnyTimed]], list[Record]]:
        """The triggers with due times; those whose zone is missing are put off."""
        known: list[tuple[TriggerRow, AnyTimed]] = []
        records: list[Record] = []
        for row in rows:
            if (rule := timed(keys.read(row.document))) is None:
                continue
            if (zone := missing(rule, self.zone())) is not None:
                records += put_off(row, zone, now)
            else:
                known.append((row, rule))
        return known, records

    async def _ahead(self) -> dict[tuple[str, str], Collection[datetime]]:
        """The due times beyond what is settled that have their record."""
        found: dict[tuple[str, str], Collection[datetime]] = defaultdict(frozenset)
        for one in await self.store.read.occurrences_ahead():
            key = one.policy_id, one.trigger
            found[key] = frozenset({*found[key], moment(one.due)})
        return found

    async def _planned(
        self, row: TriggerRow, standing: Standing, now: datetime, restored: str | None
    ) -> list[Record]:
        """All that is due of one trigger; others may go on in between."""
        records: list[Record] = []
        if restored is not None and standing.settled < moment(restored) <= now:
            off = replace(standing, off=Reason.RESTORED, held=None)
            lapsed = list(plans(off, moment(restored)))
            decided = [one for found in lapsed for one in found.decided]
            records += [occurrence(row, one, timestamp(now)) for one in decided]
            standing = replace(standing, settled=lapsed[-1].settled)
        await asyncio.sleep(0)
        *_, found = every = list(plans(standing, now))
        for one in (one for part in every for one in part.decided):
            made = self._records(row, standing.rule, one, now)
            # What goes before is not in the store yet but for the first of them.
            records += made if records else await self._following(row, made)
        look_at = None if found.look_at is None else timestamp(found.look_at)
        settled = timestamp(found.settled)
        if (settled, look_at) != (row.settled, row.look_at):
            records.append(TriggerLooked(row.policy_id, row.trigger, settled, look_at))
        return [*records, *_calendar_ends(row, now)]

    async def _following(self, row: TriggerRow, made: list[Record]) -> list[Record]:
        """The first records of a look, added to the last of those before where they are alike."""
        first, *others = made
        if not isinstance(first, NewOccurrence):
            return made
        return [await shared(self.store.read, row, first) or first, *others]

    def _records(
        self, row: TriggerRow, rule: AnyTimed, one: Decided, now: datetime
    ) -> list[Record]:
        at = timestamp(now)
        if one.fate is not Fate.ASKED:
            return [occurrence(row, one, at)]
        until = self._answer_until(rule, one, now)
        if until <= now:
            gone = replace(one, fate=Fate.SKIPPED, reason=Reason.TOO_LATE)
            return [occurrence(row, gone, at)]
        about = subject(row.policy_id, row.trigger, timestamp(one.due))
        shown = _question(row, one, about, timestamp(until))
        asked = replace(
            self.requests.question("", about, shown, timestamp(until)), kind="occurrence"
        )
        text = f"{shown['title']} Answer: assent approvals list"
        notice = NewNotice(f"occurrence/{about}", text, NoticeLevel.PROBLEM, "", at)
        return [occurrence(row, one, at, detail=asked.hash, request_id=asked.id), asked, notice]

    def _answer_until(self, rule: AnyTimed, one: Decided, now: datetime) -> datetime:
        """Until when a yes still makes sense: the next due time, the window and the deadline."""
        catch_up, only = rule.catch_up, rule.only_while
        ends = [later(one.due, catch_up.within_seconds if catch_up else 0)]
        if only is not None and only.deadline_seconds is not None:
            ends.append(later(one.due, only.deadline_seconds))
        following = next(due(rule, now, self.zone(), one.due), None)
        return min([*ends, following] if following else ends)

    async def _set_back(self, row: TriggerRow, rule: AnyTimed, now: datetime) -> TriggerRow:
        """The clock was set back: what was only let go beyond now is due once more."""
        if moment(row.settled) <= now:
            return row
        at, key = timestamp(now), (row.policy_id, row.trigger)
        records: list[Record] = [OccurrencesReopened(*key, at)]
        for one in await self.store.read.occurrences_after(*key, at):
            if one.due <= at:
                moments = self._between(rule, row, moment(one.due), now)
                records.append(OccurrencesCut(*key, one.due, timestamp(moments[-1]), len(moments)))
        await self.store.commit(*records, TriggerLooked(*key, at, at))
        return replace(row, settled=at, look_at=at)

    def _between(
        self, rule: AnyTimed, row: TriggerRow, first: datetime, last: datetime
    ) -> list[datetime]:
        found = [first]
        for one in due(rule, first, self.zone(), moment(row.anchor)):
            if one > last:
                break
            found.append(one)
        return found


def _question(row: TriggerRow, one: Decided, about: str, until: str) -> dict[str, Any]:
    """What the owner is shown of a missed due time, and what a yes is bound to."""
    due_at = timestamp(one.due)
    return {
        "title": f"{row.name} was due at {due_at} and missed. Run it now?",
        "run": "",
        "asked_at": about,
        "until": until,
        "policy": {"id": row.policy_id, "name": row.name, "version": row.version},
        "trigger": row.trigger,
        "due": due_at,
    }


def _calendar_ends(row: TriggerRow, now: datetime) -> list[Record]:
    """A notice, once, that an exchange's days are soon, or by now, not known any more."""
    ends = known_until()
    if not row.trigger.startswith("session-") or now < ends - WARN_BEFORE:
        return []
    over = "" if now < ends else "/over"
    text = (
        f"The calendar XNYS {'was' if over else 'is'} known until {timestamp(ends)[:10]}: sessions"
        " beyond it are not guessed, so triggers by session start nothing. Update Assent."
    )
    return [
        NewNotice(
            f"calendar/XNYS/{timestamp(ends)}{over}", text, NoticeLevel.PROBLEM, "", timestamp(now)
        )
    ]
