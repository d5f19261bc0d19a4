"""The schedule of an engine: when to look next, and what a look decides, records and starts."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Literal

from assent_engine.clock import Clock
from assent_engine.moments import moment, timestamp
from assent_engine.requests import Requests
from assent_engine.runner import RunReport, Runs
from assent_engine.scheduling.deciding import Deciding
from assent_engine.scheduling.forecast import Upcoming, upcoming
from assent_engine.scheduling.happenings import Event, Happenings
from assent_engine.scheduling.held import Held
from assent_engine.scheduling.register import Register
from assent_engine.scheduling.starting import Pace, Starting
from assent_engine.scheduling.watched_files import FileState, Survey, Surveyed, watched
from assent_engine.scheduling.words import Fate, Reason
from assent_engine.scheduling.zone_rules import ZoneRules
from assent_engine.store import Store
from assent_engine.store.records import OccurrenceQueued, OccurrenceSkipped, Record
from assent_engine.store.rows import OccurrenceRow
from assent_schemas.errors import Refused

Why = Literal["start", "timer", "wake", "clock_changed", "zone_data"]
_ANSWERED = {"approved": None, "rejected": Reason.DECLINED}


@dataclass(slots=True)
class Schedule:
    """Sees to it that every due time ends in exactly one record.

    It has no timer of its own: whoever has one calls `look` at `earliest`, and when the computer
    has woken or its clock was changed. One look at a time; runs that it starts go on by
    themselves.
    """

    store: Store
    clock: Clock
    runs: Runs
    requests: Requests
    register: Register
    pace: Pace = field(default_factory=Pace)
    _rules: ZoneRules = field(init=False)
    _deciding: Deciding = field(init=False)
    _happenings: Happenings = field(init=False)
    _starting: Starting = field(init=False)

    def __post_init__(self) -> None:
        self._rules = ZoneRules(self.store, self.register.zone)
        self._deciding = Deciding(self.store, self.requests, self.register.zone)
        self._happenings = Happenings(self.store)
        self._starting = Starting(self.store, self.clock, self.runs, self.pace, self.run_ended)

    async def earliest(self) -> datetime | None:
        """The first moment, in UTC, at which there is something to decide; None: there is none."""
        found = await self.store.read.next_look()
        moments = [moment(found)] if found else []
        waiting = await self.store.read.open_occurrences()
        if any(one.status == Fate.QUEUED for one in waiting):
            moments += await self._next_starts()
        for one in waiting:
            if one.status == Fate.ASKED and one.request_id is not None:
                request = await self.store.read.request(one.request_id)
                moments += [moment(request.deadline)] if request else []
        return min(moments, default=None)

    async def look(self, now: datetime, why: Why) -> None:
        """Decide and record everything that is due, and start what may start.

        At a start, after waking and after a change of the clock, the zone or the zone data, every
        trigger is looked at anew. To be called first with "start", once, before any other.
        """
        async with self.register.turn:
            replaced = [] if why == "timer" else await self._rules.read_anew(now)
            await self._deciding.decide(now, every=why != "timer")
            if replaced:
                await self.store.commit(*replaced)
            if why in ("start", "wake"):
                await self._happenings.began("start" if why == "start" else "wake", now)
            await self._go_on(now)

    async def emit(self, event: Event) -> int:
        """The number of triggers that an event meets; when this returns it is not lost.

        Raises Refused where it brings too much.
        """
        met = await self.take(event)
        await self.run_ended()
        return met

    async def take(self, event: Event, *along: Record) -> int:
        """As `emit`, but nothing is started before `run_ended`; `along` is in the same commit."""
        async with self.register.turn:
            return await self._happenings.emitted(event, self.clock.now(), *along)

    async def file_changed(self, path: str, state: FileState | None = None) -> int:
        """The number of triggers that watch a path, relative to the home's folder `files`.

        `state` is how the file stands now, where it is there.
        """
        async with self.register.turn:
            met = await self._happenings.file_changed(path, state, self.clock.now())
            await self._go_on(self.clock.now())
        return met

    async def watched(self) -> set[str]:
        """The paths that triggers in force watch, relative to the home's folder `files`."""
        return watched(await self.store.read.triggers_of("file"))

    async def surveyed(self, surveys: Mapping[str, Survey]) -> Surveyed:
        """Start what files have changed for while nothing watched.

        `surveys` has each watched path. A trigger whose files are surveyed for the first time
        starts nothing; nor does one that is surveyed for the first time since a restore, where
        each changed file has its record, young ones too.
        """
        async with self.register.turn:
            changed = await self._happenings.surveyed(surveys, self.clock.now())
            await self._go_on(self.clock.now())
        return changed

    async def run_ended(self, run_id: str = "") -> None:  # noqa: ARG002 - the ledger tells which
        """See to what waits for the end of a run, and to what is started by it.

        What was missed of this is made up at the next look.
        """
        async with self.register.turn:
            await self._go_on(self.clock.now())

    async def answered(self, request_id: str) -> RunReport | None:
        """Follow what the owner has said about a due time that was missed.

        Where that starts its run, this returns where the run ends or stops.
        """
        async with self.register.turn:
            await self._go_on(self.clock.now())
            rows = await self.store.read.occurrences()
            run_id = next((one.run_id for one in rows if one.request_id == request_id), None)
            run = self._starting.under_way.get(run_id or "")
        return None if run is None else await asyncio.shield(run)

    async def upcoming(self, count: int) -> list[Upcoming]:
        """The next due times of all triggers that can start something."""
        rows = await self.store.read.triggers()
        return list(islice(upcoming(rows, self.clock.now(), self.register.zone()), count))

    async def drained(self) -> None:
        """Return when no run that was started here is under way."""
        await self._starting.drained()

    async def stop(self) -> None:
        """Let go of the runs under way; each can be resumed."""
        await self._starting.stop()

    async def _go_on(self, now: datetime) -> None:
        await self._happenings.follow_ends(now)
        await self._follow_answers(now)
        await self._starting.carry_on(now)

    async def _next_starts(self) -> list[datetime]:
        """When something that waits may start: at the end of a pause, or when there is room."""
        now = self.clock.now()
        held = Held.of(await self.store.read.pauses(), timestamp(now))
        found = [held.next_end] if held.next_end else []
        if self._starting.short_of_room:
            found.append(self.pace.next_room or now)
        return found

    async def _follow_answers(self, now: datetime) -> None:
        waiting = await self.store.read.open_occurrences()
        for one in [one for one in waiting if one.status == Fate.ASKED]:
            if (record := await self._followed(one, now)) is not None:
                await self.store.commit(record)

    async def _followed(self, one: OccurrenceRow, now: datetime) -> Record | None:
        """What the answer to a question makes of an occurrence; None while there is none."""
        key, at = (one.policy_id, one.trigger, one.due), timestamp(now)
        try:
            answer = await self.requests.answered(one.request_id or "", one.detail)
        except Refused as refusal:
            return OccurrenceSkipped(*key, Reason.NOT_APPROVED, refusal.problem.detail, at)
        if answer is None:
            return None
        reason = _ANSWERED.get(answer["decision"], Reason.UNANSWERED)
        if reason is None:
            return OccurrenceQueued(*key, at)
        return OccurrenceSkipped(*key, reason, answer["note"] or "", at)
