"""Pauses: nothing starts or goes on, of one policy or of all, for a while or for good."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from assent_engine.admission import Admission
from assent_engine.clock import Clock
from assent_engine.due import due
from assent_engine.due.sessions import Unknown, next_open
from assent_engine.moments import timestamp
from assent_engine.refusals import refused
from assent_engine.store import Store
from assent_engine.store.records import AuditEntry, PauseBegun, PauseEnded, TriggersAwake
from assent_engine.store.rows import ALL, PauseRow
from assent_schemas.triggers import CronTrigger

TOMORROW = "tomorrow"
MARKET_OPEN = "market-open"
NAMED_ENDS = (TOMORROW, MARKET_OPEN)


def named_end(name: str, now: datetime, zone: str) -> datetime:
    """When a pause ends that lasts until tomorrow, or until the exchange opens next.

    Tomorrow begins at midnight in the owner's zone, or at the first moment after it that there
    is. Raises Refused where the exchange's calendar does not reach that far.
    """
    if name == TOMORROW:
        midnight = CronTrigger(type="cron", expression="0 0 * * *")
        return next(due(midnight, now, zone))
    try:
        return next_open(now)
    except Unknown as unknown:
        raise refused("calendar.unknown", f"{unknown}.".capitalize(), "Give a time.") from unknown


@dataclass(slots=True)
class Pauses:
    """Begins and ends pauses. A run under way stops before its next step, as PAUSED."""

    store: Store
    clock: Clock
    admission: Admission
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """That of whoever decides what is due: a look under way must not overtake a pause."""

    async def pause(
        self, policy_id: str | None = None, *, until: datetime | None = None, by: str
    ) -> None:
        """Pause a policy, or with none given everything; raises Refused for a time gone by."""
        now, subject = self.clock.now(), policy_id or ALL
        if until is not None and until <= now:
            detail = f"The pause would have been over on {timestamp(until)}."
            raise refused("pause.over", detail, "Give a time to come.")
        ends = None if until is None else timestamp(until)
        audit = AuditEntry(
            timestamp(now), by, "pause", subject, f"until {ends or 'further notice'}"
        )
        begun = PauseBegun(subject, timestamp(now), ends, by)
        async with self.turn:
            await self.store.commit(begun, TriggersAwake(subject, timestamp(now)), audit)
        self.admission.revoked()

    async def end(self, policy_id: str | None = None, *, by: str) -> None:
        """End the pause of a policy, or that of everything; raises Refused where there is none."""
        subject, at = policy_id or ALL, timestamp(self.clock.now())
        if subject not in {one.subject for one in await self.in_force()}:
            what = "No pause of everything is" if subject == ALL else "No pause of the policy is"
            raise refused("pause.none", f"{what} in force.", "See: assent policy list")
        audit = AuditEntry(at, by, "unpause", subject, "")
        async with self.turn:
            await self.store.commit(PauseEnded(subject), TriggersAwake(subject, at), audit)

    async def in_force(self) -> list[PauseRow]:
        """The pauses whose time is not over."""
        now = timestamp(self.clock.now())
        return [one for one in await self.store.read.pauses() if one.holds(now)]
