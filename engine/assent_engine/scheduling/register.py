"""Triggers in force: what approving, replacing, switching and removing a policy does to them."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from assent_engine.moments import moment, timestamp
from assent_engine.scheduling import keys
from assent_engine.scheduling.entries import occurrence, subject
from assent_engine.scheduling.planner import Standing, first_look, plans
from assent_engine.scheduling.words import Fate, Reason
from assent_engine.scheduling.zone_rules import Zone, in_use, missing
from assent_engine.store import Reader
from assent_engine.store.records import (
    FilesForgotten,
    NewOccurrence,
    OccurrenceSkipped,
    Record,
    RequestsWithdrawn,
    TriggerInForce,
    TriggerLooked,
    TriggerRetired,
)
from assent_engine.store.rows import OccurrenceRow, TriggerRow
from assent_schemas.policy import Policy
from assent_schemas.statuses import PolicyStatus
from assent_schemas.triggers import AnyTimed, AnyTrigger, OnceTrigger


def timed(trigger: AnyTrigger) -> AnyTimed | None:
    """The trigger, if its due times are known before."""
    return trigger if isinstance(trigger, AnyTimed) else None


def standing_of(row: TriggerRow, rule: AnyTimed, zone: str) -> Standing:
    """How a trigger stands, its policy's pauses aside."""
    off = Reason.DISABLED if row.policy_status is PolicyStatus.DISABLED else None
    return Standing(rule, moment(row.anchor), moment(row.settled), zone, off)


@dataclass(frozen=True, slots=True)
class Register:
    """Makes the records that belong into the commit that changes a policy."""

    read: Reader
    zone: Zone
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by whoever changes what triggers are in force, or decides what is due: not at once."""

    async def in_force(
        self, policy_id: str, version: str, policy: Policy, now: datetime
    ) -> list[Record]:
        """A version comes into force: its triggers replace the others.

        One that was there before keeps what is settled and what it counts from, so that nothing
        missed is forgotten and nothing recorded comes again.
        """
        before = {row.trigger: row for row in await self.read.triggers(policy_id)}
        wanted = keys.keyed(policy.triggers)
        last = await self.read.last_of_ledger()
        new = partial(self._new, policy_id, version, last.seq if last else 0, now)
        gone = [row for name, row in before.items() if name not in wanted]
        found = await self._retired(gone, Reason.REPLACED, now)
        for name, rule in wanted.items():
            if name in before:
                found.append(self._kept(before[name], version, rule))
            else:
                found += await new(name, rule)
        return found

    async def removed(self, policy_id: str, now: datetime) -> list[Record]:
        """A policy is taken out of use: nothing of it starts any more."""
        return await self._retired(await self.read.triggers(policy_id), Reason.REMOVED, now)

    async def enabled(self, policy_id: str, now: datetime) -> list[Record]:
        """A policy is switched on again: what was due while it was off is not caught up."""
        found: list[Record] = []
        for row in await self.read.triggers(policy_id):
            if row.policy_status is not PolicyStatus.DISABLED:
                continue
            if (rule := timed(keys.read(row.document))) is not None:
                found += self._settled(row, rule, Reason.DISABLED, now)
                settled = max(now, moment(row.settled))
                first = self._first(rule, settled, moment(row.anchor))
                found.append(_looked(row, settled, first))
        return found

    async def _retired(self, rows: list[TriggerRow], reason: Reason, now: datetime) -> list[Record]:
        waiting = await self.read.open_occurrences() if rows else []
        found: list[Record] = []
        for row in rows:
            if (rule := timed(keys.read(row.document))) is not None:
                found += self._settled(row, rule, reason, now)
            found += _let_go(waiting, row, reason, now)
            found.append(TriggerRetired(row.policy_id, row.trigger, timestamp(now)))
            found.append(FilesForgotten(row.policy_id, row.trigger))
        return found

    def _settled(
        self, row: TriggerRow, rule: AnyTimed, reason: Reason, now: datetime
    ) -> Iterator[Record]:
        """What was due until now and has no record yet; nothing where its zone is gone."""
        if missing(rule, self.zone()) is not None:
            return
        standing = replace(standing_of(row, rule, self.zone()), off=reason)
        for found in plans(standing, now):
            for one in found.decided:
                yield occurrence(row, one, timestamp(now))

    def _kept(self, row: TriggerRow, version: str, rule: AnyTrigger) -> Record:
        known = timed(rule)
        anchor, settled = moment(row.anchor), moment(row.settled)
        first = self._first(known, settled, anchor) if known else None
        return _record(
            row.policy_id, row.trigger, version, rule, anchor, settled, first, row.ends_seen
        )

    async def _new(
        self,
        policy_id: str,
        version: str,
        ends_seen: int,
        now: datetime,
        name: str,
        rule: AnyTrigger,
    ) -> list[Record]:
        known = timed(rule)
        first = self._first(known, now, now) if known else None
        row = _record(policy_id, name, version, rule, now, now, first, ends_seen)
        if isinstance(rule, OnceTrigger) and rule.at <= now:
            at = timestamp(rule.at)
            detail = "It was approved after its time."
            skipped = Fate.SKIPPED, Reason.NOT_APPROVED, False, timestamp(now), detail
            return [row, NewOccurrence(policy_id, name, at, at, 1, *skipped)]
        return [row, *in_use(rule)]

    def _first(self, rule: AnyTimed | None, settled: datetime, anchor: datetime) -> datetime | None:
        if rule is None or missing(rule, self.zone()) is not None:
            return None
        return first_look(Standing(rule, anchor, settled, self.zone()))


def _record(
    policy_id: str,
    name: str,
    version: str,
    rule: AnyTrigger,
    anchor: datetime,
    settled: datetime,
    first: datetime | None,
    ends_seen: int,
) -> TriggerInForce:
    return TriggerInForce(
        policy_id,
        name,
        version,
        keys.written(rule),
        timestamp(anchor),
        timestamp(settled),
        None if first is None else timestamp(first),
        ends_seen,
    )


def _looked(row: TriggerRow, settled: datetime, look_at: datetime | None) -> TriggerLooked:
    text = None if look_at is None else timestamp(look_at)
    return TriggerLooked(row.policy_id, row.trigger, timestamp(settled), text)


def _let_go(
    waiting: list[OccurrenceRow], row: TriggerRow, reason: Reason, now: datetime
) -> Iterator[Record]:
    """What waited for its start when its trigger went out of force."""
    for one in waiting:
        if (one.policy_id, one.trigger) == (row.policy_id, row.trigger):
            at = timestamp(now)
            yield OccurrenceSkipped(row.policy_id, row.trigger, one.due, reason, "", at)
            yield RequestsWithdrawn("", subject(one.policy_id, one.trigger, one.due), at)
