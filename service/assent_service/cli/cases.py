"""How the cases of the inbox look, as data and on a terminal."""

from collections.abc import Sequence
from typing import Any

import msgspec
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from assent_engine.interventions import OPEN, Choice
from assent_schemas import exact_json
from assent_schemas.wire.inbox import Case, CaseDetail
from assent_service.cli.text import shown, shown_document
from assent_service.cli.views import facts, listing, shortened

LONGEST = 4000


def cases_view(cases: Sequence[Case], *, settled: bool) -> RenderableType:
    """A table of cases."""
    if not cases:
        return "No case was ever opened." if settled else "Nothing waits for you."
    table = listing("case", "run", "policy", "about", "since (UTC)", "choices")
    ids, runs = (
        shortened([one.intervention_id for one in cases]),
        shortened([one.run_id for one in cases]),
    )
    for name, run, case in zip(ids, runs, cases, strict=True):
        table.add_row(
            Text(name, no_wrap=True),
            Text(run, no_wrap=True),
            Text(shown(case.policy)),
            Text(shown(f"{case.code} {case.resource or ''}".strip())),
            Text(case.opened_at[:19].replace("T", " "), no_wrap=True),
            Text(", ".join(case.choices)) if case.status == OPEN else _settled(case),
        )
    return table


def case_view(case: CaseDetail) -> RenderableType:
    """One case: what happened, the exact call, what can be said, and what was."""
    parts: list[RenderableType] = [
        facts(
            [
                ("case", case.intervention_id),
                ("run", case.run_id),
                ("policy", case.policy),
                ("about", case.code),
                ("since", case.opened_at),
                ("decided", None if case.status == OPEN else _settled(case)),
                ("note", None if case.note is None else shown(case.note, LONGEST)),
            ]
        ),
        Text(f"\n{shown(case.text, LONGEST)}"),
    ]
    for title, call in _calls(case):
        parts += [Text(f"\n{title}", style="bold"), _json(call)]
    if case.result_schema is not None:
        schema = _json(case.result_schema)
        parts += [Text("\nWhat the result of `done` must be", style="bold"), schema]
    if case.status == OPEN:
        parts += [Text("\nChoices", style="bold"), _choices(case)]
    return Group(*parts)


def _calls(case: CaseDetail) -> list[tuple[str, dict[str, Any]]]:
    """The call in question and, where it was to reverse something, what was done."""
    about = case.about
    found = [("What was done", about["done"])] if "done" in about else []
    if about.get("resource") is not None:
        title = "The call that reverses it" if found else "The call in question"
        found.append((title, {key: about.get(key) for key in ("resource", "input")}))
    return found


def _choices(case: CaseDetail) -> RenderableType:
    rows = []
    for word, meaning in case.meanings.items():
        more = ' --note "..."' if word == Choice.DONE else ""
        more += " --result @FILE" if word == Choice.DONE and case.result_schema is not None else ""
        say = f"assent inbox resolve {case.intervention_id} {word}{more}"
        rows.append((word, f"{meaning}: {say}"))
    return Padding(facts(rows), (0, 0, 0, 2), expand=False)


def _settled(case: Case) -> Text:
    if case.choice is None:
        return Text(f"settled itself {case.closed_at}", "dim")
    who = f"by {case.decided_by} ({case.decided_how}), {case.closed_at}"
    return Text(shown(f"{case.choice} {who}"), "dim")


def _json(value: Any) -> RenderableType:
    """Exact and whole, in several lines."""
    text = msgspec.json.format(exact_json.encode(exact_json.plain(value)), indent=2).decode()
    lines = Text(shown_document(text), no_wrap=True, overflow="ignore")
    return Padding(lines, (0, 0, 0, 2), expand=False)
