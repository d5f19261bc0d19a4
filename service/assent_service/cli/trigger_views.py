"""Triggers, due times to come and due times gone by, read from a home and put on a terminal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.text import Text

from assent_engine.hooks import unmet, waited_for
from assent_engine.moments import moment, timestamp
from assent_engine.policies import choose_policy
from assent_engine.reading.schedule import moment_words
from assent_engine.reading.trigger_words import trigger_words
from assent_engine.scheduling import keys
from assent_engine.scheduling.forecast import Upcoming, upcoming
from assent_engine.scheduling.words import MEANINGS, Reason
from assent_engine.scheduling.zone import owners_zone
from assent_engine.store import Reader
from assent_engine.store.rows import OccurrenceRow, TriggerRow
from assent_schemas.errors import Problem
from assent_schemas.statuses import PolicyStatus
from assent_service.cli.opening import reading
from assent_service.cli.output import warning_lines
from assent_service.cli.text import shown
from assent_service.cli.views import listing

NEXT = 3
MOST = 1000
"""Due times that a forecast shows."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A trigger in force with its next due times."""

    row: TriggerRow
    next_times: list[Upcoming]
    deaf: Problem | None = None
    """Why the webhook that it waits for cannot be called."""

    def as_json(self) -> dict[str, Any]:
        return {
            "policy_id": self.row.policy_id,
            "policy": self.row.name,
            "policy_status": self.row.policy_status,
            "trigger": self.row.trigger,
            "when": trigger_words(keys.read(self.row.document)),
            "next": [timestamp(one.due) for one in self.next_times],
            "deaf": self.deaf.as_json() if self.deaf else None,
        }


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a due time, with the name of its policy."""

    name: str
    row: OccurrenceRow

    def as_json(self) -> dict[str, Any]:
        row = self.row
        return {
            "policy_id": row.policy_id,
            "policy": self.name,
            "trigger": row.trigger,
            "due": row.due,
            "through": row.through,
            "count": row.count,
            "status": row.status,
            "reason": row.reason or None,
            "detail": row.detail if row.status == "skipped" and row.detail else None,
            "late_seconds": _late(row),
            "run_id": row.run_id,
            "request_id": row.request_id,
            "at": row.at,
        }


@dataclass(frozen=True, slots=True)
class Forecast:
    """The due times until a moment; `more` where there are too many to show."""

    until: datetime
    found: list[Upcoming]
    more: bool
    warnings: list[Problem]
    """Why triggers in force wait in vain."""

    def as_json(self) -> dict[str, Any]:
        found = [
            {
                "due": timestamp(one.due),
                "policy_id": one.policy_id,
                "policy": one.name,
                "trigger": one.trigger,
            }
            for one in self.found
        ]
        warnings = [one.as_json() for one in self.warnings]
        until = timestamp(self.until)
        return {"until": until, "more": self.more, "due": found, "warnings": warnings}


async def standings(home: Path | None, policy: str | None) -> list[Standing]:
    """The triggers in force, of one policy or of all. Raises Refused."""
    now, zone = datetime.now(UTC), owners_zone()
    async with reading(home) as reader:
        rows = await reader.triggers(await _policy_id(reader, policy))
        deaf = await unmet(reader, waited_for(rows))
    return [
        Standing(row, list(islice(upcoming([row], now, zone), NEXT)), _deaf(row, deaf))
        for row in rows
    ]


async def records(home: Path | None, policy: str | None) -> list[Recorded]:
    """What is recorded of due times, of one policy or of all. Raises Refused."""
    async with reading(home) as reader:
        rows = await reader.occurrences(await _policy_id(reader, policy))
        names = {row.policy_id: row.name for row in await reader.policies()}
    return [Recorded(names.get(row.policy_id, "?"), row) for row in rows]


async def foreseen(home: Path | None, days: int) -> Forecast:
    """All that is due within so many days. Raises Refused."""
    now = datetime.now(UTC)
    until = now + timedelta(days=days)
    async with reading(home) as reader:
        rows = await reader.triggers()
        deaf = await unmet(reader, waited_for(rows))
    coming = takewhile(lambda one: one.due <= until, upcoming(rows, now, owners_zone()))
    found = list(islice(coming, MOST + 1))
    return Forecast(until, found[:MOST], len(found) > MOST, [*deaf.values()])


def triggers_view(found: Sequence[Standing]) -> RenderableType:
    """A table of triggers."""
    if not found:
        return "No trigger is in force: nothing starts by itself."
    table = listing("policy", "trigger", "next")
    for one in found:
        when = trigger_words(keys.read(one.row.document))
        table.add_row(Text(shown(one.row.name)), Text(shown(when)), Text(_next(one)))
    return table


def history_view(found: Sequence[Recorded]) -> RenderableType:
    """A table of what became of due times."""
    if not found:
        return "Nothing was due yet."
    table = listing("due", "policy", "became", "run")
    for one in found:
        row = one.row
        due = _local(moment(row.due))
        several = f" to {_local(moment(row.through))} ({row.count} times)" if row.count > 1 else ""
        run = row.run_id or "-"
        table.add_row(Text(due + several), Text(shown(one.name)), Text(_became(row)), Text(run))
    return table


def forecast_view(found: Forecast) -> RenderableType:
    """Due times to come."""
    under = [f"And more until {_local(found.until)}."] if found.more else []
    under += warning_lines(found.warnings)
    if not found.found:
        return "\n".join([f"Nothing is due until {_local(found.until)}.", *under])
    table = listing("due", "policy", "trigger")
    for one in found.found:
        when = Text(shown(trigger_words(one.rule)))
        table.add_row(Text(_local(one.due)), Text(shown(one.name)), when)
    return Group(table, *under)


def _next(one: Standing) -> str:
    if one.row.policy_status is PolicyStatus.DISABLED:
        return "disabled"
    if one.deaf is not None:
        return shown(f"never: {one.deaf.detail}")
    return "\n".join(_local(each.due) for each in one.next_times) or "-"


def _deaf(row: TriggerRow, deaf: dict[str, Problem]) -> Problem | None:
    return next((deaf[name] for name in waited_for([row]) if name in deaf), None)


def _became(row: OccurrenceRow) -> str:
    if row.status != "skipped":
        late = _late(row)
        word = row.status.replace("_", " ")
        return f"{word}, {timedelta(seconds=late)} late" if late else word
    why = MEANINGS[Reason(row.reason)]
    return shown(f"skipped: {why}{f' ({row.detail})' if row.detail else ''}")


def _late(row: OccurrenceRow) -> int | None:
    """Whole seconds between a due time and its start."""
    if row.run_id is None:
        return None
    return max(0, int((moment(row.at) - moment(row.due)).total_seconds()))


def _local(at: datetime) -> str:
    return moment_words(at, ZoneInfo(owners_zone()))


async def _policy_id(reader: Reader, reference: str | None) -> str | None:
    if reference is None:
        return None
    return choose_policy(await reader.policies(), reference).policy_id
