"""Happenings: events, changed files, ends of runs, starts and wakes, and the triggers they meet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from assent_engine.moments import moment, timestamp
from assent_engine.refusals import refused
from assent_engine.scheduling import keys
from assent_engine.scheduling.conditions import holds
from assent_engine.scheduling.entries import happened
from assent_engine.scheduling.held import Held
from assent_engine.scheduling.watched_files import (
    UNWATCHED,
    Compared,
    FileState,
    Survey,
    Surveyed,
    seen,
    watches,
)
from assent_engine.scheduling.words import Reason
from assent_engine.store import Store
from assent_engine.store.records import EndsSeen, Record
from assent_engine.store.rows import EndedRun, TriggerRow
from assent_schemas import exact_json
from assent_schemas.statuses import PolicyStatus
from assent_schemas.triggers import (
    AnyTrigger,
    EventTrigger,
    FileTrigger,
    RunEndTrigger,
    WebhookTrigger,
)

LARGEST = 65_536
"""Bytes that an event may bring; a run's output beyond it is left out of its end."""
LONGEST_CHAIN = 16
"""Runs that may follow one another by their ends."""
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was emitted, or a webhook that was called, with its data."""

    name: str
    data: Any = field(default_factory=dict)
    kind: Literal["event", "webhook"] = "event"


@dataclass(frozen=True, slots=True)
class Happenings:
    """Records what has happened as occurrences of the triggers that it meets, all in one commit."""

    store: Store

    async def emitted(self, event: Event, now: datetime, *along: Record) -> int:
        """The number of triggers that an event met; raises Refused where it brings too much.

        What is recorded `along` with it is in the same commit.
        """
        size = len(exact_json.encode(exact_json.plain(event.data)))
        if size > LARGEST:
            detail = f"The event brings {size} bytes; {LARGEST} is the most."
            raise refused("event.too_large", detail, "Put it into a file, and name the file.")

        def meets(rule: AnyTrigger) -> bool:
            return isinstance(rule, EventTrigger | WebhookTrigger) and rule.name == event.name

        return await self._met(event.kind, meets, event.data, now, along)

    async def file_changed(self, path: str, state: FileState | None, now: datetime) -> int:
        """The number of triggers that watch a file beneath the folder `files`."""
        rows = await self._watching(path)
        known = [record for row in rows for record in seen(row, path, state)]
        return await self._met("file", lambda rule: watches(rule, path), {"path": path}, now, known)

    async def surveyed(self, surveys: Mapping[str, Survey], now: datetime) -> Surveyed:
        """The files that have changed unwatched; each at rest is met by its triggers, once."""
        held, found = await self._held(now), Surveyed()
        for row in await self.store.read.triggers_of("file"):
            rule = keys.read(row.document)
            survey = surveys.get(rule.path) if isinstance(rule, FileTrigger) else None
            if survey is None:
                continue
            before = await self.store.read.files_seen(row.policy_id, row.trigger)
            compared = Compared(row, survey, before)
            records = list(compared.records())
            records += await self._unwatched(compared, rule, held, now)
            if records:
                await self.store.commit(*records)
            found.changed.update({path: survey.files[path] for path in compared.changed})
            found.waits.update(compared.waits)
        return found

    async def _unwatched(
        self, compared: Compared, rule: AnyTrigger, held: Held, now: datetime
    ) -> list[Record]:
        row, due = compared.row, await self._unused(compared.row, now)
        reason = Reason.RESTORED if compared.restored else _kept_from(row, held)
        waits = compared.waits
        rested = [path for path in compared.changed if path not in waits]
        met = [path for path in rested if holds(rule.when, {"path": path})]
        moments = [due + at * _MICROSECOND for at in range(len(met))]
        return [
            happened(row, moment, timestamp(now), {"path": path}, reason, missed=UNWATCHED)
            for moment, path in zip(moments, met, strict=True)
        ]

    async def _watching(self, path: str) -> list[TriggerRow]:
        rows = await self.store.read.triggers_of("file")
        return [row for row in rows if watches(keys.read(row.document), path)]

    async def began(self, kind: Literal["start", "wake"], now: datetime) -> int:
        """The number of triggers of the service's start, or of the computer's waking."""
        return await self._met(kind, lambda _rule: True, {}, now)

    async def follow_ends(self, now: datetime) -> None:
        """Bring the ends of runs, since they were last followed, to the triggers that wait."""
        rows = await self.store.read.triggers_of("run_end")
        if not rows:
            return
        ends = await self.store.read.ends_after(min(row.ends_seen for row in rows))
        if not ends:
            return
        held = await self._held(now)
        for row in rows:
            for one in ends:
                if one.seq > row.ends_seen and (found := await self._of_end(row, one, held)):
                    seen = EndsSeen(row.policy_id, row.trigger, one.seq)
                    await self.store.commit(*found, seen)
        last = ends[-1].seq
        await self.store.commit(*(EndsSeen(row.policy_id, row.trigger, last) for row in rows))

    async def _met(
        self,
        kind: str,
        meets: Callable[[AnyTrigger], bool],
        data: Any,
        now: datetime,
        known: Sequence[Record] = (),
    ) -> int:
        """Record what meets triggers, with what is known by it; the number of them."""
        held = await self._held(now)
        records: list[Record] = []
        for row in await self.store.read.triggers_of(kind):
            rule = keys.read(row.document)
            if meets(rule) and holds(rule.when, data):
                due = await self._unused(row, now)
                reason = _kept_from(row, held)
                records.append(happened(row, due, timestamp(now), data, reason))
        if records or known:
            await self.store.commit(*known, *records)
        return len(records)

    async def _of_end(self, row: TriggerRow, end: EndedRun, held: Held) -> list[Record]:
        rule = keys.read(row.document)
        if not isinstance(rule, RunEndTrigger):
            return []
        named = rule.policy in (end.policy_id, end.policy_name)
        if not named or end.status not in rule.statuses:
            return []
        brought = await self._brought(end)
        if not holds(rule.when, brought):
            return []
        reason = _kept_from(row, held)
        if reason is None and brought["depth"] > LONGEST_CHAIN:
            reason = Reason.CHAIN
        if await self.store.read.restored(end.run_id):
            reason = Reason.RESTORED
        due = await self._unused(row, moment(end.ended_at))
        return [happened(row, due, end.ended_at, brought, reason)]

    async def _brought(self, end: EndedRun) -> dict[str, Any]:
        origin = await self.store.read.occurrence_of(end.run_id)
        depth = origin.payload.get("depth", 0) if origin and "run_end-" in origin.trigger else 0
        small = len(exact_json.encode(end.output)) <= LARGEST
        return {
            "run_id": end.run_id,
            "policy_id": end.policy_id,
            "policy": end.policy_name,
            "status": end.status,
            "output": end.output if small else None,
            "depth": depth + 1,
        }

    async def _unused(self, row: TriggerRow, at: datetime) -> datetime:
        """The moment, or the first after it of which there is no record."""
        before = timestamp(at - _MICROSECOND)
        rows = await self.store.read.occurrences_after(row.policy_id, row.trigger, before)
        taken = {moment(one.due) for one in rows}
        while at in taken:
            at += _MICROSECOND
        return at

    async def _held(self, now: datetime) -> Held:
        return Held.of(await self.store.read.pauses(), timestamp(now))


def _kept_from(row: TriggerRow, held: Held) -> Reason | None:
    """Why what happens now starts nothing: it is not made up for later."""
    if row.policy_status is not PolicyStatus.ENABLED:
        return Reason.DISABLED
    return Reason.PAUSED if held.until(row.policy_id) is not None else None
