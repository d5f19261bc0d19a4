"""How one run looks: its timeline, what it did to the outside, what became of that."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from assent_engine.effects import UNDO
from assent_engine.interventions import OPEN
from assent_engine.notices import Notice
from assent_engine.runner.unknown import Doubt
from assent_engine.saga import Settled
from assent_engine.store.records import JournalEntry, SagaEntry
from assent_engine.store.rows import InterventionRow, RunRow
from assent_service.cli.places import place
from assent_service.cli.run_reports import settling
from assent_service.cli.text import shown
from assent_service.cli.views import facts, happenings, status_text

_BECAME = {
    Settled.COMPENSATED: "reversed",
    Settled.MARKED: "reversed otherwise, as you said",
    Settled.KEPT: "kept",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A run with all that is recorded about it."""

    row: RunRow
    journal: Sequence[JournalEntry]
    saga: Sequence[SagaEntry]
    cases: Sequence[InterventionRow]
    notices: Sequence[Notice]
    unknown: Sequence[Doubt] = ()


def run_view(seen: Seen) -> RenderableType:
    """One run: facts, timeline, what it did to the outside, what needs or was told the owner."""
    parts: list[RenderableType] = [
        _facts(seen.row),
        Text("\nTimeline", style="bold"),
        _timeline(seen.journal),
    ]
    if seen.saga:
        parts += [Text("\nDone to the outside", style="bold"), saga_view(seen.saga, seen.row.id)]
    if seen.unknown:
        title = "It may have happened, and is kept"
        parts += [Text(f"\n{title}", style="bold"), _unknown_view(seen.unknown)]
    if seen.cases:
        parts += [Text("\nInbox", style="bold"), _cases(seen.cases)]
    if seen.notices:
        told = [Text(f"  {shown(notice.text)}") for notice in seen.notices]
        parts += [Text("\nNotices", style="bold"), *told]
    return Group(*parts)


def _facts(row: RunRow) -> RenderableType:
    reason = f"{row.error}: {row.cause}" if row.cause else row.error
    return facts(
        [
            ("run", row.id),
            ("status", status_text(row.status)),
            ("reason", reason),
            ("policy", f"{row.policy_id}, version {row.policy_version}"),
            ("at", row.current_step),
            ("called by", row.parent_run),
            ("started", row.created_at),
            ("changed", row.updated_at),
        ]
    )


def _timeline(journal: Sequence[JournalEntry]) -> RenderableType:
    table = happenings()
    done = {f"{UNDO}{one.seq}/": (one.scope, one.key) for one in journal if one.kind == "step"}
    for one in journal:
        where, said = place(one.scope, one.key, done), shown(one.data, 100)
        table.add_row(Text(one.at[11:23], "dim"), one.kind, Text(where), Text(said, "dim"), "")
    return Padding(table, (0, 0, 0, 2), expand=False)


def saga_view(saga: Sequence[SagaEntry], run_id: str) -> RenderableType:
    """Side effects with where and with what they were called, and what became of them.

    What other runs did than this one says which.
    """
    table = Table.grid(padding=(0, 2))
    for _ in range(4):
        table.add_column(overflow="fold")
    for one in saga:
        where, became = place("", one.key), Text(shown(_became(one)), "dim")
        where += "" if one.run_id == run_id else f" (called run {one.run_id[:8]})"
        table.add_row(one.resource, Text(where), Text(shown(one.input, 100)), became)
    return Padding(table, (0, 0, 0, 2), expand=False)


def _unknown_view(unknown: Sequence[Doubt]) -> RenderableType:
    rows = [(one.resource, place(one.scope, one.key).strip()) for one in unknown]
    return Padding(facts(rows), (0, 0, 0, 2), expand=False)


def _became(entry: SagaEntry) -> str:
    settled = _BECAME[Settled(entry.settled)] if entry.settled else ""
    if entry.compensation is None:
        return f"{settled or 'stands'}: {entry.irreversible}"
    return settled or f"can be reversed by {entry.compensation}"


def _cases(cases: Sequence[InterventionRow]) -> RenderableType:
    rows = [(one.code, settling(one) if one.status == OPEN else _decided(one)) for one in cases]
    return Padding(facts(rows), (0, 0, 0, 2), expand=False)


def _decided(case: InterventionRow) -> str:
    if case.choice is None:
        return f"settled itself {case.closed_at}"
    note = f": {case.note}" if case.note else ""
    return f"{case.choice} by {case.decided_by} ({case.decided_how}), {case.closed_at}{note}"
