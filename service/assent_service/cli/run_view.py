"""How one run looks: its timeline, what it did to the outside, what became of that."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from assent_engine.effects import UNDO
from assent_engine.interventions import OPEN
from assent_engine.saga import Settled
from assent_schemas import exact_json
from assent_schemas.wire.runs import Happening, MayHaveHappened, RunCase, RunDetail, SideEffect
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

    run: RunDetail
    journal: Sequence[Happening]


def run_view(seen: Seen) -> RenderableType:
    """One run: facts, timeline, what it did to the outside, what needs or was told the owner."""
    run = seen.run
    parts: list[RenderableType] = [
        _facts(run),
        Text("\nTimeline", style="bold"),
        _timeline(seen.journal),
    ]
    if run.saga_log:
        parts += [Text("\nDone to the outside", style="bold"), saga_view(run.saga_log, run.run_id)]
    if run.may_have_happened:
        title = "It may have happened, and is kept"
        parts += [Text(f"\n{title}", style="bold"), _unknown_view(run.may_have_happened)]
    if run.interventions:
        parts += [Text("\nInbox", style="bold"), _cases(run.interventions)]
    if run.notices:
        told = [Text(f"  {shown(notice)}") for notice in run.notices]
        parts += [Text("\nNotices", style="bold"), *told]
    return Group(*parts)


def _facts(run: RunDetail) -> RenderableType:
    reason = f"{run.error}: {run.cause}" if run.cause else run.error
    return facts(
        [
            ("run", run.run_id),
            ("status", status_text(run.status)),
            ("reason", reason),
            ("policy", f"{run.policy_id}, version {run.version}"),
            ("at", run.current_step),
            ("called by", run.parent_run),
            ("started", run.created_at),
            ("changed", run.updated_at),
        ]
    )


def _timeline(journal: Sequence[Happening]) -> RenderableType:
    table = happenings()
    done = {f"{UNDO}{one.seq}/": (one.scope, one.key) for one in journal if one.kind == "step"}
    for one in journal:
        where, said = place(one.scope, one.key, done), _json(one.data)
        table.add_row(Text(one.at[11:23], "dim"), one.kind, Text(where), Text(said, "dim"), "")
    return Padding(table, (0, 0, 0, 2), expand=False)


def saga_view(saga: Sequence[SideEffect], run_id: str) -> RenderableType:
    """Side effects with where and with what they were called, and what became of them.

    What other runs did than this one says which.
    """
    table = Table.grid(padding=(0, 2))
    for _ in range(4):
        table.add_column(overflow="fold")
    for one in saga:
        where, became = place("", one.key), Text(shown(_became(one)), "dim")
        where += "" if one.run_id == run_id else f" (called run {one.run_id[:8]})"
        table.add_row(one.resource, Text(where), Text(_json(one.input)), became)
    return Padding(table, (0, 0, 0, 2), expand=False)


def _json(value: object) -> str:
    """A record in one line, its keys as they stood."""
    return shown(exact_json.encode(value, as_ordered=True).decode(), 100)


def _unknown_view(unknown: Sequence[MayHaveHappened]) -> RenderableType:
    rows = [(one.resource, place(one.scope, one.key).strip()) for one in unknown]
    return Padding(facts(rows), (0, 0, 0, 2), expand=False)


def _became(entry: SideEffect) -> str:
    settled = _BECAME[Settled(entry.settled)] if entry.settled else ""
    if entry.compensation is None:
        return f"{settled or 'stands'}: {entry.irreversible}"
    return settled or f"can be reversed by {entry.compensation}"


def _cases(cases: Sequence[RunCase]) -> RenderableType:
    rows = [(one.code, settling(one) if one.status == OPEN else _decided(one)) for one in cases]
    return Padding(facts(rows), (0, 0, 0, 2), expand=False)


def _decided(case: RunCase) -> str:
    if case.choice is None:
        return f"settled itself {case.closed_at}"
    note = f": {case.note}" if case.note else ""
    return f"{case.choice} by {case.decided_by} ({case.decided_how}), {case.closed_at}{note}"
