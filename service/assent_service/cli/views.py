"""How policies, runs and simulations look on a terminal."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from rich.console import Group, RenderableType
from rich.highlighter import JSONHighlighter
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from assent_engine import library
from assent_engine.notices import Notice
from assent_engine.registry import StepDeclaration, StepRegistry
from assent_engine.runner import RunReport
from assent_engine.simulate import Result
from assent_engine.store.records import JournalEntry, SagaEntry
from assent_engine.store.rows import ALL, ApprovalRow, PauseRow, PolicyRow, RunRow, VersionRow
from assent_engine.validation import machines
from assent_schemas import exact_json
from assent_schemas.statuses import PolicyStatus, RunStatus, VersionStatus
from assent_service.cli.places import place
from assent_service.cli.reading_order import in_reading_order
from assent_service.cli.text import shown, shown_document, shown_json

_SHORTEST = 8
_COLOURS = defaultdict(
    lambda: "yellow",
    {
        "COMPLETED": "green",
        "FAILED": "red",
        "TIMED_OUT": "red",
        "enabled": "green",
        "approved": "green",
        "rejected": "red",
        "NEEDS_OWNER": "bold red",
    },
)


def status_text(status: str) -> Text:
    """A status word in its colour."""
    return Text(str(status), style=_COLOURS[str(status)])


def facts(rows: Iterable[tuple[str, object]]) -> Table:
    """Names and values in two columns."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, value in rows:
        if value is not None:
            table.add_row(name, value if isinstance(value, Text) else Text(shown(value)))
    return table


def policies_view(
    rows: Sequence[tuple[PolicyRow, Sequence[VersionRow]]], pauses: Sequence[PauseRow] = ()
) -> RenderableType:
    """A table of policies."""
    if not rows:
        return "No policies yet. Propose one: assent policy propose FILE"
    table = _listing("policy", "id", "status", "in force", "waiting")
    ids = _short([row.policy_id for row, _ in rows])
    for name, (row, versions) in zip(ids, rows, strict=True):
        waiting = ", ".join(one.version for one in versions if one.status == "proposed")
        removed = row.status is PolicyStatus.REMOVED
        table.add_row(
            Text(shown(row.name)),
            Text(name, no_wrap=True),
            status_text(_stands(row, pauses) if row.active_version or removed else "not approved"),
            "-" if removed else row.active_version or "-",
            waiting or "-",
        )
    return table


def _stands(row: PolicyRow, pauses: Sequence[PauseRow]) -> str:
    paused = any(one.subject in (ALL, row.policy_id) for one in pauses)
    return "paused" if paused and row.status is PolicyStatus.ENABLED else row.status


def _listing(*headings: str) -> Table:
    """A table that folds what is too wide, so that no part of a name is hidden."""
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _short(ids: Sequence[str]) -> list[str]:
    """The ids, cut to where they can still be told apart; commands take them so."""
    length = next(
        (at for at in range(_SHORTEST, 36) if len({one[:at] for one in ids}) == len(ids)), None
    )
    return [one[:length] for one in ids]


def document_view(
    row: PolicyRow, version: VersionRow, approval: ApprovalRow | None
) -> RenderableType:
    """What the owner decides about: facts, what it calls, and the exact document."""
    document = exact_json.parse(version.document)
    decided = f"{approval.decision} by {approval.decided_by}" if approval else "waits for you"
    about = facts(
        [
            ("policy", Text(shown(document["name"]), style="bold")),
            ("id", row.policy_id),
            ("status", None if row.status is PolicyStatus.ENABLED else status_text(row.status)),
            ("version", version.version),
            ("in force", _in_force(row, version)),
            ("hash", version.hash),
            ("proposed", f"by {version.proposed_by}, {version.proposed_at}"),
            ("decision", decided),
            ("starts", _starts(document)),
        ]
    )
    ordered = exact_json.encode(in_reading_order(document), as_ordered=True)
    text = msgspec.json.format(ordered, indent=2).decode()
    exact = Text(shown_document(text), no_wrap=True, overflow="ignore")
    JSONHighlighter().highlight(exact)
    calls = _calls_view(document)
    headings = [Text(f"\n{title}", style="bold") for title in ("It may call", "The document")]
    return Group(about, headings[0], calls, headings[1], exact)


def _in_force(row: PolicyRow, version: VersionRow) -> str:
    match row.active_version:
        case None:
            return "no version yet"
        case version.version:
            return "this version"
        case other if version.status is VersionStatus.PROPOSED:
            return f"version {other}, which this one would replace"
        case other:
            return f"version {other}"


def _starts(document: Any) -> str:
    """What is declared; this version starts runs only by hand."""
    triggers = document.get("triggers", [])
    declared = ", ".join(
        " ".join(str(value) for key, value in sorted(one.items(), reverse=True) if key != "comment")
        for one in triggers
    )
    return f"{declared} (declared; by hand in this version)" if declared else "by hand"


def _effect(step: StepDeclaration) -> str:
    if step.compensation is None:
        return f"{step.description} (irreversible: {step.irreversible})"
    return f"{step.description} (can be undone by {step.compensation.resource})"


def _calls_view(document: Any) -> RenderableType:
    """Every resource the policy reaches, side effects first."""
    library.load()
    registry = StepRegistry.shared()
    table = Table.grid(padding=(0, 2))
    for name in sorted(_reached(document, registry), key=lambda one: _rank(one, registry)):
        step, macro = registry.step(name), registry.macro(name)
        if step and step.side_effect:
            table.add_row(Text(f"acts, {step.risk} risk", "bold red"), name, Text(_effect(step)))
        elif step:
            table.add_row(Text("reads", "green"), name, Text(step.description))
        elif macro:
            table.add_row(Text("macro", "yellow"), name, Text(macro.description))
    return Padding(table, (0, 0, 0, 2), expand=False)


def _rank(name: str, registry: StepRegistry) -> tuple[bool, str]:
    step = registry.step(name)
    return not (step and step.side_effect), name


def _reached(document: Any, registry: StepRegistry) -> set[str]:
    found: set[str] = set()
    for _, machine in machines(document):
        for state in machine["states"].values():
            if (name := state.get("resource")) and name not in found:
                found.add(name)
                if macro := registry.macro(name):
                    found |= _reached(macro.document, registry)
    return found


def runs_view(rows: Sequence[tuple[RunRow, str]]) -> RenderableType:
    """A table of runs."""
    if not rows:
        return "No runs yet. Start one: assent run start POLICY"
    table = _listing("run", "policy", "version", "status", "at", "started (UTC)")
    for start, (row, name) in zip(_short([row.id for row, _ in rows]), rows, strict=True):
        table.add_row(
            Text(start, no_wrap=True),
            Text(shown(name)),
            row.policy_version,
            status_text(row.status),
            Text(shown(row.current_step or "")),
            Text(row.created_at[:19].replace("T", " "), no_wrap=True),
        )
    return table


def reports_view(reports: Sequence[RunReport]) -> RenderableType:
    """How runs ended or where they stand."""
    if not reports:
        return "No run is open."
    return Group(*(_report_view(one) for one in reports))


def _report_view(report: RunReport) -> RenderableType:
    reason = f"{report.error}: {report.cause}" if report.cause else report.error
    output = None if report.output is None else shown_json(report.output, 1000)
    return facts(
        [
            ("run", report.run_id),
            ("status", status_text(report.status)),
            ("reason", reason),
            ("output", output),
            ("next", _next(report)),
        ]
    )


def _next(report: RunReport) -> str | None:
    """What the person may do about a run that is not done."""
    if report.status is RunStatus.COMPLETED:
        return None
    verb = "show" if report.status.ended else "resume"
    return f"assent run {verb} {report.run_id}"


def run_view(
    row: RunRow,
    journal: Sequence[JournalEntry],
    saga: Sequence[SagaEntry],
    notices: Sequence[Notice],
) -> RenderableType:
    """One run: facts, timeline, what it did to the outside, what the owner was told."""
    reason = f"{row.error}: {row.cause}" if row.cause else row.error
    about = facts(
        [
            ("run", row.id),
            ("status", status_text(row.status)),
            ("reason", reason),
            ("policy", f"{row.policy_id}, version {row.policy_version}"),
            ("at", row.current_step),
            ("started", row.created_at),
            ("changed", row.updated_at),
        ]
    )
    parts: list[RenderableType] = [about, Text("\nTimeline", style="bold"), _timeline(journal)]
    if saga:
        parts += [Text("\nDone to the outside", style="bold"), _saga_view(saga)]
    if notices:
        told = [Text(f"  {shown(notice.text)}") for notice in notices]
        parts += [Text("\nNotices", style="bold"), *told]
    return Group(*parts)


def _timeline(journal: Sequence[JournalEntry]) -> RenderableType:
    table = _happenings()
    for one in journal:
        where, said = place(one.scope, one.key), shown(one.data, 100)
        table.add_row(Text(one.at[11:23], "dim"), one.kind, Text(where), Text(said, "dim"), "")
    return Padding(table, (0, 0, 0, 2), expand=False)


def _happenings() -> Table:
    """Rows of when, what and where, which stay whole, and what was said, which may wrap."""
    table = Table.grid(padding=(0, 2))
    for _ in range(3):
        table.add_column(no_wrap=True)
    for _ in range(2):
        table.add_column(overflow="fold")
    return table


def _saga_view(saga: Sequence[SagaEntry]) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for _ in range(3):
        table.add_column(overflow="fold")
    for one in saga:
        reversal = f"can be undone by {one.compensation}" if one.compensation else None
        undo = reversal or one.irreversible or ""
        table.add_row(one.resource, Text(shown(one.input, 100)), Text(shown(undo), "dim"))
    return Padding(table, (0, 0, 0, 2), expand=False)


def _about(entry: dict[str, Any]) -> str:
    """What a happening of a simulation was about."""
    if entry["event"] == "items":
        return str(entry["reader"]["path"])
    if entry["event"] == "results":
        return "not written: a simulation"
    keys = ("policy", "resource", "title", "decision", "until")
    return next((str(entry[key]) for key in keys if entry.get(key)), "")


def simulation_view(result: Result) -> RenderableType:
    """How a simulated run went, step by step."""
    table = _happenings()
    for entry in result.trace:
        said = _about(entry)
        answer = entry.get("error") or (shown_json(entry["ok"], 80) if "ok" in entry else "")
        if "count" in entry:
            answer = f"{entry['count']} items"
        where = place(entry["scope"], entry["key"])
        table.add_row(
            Text(entry["at"][11:23], "dim"),
            entry["event"],
            Text(where),
            Text(shown(said)),
            Text(shown(answer), "dim"),
        )
    reason = f"{result.error}: {result.cause}" if result.error else None
    output = shown_json(result.output, 1000) if result.output is not None else None
    end = facts([("status", status_text(result.status)), ("reason", reason), ("output", output)])
    return Group(table, Text(), end)
