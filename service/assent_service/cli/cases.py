"""How the cases of the inbox look, as data and on a terminal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from assent_engine import library
from assent_engine.interventions import OPEN, Choice
from assent_engine.registry import StepRegistry
from assent_engine.store.rows import InterventionRow
from assent_schemas import exact_json
from assent_service.cli.text import shown, shown_document
from assent_service.cli.views import facts, listing, shortened

LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Case:
    """An intervention with the name of the policy whose run it is about."""

    row: InterventionRow
    policy: str

    @property
    def open(self) -> bool:
        return self.row.status == OPEN


def facts_of(case: Case) -> dict[str, Any]:
    """A case as data."""
    row = case.row
    return {
        "intervention_id": row.id,
        "run_id": row.run_id,
        "policy": case.policy,
        "code": row.code,
        "subject": row.subject,
        "text": row.text,
        "choices": row.choices,
        "status": row.status,
        "choice": row.choice,
        "note": row.note,
        "result": row.result,
        "decided_by": row.decided_by,
        "decided_how": row.decided_how,
        "opened_at": row.opened_at,
        "closed_at": row.closed_at,
    }


def result_schema(row: InterventionRow) -> dict[str, Any] | None:
    """JSON Schema of the result that `done` has to give; None where none is asked for."""
    if row.code != "effect.unsure":
        return None
    library.load()
    step = StepRegistry.shared().step(row.about.get("resource", ""))
    return None if step is None else step.output_schema


def cases_view(cases: Sequence[Case], *, settled: bool) -> RenderableType:
    """A table of cases."""
    if not cases:
        return "No case was ever opened." if settled else "Nothing waits for you."
    table = listing("case", "run", "policy", "about", "since (UTC)", "choices")
    ids, runs = (
        shortened([one.row.id for one in cases]),
        shortened([one.row.run_id for one in cases]),
    )
    for name, run, case in zip(ids, runs, cases, strict=True):
        row = case.row
        table.add_row(
            Text(name, no_wrap=True),
            Text(run, no_wrap=True),
            Text(shown(case.policy)),
            Text(shown(f"{row.code} {row.about.get('resource') or ''}".strip())),
            Text(row.opened_at[:19].replace("T", " "), no_wrap=True),
            Text(", ".join(row.choices)) if case.open else _settled(row),
        )
    return table


def case_view(
    case: Case, meanings: Mapping[str, str], schema: dict[str, Any] | None
) -> RenderableType:
    """One case: what happened, the exact call, what can be said, and what was."""
    row = case.row
    parts: list[RenderableType] = [
        facts(
            [
                ("case", row.id),
                ("run", row.run_id),
                ("policy", case.policy),
                ("about", row.code),
                ("since", row.opened_at),
                ("decided", None if case.open else _settled(row)),
                ("note", None if row.note is None else shown(row.note, LONGEST)),
            ]
        ),
        Text(f"\n{shown(row.text, LONGEST)}"),
    ]
    for title, call in _calls(row):
        parts += [Text(f"\n{title}", style="bold"), _json(call)]
    if schema is not None:
        parts += [Text("\nWhat the result of `done` must be", style="bold"), _json(schema)]
    if case.open:
        parts += [Text("\nChoices", style="bold"), _choices(row, meanings, schema)]
    return Group(*parts)


def _calls(row: InterventionRow) -> list[tuple[str, dict[str, Any]]]:
    """The call in question and, where it was to reverse something, what was done."""
    about = row.about
    found = [("What was done", about["done"])] if "done" in about else []
    if about.get("resource") is not None:
        title = "The call that reverses it" if found else "The call in question"
        found.append((title, {key: about.get(key) for key in ("resource", "input")}))
    return found


def _choices(
    row: InterventionRow, meanings: Mapping[str, str], schema: dict[str, Any] | None
) -> RenderableType:
    rows = []
    for word, meaning in meanings.items():
        more = ' --note "..."' if word == Choice.DONE else ""
        more += " --result @FILE" if word == Choice.DONE and schema is not None else ""
        rows.append((word, f"{meaning}: assent inbox resolve {row.id} {word}{more}"))
    return Padding(facts(rows), (0, 0, 0, 2), expand=False)


def _settled(row: InterventionRow) -> Text:
    if row.choice is None:
        return Text(f"settled itself {row.closed_at}", "dim")
    who = f"by {row.decided_by} ({row.decided_how}), {row.closed_at}"
    return Text(shown(f"{row.choice} {who}"), "dim")


def _json(value: Any) -> RenderableType:
    """Exact and whole, in several lines."""
    text = msgspec.json.format(exact_json.encode(exact_json.plain(value)), indent=2).decode()
    lines = Text(shown_document(text), no_wrap=True, overflow="ignore")
    return Padding(lines, (0, 0, 0, 2), expand=False)
