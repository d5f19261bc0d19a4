"""How policies, runs and simulations look on a terminal."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from rich.console import Group, RenderableType
from rich.highlighter import JSONHighlighter
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from assent_engine import library
from assent_engine.reading import wording
from assent_engine.reading.failing import ON_COMPENSATION_FAILURE, ON_FAILURE
from assent_engine.reading.trigger_words import trigger_words
from assent_engine.registry import StepDeclaration, StepRegistry
from assent_engine.scheduling import keys
from assent_engine.simulate import Result
from assent_engine.validation import machines
from assent_schemas import exact_json
from assent_schemas.statuses import PolicyStatus, VersionStatus
from assent_schemas.wire.policies import PolicyDetail, PolicySummary
from assent_schemas.wire.runs import RunSummary
from assent_service.cli.considering import Considered
from assent_service.cli.places import place
from assent_service.cli.proof_view import tests_line
from assent_service.cli.reading_view import all_else, untold_view, what_counts
from assent_service.cli.text import shown, shown_document, shown_json
from assent_service.reading_order import in_reading_order

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


def policies_view(rows: Sequence[PolicySummary]) -> RenderableType:
    """A table of policies."""
    if not rows:
        return "No policies yet. Propose one: assent policy propose FILE"
    table = listing("policy", "id", "status", "in force", "waiting")
    ids = shortened([row.policy_id for row in rows])
    for name, row in zip(ids, rows, strict=True):
        waiting = [one for one, status in row.versions.items() if status == "proposed"]
        removed = row.status is PolicyStatus.REMOVED
        table.add_row(
            Text(shown(row.name)),
            Text(name, no_wrap=True),
            status_text(_stands(row) if row.active_version or removed else "not approved"),
            "-" if removed else row.active_version or "-",
            ", ".join(waiting) or "-",
        )
    return table


def _stands(row: PolicySummary) -> str:
    return "paused" if row.paused and row.status is PolicyStatus.ENABLED else row.status


def listing(*headings: str) -> Table:
    """A table that folds what is too wide, so that no part of a name is hidden."""
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def shortened(ids: Sequence[str]) -> list[str]:
    """The ids, cut to where they can still be told apart; commands take them so."""
    many = len(set(ids))
    length = next(
        (at for at in range(_SHORTEST, 36) if len({one[:at] for one in ids}) == many), None
    )
    return [one[:length] for one in ids]


def document_view(seen: Considered) -> RenderableType:
    """What the owner decides about: facts, its reading, what it calls, and the exact document."""
    told, document = seen.reading, seen.policy.document
    parts = [_about(seen.policy)]
    if seen.untold:
        parts.append(untold_view(seen.untold))
    parts += [what_counts(told)] if told else []
    parts += [Text("\nIt may call", style="bold"), _calls_view(document)]
    parts += [all_else(told)] if told else []
    return Group(*parts, Text("\nThe document", style="bold"), _exact(document))


def _about(one: PolicyDetail) -> RenderableType:
    document = one.document
    decided = f"{one.decision} by {one.decided_by}" if one.decision else "waits for you"
    return facts(
        [
            ("policy", Text(shown(document["name"]), style="bold")),
            ("id", one.policy_id),
            ("status", None if one.status is PolicyStatus.ENABLED else status_text(one.status)),
            ("version", one.version),
            ("in force", _in_force(one)),
            ("hash", one.hash),
            ("proposed", f"by {one.proposed_by}, {one.proposed_at}"),
            ("decision", decided),
            ("starts", _starts(document)),
            ("if it fails", _if_it_fails(document)),
            ("tests", tests_line(document)),
        ]
    )


def _exact(document: Any) -> Text:
    ordered = exact_json.encode(in_reading_order(document), as_ordered=True)
    text = msgspec.json.format(ordered, indent=2).decode()
    exact = Text(shown_document(text), no_wrap=True, overflow="ignore")
    JSONHighlighter().highlight(exact)
    return exact


def _in_force(one: PolicyDetail) -> str:
    match one.active_version:
        case None:
            return "no version yet"
        case one.version:
            return "this version"
        case other if one.version_status is VersionStatus.PROPOSED:
            return f"version {other}, which this one would replace"
        case other:
            return f"version {other}"


def _starts(document: Any) -> Text:
    """What is declared, a trigger a line; the service starts runs by it."""
    triggers = (trigger_words(keys.of_json(one)) for one in document.get("triggers", []))
    return Text("\n".join(shown_document(one) for one in (*triggers, "by hand")))


def _if_it_fails(document: Any) -> str:
    """What becomes of what a run did, as the document says or by default."""
    what = ON_FAILURE[document.get("on_failure", "compensate")]
    then = ON_COMPENSATION_FAILURE[document.get("on_compensation_failure", "continue")]
    return f"{what}; if that fails, {then}" if what == ON_FAILURE["compensate"] else what


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


def runs_view(rows: Sequence[RunSummary]) -> RenderableType:
    """A table of runs."""
    if not rows:
        return "No runs yet. Start one: assent run start POLICY"
    table = listing("run", "policy", "version", "status", "at", "started (UTC)")
    for start, row in zip(shortened([row.run_id for row in rows]), rows, strict=True):
        table.add_row(
            Text(start, no_wrap=True),
            Text(shown(row.policy)),
            row.version,
            status_text(row.status).append_text(_mark(row.open_interventions)),
            Text(shown(row.current_step or "")),
            Text(row.created_at[:19].replace("T", " "), no_wrap=True),
        )
    return table


def _mark(cases: int) -> Text:
    """What tells a run that needs the owner from the others."""
    return Text(f" (! {wording.counted(cases, 'case')} in the inbox)" if cases else "", "bold red")


def happenings() -> Table:
    """Rows of when, what and where, which stay whole, and what was said, which may wrap."""
    table = Table.grid(padding=(0, 2))
    for _ in range(3):
        table.add_column(no_wrap=True)
    for _ in range(2):
        table.add_column(overflow="fold")
    return table


def _subject(entry: dict[str, Any]) -> str:
    """What a happening of a simulation was about."""
    if entry["event"] == "items":
        return str(entry["reader"]["path"])
    if entry["event"] == "results":
        return "not written: a simulation"
    if entry["event"] == "would_reverse":
        return f"by {entry['resource']} {shown_json(entry['input'], 80)}: no stand-in for it"
    keys = ("policy", "resource", "title", "decision", "until")
    return next((str(entry[key]) for key in keys if entry.get(key)), "")


def _reversals(result: Result) -> Iterator[dict[str, Any]]:
    """What the simulation says of the end of each side effect that stood."""
    return (entry for entry in result.trace if "of" in entry)


def simulation_view(result: Result) -> RenderableType:
    """How a simulated run went, step by step."""
    table = happenings()
    done = {one["scope"]: (one["of"]["scope"], one["of"]["key"]) for one in _reversals(result)}
    for entry in result.trace:
        said = _subject(entry)
        answer = entry.get("error") or entry.get("because") or ""
        answer = shown_json(entry["ok"], 80) if "ok" in entry else answer
        if "count" in entry:
            answer = f"{entry['count']} items"
        where = place(entry["scope"], entry["key"], done)
        table.add_row(
            Text(entry["at"][11:23], "dim"),
            entry["event"].replace("_", " "),
            Text(where),
            Text(shown(said)),
            Text(shown(answer), "dim"),
        )
    reason = f"{result.error}: {result.cause}" if result.error else None
    output = shown_json(result.output, 1000) if result.output is not None else None
    end = facts([("status", status_text(result.status)), ("reason", reason), ("output", output)])
    return Group(table, Text(), end)
