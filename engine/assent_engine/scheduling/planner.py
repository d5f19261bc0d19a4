"""What becomes of the due times up to now: pure, from what is settled, the rule and the moment."""

from bisect import bisect
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice, takewhile

from assent_engine.due import due
from assent_engine.due.sessions import known_until
from assent_engine.moments import later
from assent_engine.scheduling.words import Fate, Reason
from assent_schemas.triggers import AnyTimed, CatchUp, SessionTrigger

GRACE = timedelta(seconds=60)
"""A start that is no later than this is on time."""
MOST_AT_ONCE = 100_000
"""Due times that one plan goes through; the rest is planned at once afterwards."""
IN_TURN = "in_turn"
"""What waits for the one before it: several are caught up one after the other."""
_END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a trigger stands: settled so far, and what keeps its policy from running.

    `off` is why it starts nothing at all; `held` is until when it is paused. `recorded` are due
    times beyond `settled` that have their record: the clock was set back.
    """

    rule: AnyTimed
    anchor: datetime
    settled: datetime
    zone: str
    off: Reason | None = None
    held: datetime | None = None
    recorded: Collection[datetime] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """One fate of one due time, or of `count` in a row."""

    due: datetime
    through: datetime
    count: int
    fate: Fate
    reason: str = ""
    missed: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What is decided, up to where that settles the trigger, and when to look again."""

    decided: tuple[Decided, ...]
    settled: datetime
    look_at: datetime | None


def plan(standing: Standing, now: datetime) -> Plan:
    """Decide all due times that are not settled, up to now."""
    found = _plan(standing, now)
    if not standing.recorded:
        return found
    decided = [part for one in found.decided for part in _around(standing, one)]
    return replace(found, decided=tuple(decided))


def plans(standing: Standing, now: datetime) -> Iterator[Plan]:
    """One plan after the other, until all due times up to now are gone through."""
    while True:
        found = plan(standing, now)
        yield found
        if found.look_at is None or found.look_at > now:
            return
        standing = replace(standing, settled=found.settled)


def _around(standing: Standing, one: Decided) -> Iterator[Decided]:
    """Due times with one fate, apart where one between them has its record already."""
    inside = sorted(each for each in standing.recorded if one.due < each < one.through)
    if not inside:
        yield one
        return
    start = replace(standing, settled=one.due - timedelta(microseconds=1))
    moments = takewhile(lambda each: each <= one.through, _unrecorded(start))
    for _, group in groupby(moments, key=lambda each: bisect(inside, each)):
        part = list(group)
        yield replace(one, due=part[0], through=part[-1], count=len(part))


def _plan(standing: Standing, now: datetime) -> Plan:
    older, kept, following = _passed(standing, now)
    if following is not None and following <= now:
        # Too many for one plan: only of the newest it is open what becomes of them.
        return Plan(tuple(_skipped(older, [], _let_go(standing))), older.last, now)
    if not kept and _beyond_the_calendar(standing, now):
        end, reason = known_until(), standing.off or Reason.UNKNOWN_CALENDAR
        return Plan((Decided(end, end, 1, Fate.SKIPPED, reason),), end, None)
    decided, pending = _fates(standing, kept, now)
    everything = _merged([*_skipped(older, [], _let_go(standing)), *decided])
    settled = everything[-1].through if everything else standing.settled
    if pending:
        expires = later(pending[0], _rule_of(standing.rule).within_seconds + 1)
        return Plan(everything, settled, _soonest(following, standing.held, expires))
    if isinstance(standing.rule, SessionTrigger) and following is None and settled < known_until():
        following = known_until()
    return Plan(everything, settled, _soonest(following))


def first_look(standing: Standing) -> datetime | None:
    """When there is something to decide about a trigger of which nothing is open."""
    first = next(_unrecorded(standing), None)
    if first is None and isinstance(standing.rule, SessionTrigger):
        return known_until()
    return first


@dataclass(slots=True)
class _Older:
    """Due times of which only the ends and the number are kept."""

    first: datetime | None = None
    last: datetime = _END
    count: int = 0

    def add(self, moment: datetime) -> None:
        self.first = self.first or moment
        self.last = moment
        self.count += 1


def _passed(standing: Standing, now: datetime) -> tuple[_Older, list[datetime], datetime | None]:
    """The due times up to now: those that are too old to matter, the rest, and the next one."""
    most = _rule_of(standing.rule).most
    moments = _unrecorded(standing)
    older, kept = _Older(), deque[datetime]()
    for moment in islice(moments, MOST_AT_ONCE):
        if moment > now:
            return older, list(kept), moment
        kept.append(moment)
        if len(kept) > most + 1:
            older.add(kept.popleft())
    return older, list(kept), next(moments, None)


def _unrecorded(standing: Standing) -> Iterator[datetime]:
    moments = due(standing.rule, standing.settled, standing.zone, standing.anchor)
    if not standing.recorded:
        return moments
    return (one for one in moments if one not in standing.recorded)


def _beyond_the_calendar(standing: Standing, now: datetime) -> bool:
    """Whether a calendar has ended and nobody was told yet."""
    ends = isinstance(standing.rule, SessionTrigger)
    return ends and standing.settled < known_until() <= now


def _fates(
    standing: Standing, kept: list[datetime], now: datetime
) -> tuple[list[Decided], list[datetime]]:
    """What becomes of the newest due times, and which are left undecided for a pause."""
    rule = _rule_of(standing.rule)
    if standing.off is not None:
        return list(_skipped(_Older(), kept, standing.off)), []
    if standing.held is not None:
        _, _, pending = _parted(kept, rule, now)
        gone = kept[: len(kept) - len(pending)]
        return list(_skipped(_Older(), gone, Reason.PAUSED)), pending
    on_time = kept[-1:] if kept and now - kept[-1] <= GRACE else []
    missed = kept[: len(kept) - len(on_time)]
    if on_time and rule.missed != "all":
        gone, late, wanted = missed, list[datetime](), list[datetime]()
    else:
        gone, late, wanted = _parted(missed, rule, now)
    fate = Fate.ASKED if rule.missed == "ask" else Fate.QUEUED
    turn = IN_TURN if rule.missed == "all" and wanted else ""
    return [
        *_skipped(_Older(), gone, _let_go(standing)),
        *_skipped(_Older(), late, Reason.TOO_LATE),
        *(Decided(one, one, 1, fate, turn, missed=True) for one in wanted),
        *(Decided(one, one, 1, Fate.QUEUED, turn) for one in on_time),
    ], []


def _parted(
    missed: list[datetime], rule: CatchUp, now: datetime
) -> tuple[list[datetime], list[datetime], list[datetime]]:
    """Missed due times: those that others stand for, those too long ago, those to catch up."""
    most = {"none": 0, "all": rule.most}.get(rule.missed, 1)
    cut = max(0, len(missed) - most)
    late = [one for one in missed[cut:] if now > later(one, rule.within_seconds)]
    return missed[:cut], late, missed[cut + len(late) :]


def _skipped(older: _Older, kept: list[datetime], reason: Reason) -> Iterator[Decided]:
    first = older.first or (kept[0] if kept else None)
    if first is not None:
        through = kept[-1] if kept else older.last
        yield Decided(first, through, older.count + len(kept), Fate.SKIPPED, reason)


def _merged(decided: list[Decided]) -> tuple[Decided, ...]:
    """Due times in a row that are skipped for one reason, as one."""
    found: list[Decided] = []
    for one in decided:
        last = found[-1] if found else None
        if last and (last.fate, last.reason) == (one.fate, one.reason) == (
            Fate.SKIPPED,
            one.reason,
        ):
            count = last.count + one.count
            found[-1] = Decided(last.due, one.through, count, one.fate, one.reason)
        else:
            found.append(one)
    return tuple(found)


def _let_go(standing: Standing) -> Reason:
    """Why a due time that has many after it is let go."""
    if standing.off is not None:
        return standing.off
    if standing.held is not None:
        return Reason.PAUSED
    return Reason.MISSED if _rule_of(standing.rule).missed == "none" else Reason.LATER_ONE


def _soonest(*moments: datetime | None) -> datetime | None:
    return min((one for one in moments if one is not None and one < _END), default=None)


def _rule_of(rule: AnyTimed) -> CatchUp:
    return rule.catch_up or CatchUp()
