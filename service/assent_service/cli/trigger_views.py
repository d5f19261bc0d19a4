"""Triggers, due times to come and due times gone by, asked of the owner's desk and shown."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.text import Text

from assent_engine.moments import moment
from assent_engine.reading.schedule import moment_words
from assent_engine.scheduling.watched_files import UNWATCHED
from assent_engine.scheduling.words import MEANINGS, Reason
from assent_engine.scheduling.zone import owners_zone
from assent_schemas.statuses import PolicyStatus
from assent_schemas.wire import operations as ops
from assent_schemas.wire.frame import MOST_ON_A_PAGE
from assent_schemas.wire.triggers import (
    Forecast,
    ForecastAsked,
    OccurrencesAsked,
    OccurrenceTold,
    TriggersAsked,
    TriggerTold,
)
from assent_service.cli.output import warning_lines
from assent_service.cli.owner import everything, newest, owner
from assent_service.cli.text import shown
from assent_service.cli.views import listing, shortened


async def standings(home: Path | None, policy: str | None) -> list[TriggerTold]:
    """The triggers in force, of one policy or of all. Raises Refused."""
    async with owner(home) as of:
        return await everything(of, ops.LIST_TRIGGERS, TriggersAsked(policy=policy))


async def records(home: Path | None, policy: str | None, last: int) -> list[OccurrenceTold]:
    """The last records of due times, of one policy or of all, the newest last. Raises Refused."""
    limit = min(last, MOST_ON_A_PAGE)
    asked = OccurrencesAsked(policy=policy, limit=limit, newest=True)
    async with owner(home) as of:
        return await newest(of, ops.LIST_OCCURRENCES, asked, last)


async def foreseen(home: Path | None, days: int) -> Forecast:
    """All that is due within so many days. Raises Refused."""
    async with owner(home) as of:
        return await of.call(ops.FORECAST, ForecastAsked(days=days))


def triggers_view(found: Sequence[TriggerTold]) -> RenderableType:
    """A table of triggers."""
    if not found:
        return "No trigger is in force: nothing starts by itself."
    table = listing("policy", "trigger", "next")
    for one in found:
        table.add_row(Text(shown(one.policy)), Text(shown(one.when)), Text(_next(one)))
    return table


def history_view(found: Sequence[OccurrenceTold]) -> RenderableType:
    """A table of what became of due times."""
    if not found:
        return "Nothing was due yet."
    table = listing("due", "policy", "trigger", "became", "run")
    runs = [one.run_id for one in found if one.run_id]
    short = dict(zip(runs, shortened(runs), strict=True))
    for one in found:
        due = _local(one.due)
        several = f" to {_local(one.through)} ({one.count} times)" if one.count > 1 else ""
        run = short[one.run_id] if one.run_id else "-"
        told = (due + several, shown(one.policy), _by(one), _became(one), run)
        table.add_row(*map(Text, told))
    return table


def forecast_view(found: Forecast) -> RenderableType:
    """Due times to come."""
    under = [f"And more until {_local(found.until)}."] if found.more else []
    under += warning_lines(found.warnings)
    if not found.due:
        return "\n".join([f"Nothing is due until {_local(found.until)}.", *under])
    table = listing("due", "policy", "trigger")
    for one in found.due:
        when = Text(shown(one.when))
        table.add_row(Text(_local(one.due)), Text(shown(one.policy)), when)
    return Group(table, *under)


def _next(one: TriggerTold) -> str:
    if one.policy_status is PolicyStatus.DISABLED:
        return "disabled"
    if one.deaf is not None:
        return shown(f"never: {one.deaf.detail}")
    return "\n".join(_local(each) for each in one.next) or "-"


def _by(one: OccurrenceTold) -> str:
    """The trigger in words, or as the store names it; of a changed file, the file."""
    file = f": {one.file}" if one.file else ""
    return shown(f"{one.when or one.trigger}{file}")


def _became(one: OccurrenceTold) -> str:
    if one.status != "skipped":
        word = one.status.replace("_", " ")
        why = ": it changed while nothing watched" if one.reason == UNWATCHED else ""
        late = f", {timedelta(seconds=one.late_seconds)} late" if one.late_seconds else ""
        return f"{word}{late}{why}"
    why = MEANINGS[Reason(one.reason or "")]
    return shown(f"skipped: {why}{f' ({one.detail})' if one.detail else ''}")


def _local(at: str) -> str:
    return moment_words(moment(at), ZoneInfo(owners_zone()))
