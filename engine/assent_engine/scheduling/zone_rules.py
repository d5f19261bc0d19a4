"""The rules of zones: planned by those of now, and told of where they are not those of before."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from assent_engine.due import xnys, zone_data
from assent_engine.due.local_time import zone_of
from assent_engine.moments import timestamp
from assent_engine.notices import NoticeLevel
from assent_engine.scheduling import keys
from assent_engine.store import Store
from assent_engine.store.records import (
    NewNotice,
    Record,
    TriggerLooked,
    ZoneInUse,
    ZoneSeen,
)
from assent_engine.store.rows import TriggerRow
from assent_schemas.triggers import AnyTimed, AnyTrigger, CronTrigger

Zone = Callable[[], str]
AGAIN = timedelta(hours=1)
"""How long after it was found missing a zone is looked for again."""


@dataclass(frozen=True, slots=True)
class ZoneRules:
    """What the zone data says of the zones in use, and what it said when it was last looked at."""

    store: Store
    zone: Zone

    async def read_anew(self, now: datetime) -> list[Record]:
        """Forget the rules that were read; what tells of each zone whose rules were replaced.

        That is to be written once due times were computed anew.
        """
        zone_data.forget()
        known, release = await self.store.read.zones_seen(), zone_data.release()
        records: list[Record] = []
        for zone in sorted(await self._in_use()):
            found, before = zone_data.digest(zone), known.get(zone)
            if found and found != before:
                records += _seen(ZoneSeen(zone, found, release, before is not None), now)
        return records

    async def _in_use(self) -> set[str]:
        """The owner's zone, the exchange's, and those that triggers in force name."""
        rules = [keys.read(row.document) for row in await self.store.read.triggers()]
        named = {one.timezone for one in rules if isinstance(one, CronTrigger) and one.timezone}
        return named | {self.zone(), xnys.ZONE}


def _seen(seen: ZoneSeen, now: datetime) -> Iterator[Record]:
    yield seen
    if seen.replaced:
        data = f"zone data {seen.release}" if seen.release else "zone data"
        text = f"The rules of {seen.zone} were replaced ({data}): due times were computed anew."
        key = f"zone/{seen.zone}/{seen.digest}"
        yield NewNotice(key, text, NoticeLevel.INFO, "", timestamp(now))


def in_use(rule: AnyTrigger) -> list[Record]:
    """What a trigger that comes into force is planned by."""
    zone = rule.timezone if isinstance(rule, CronTrigger) else None
    return [ZoneInUse(zone, zone_data.digest(zone))] if zone else []


def missing(rule: AnyTimed, zone: str) -> str | None:
    """The zone that a trigger is due by, where the zone data has lost it."""
    if not isinstance(rule, CronTrigger):
        return None
    name = rule.timezone or zone
    try:
        zone_of(name)
    except ValueError:
        return name
    return None


def put_off(row: TriggerRow, zone: str, now: datetime) -> list[Record]:
    """A trigger without its zone stands still, and its owner is told."""
    text = (
        f"There is no time zone {zone} any more in this computer's zone data: what {row.name} is"
        " due at is not known. It stands still until the zone is there, and is caught up then."
    )
    notice = NewNotice(f"zone/{zone}/missing", text, NoticeLevel.PROBLEM, "", timestamp(now))
    again = timestamp(now + AGAIN)
    return [notice, TriggerLooked(row.policy_id, row.trigger, row.settled, again)]
