"""What is coming: the next due times of triggers, in order."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge

from assent_engine.due import due
from assent_engine.moments import moment
from assent_engine.scheduling import keys
from assent_engine.scheduling.register import timed
from assent_engine.scheduling.zone_rules import missing
from assent_engine.store.rows import TriggerRow
from assent_schemas.statuses import PolicyStatus
from assent_schemas.triggers import AnyTrigger


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A due time to come, in UTC."""

    due: datetime
    policy_id: str
    name: str
    trigger: str
    rule: AnyTrigger


def upcoming(rows: Iterable[TriggerRow], now: datetime, zone: str) -> Iterator[Upcoming]:
    """The due times after a moment of the triggers whose policies are on, the soonest first."""
    on = [row for row in rows if row.policy_status is PolicyStatus.ENABLED]
    yield from merge(*(_of(row, now, zone) for row in on), key=lambda one: one.due)


def _of(row: TriggerRow, now: datetime, zone: str) -> Iterator[Upcoming]:
    rule = timed(keys.read(row.document))
    if rule is None or missing(rule, zone) is not None:
        return
    for one in due(rule, max(now, moment(row.settled)), zone, moment(row.anchor)):
        yield Upcoming(one, row.policy_id, row.name, row.trigger, rule)
