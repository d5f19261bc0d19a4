"""assent inbox: the cases that only you can settle: listed, shown, resolved."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assent_service.cli.options import JSON, standard

if TYPE_CHECKING:
    from assent_engine.interventions import Choice, Decision
    from assent_engine.runner import RunReport
    from assent_engine.store.rows import InterventionRow
    from assent_service.cli.cases import Case
    from assent_service.cli.run_reports import OpenCases


class ChoiceWord(click.ParamType["Choice"]):
    """One of the words by which a case is settled."""

    name = "choice"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> "Choice":
        from assent_engine.interventions import Choice
        from assent_schemas.spelling import did_you_mean

        known = [one.value for one in Choice]
        if value not in known:
            listed = f"The choices are {', '.join(known)}."
            self.fail(f"No such choice {value!r}. {did_you_mean(value, known, listed)}", param, ctx)
        return Choice(value)


@click.group()
def inbox() -> None:
    """List, show and resolve what only you can settle."""


@inbox.command("list")
@click.option("--all", "settled", is_flag=True, help="Also what is settled.")
@standard
def list_cases(settled: bool, home: Path | None, as_json: bool) -> None:
    """List the cases that wait for you."""
    from assent_service.cli.cases import cases_view, facts_of
    from assent_service.cli.output import emit

    cases = [one for one in asyncio.run(_cases(home)) if settled or one.open]
    data = [facts_of(one) for one in cases]
    emit(data, lambda: cases_view(cases, settled=settled), as_json=as_json)


@inbox.command()
@click.argument("case")
@standard
def show(case: str, home: Path | None, as_json: bool) -> None:
    """Show the call in question and what each choice means.

    CASE is an id from the list, or how it begins.
    """
    from assent_engine.interventions import choose_intervention, meanings
    from assent_service.cli.cases import case_view, facts_of, result_schema
    from assent_service.cli.output import emit

    cases = {one.row.id: one for one in asyncio.run(_cases(home))}
    found = cases[choose_intervention([one.row for one in cases.values()], case).id]
    schema = result_schema(found.row)
    said = {str(word): meaning for word, meaning in meanings(found.row.code).items()}
    data = {**facts_of(found), "about": found.row.about, "meanings": said}
    if schema is not None:
        data["result_schema"] = schema
    emit(data, lambda: case_view(found, said, schema), as_json=as_json)


@inbox.command()
@click.argument("case")
@click.argument("choice", type=ChoiceWord())
@click.option("--note", help="Why; for `done`, how you know.")
@click.option("--result", type=JSON, help="For `done`: what the step gave, as JSON or @FILE.")
@click.option("--later", is_flag=True, help="Only record the decision; the run stays as it is.")
@standard
def resolve(
    case: str,
    choice: "Choice",
    note: str | None,
    result: Any,
    later: bool,
    home: Path | None,
    as_json: bool,
) -> None:
    """Decide a case, once and for good, and go on with its run.

    CASE is an id from the list, or how it begins; CHOICE one of its choices. Exits 1 if the run
    still stands.
    """
    from assent_engine.interventions import Decision
    from assent_service.cli.opening import person

    if result is not None and choice != "done":
        raise click.UsageError("Only with `done` the run needs a --result.")
    decision = Decision(choice, person(), "cli", note, result)
    resolved = _resolved(home, case, decision, later=later, silent=as_json)
    _tell(*asyncio.run(resolved), decision, as_json)


async def _resolved(
    home: Path | None, case: str, decision: "Decision", *, later: bool, silent: bool
) -> "tuple[InterventionRow, RunReport | None, OpenCases]":
    from assent_engine.interventions import choose_intervention
    from assent_service.cli.opening import acting
    from assent_service.cli.progress import live
    from assent_service.cli.run_reports import open_cases

    with live(silent=silent) as tell:
        async with acting(home, tell) as engine:
            row = choose_intervention(await engine.store.read.interventions(), case)
            await engine.inbox.resolve(row.id, decision)
            report = None if later else await engine.runs.resume(row.run_id)
            return row, report, await open_cases(engine.store.read)


def _tell(
    row: "InterventionRow",
    report: "RunReport | None",
    cases: "OpenCases",
    decision: "Decision",
    as_json: bool,
) -> None:
    from assent_service.cli.output import emit
    from assent_service.cli.run_reports import as_data, reports_view, stands_still
    from assent_service.cli.views import facts

    decided = {"intervention_id": row.id, "run_id": row.run_id, "choice": decision.choice}
    if report is None:
        rows = [("decided", decision.choice.value), ("next", f"assent run resume {row.run_id}")]
        emit({**decided, "run": None}, lambda: facts(rows), as_json=as_json)
        return
    data = {**decided, "run": as_data(report, cases.get(row.run_id, ()))}
    emit(data, lambda: reports_view([report], cases), as_json=as_json)
    sys.exit(1 if stands_still(report) else 0)


async def _cases(home: Path | None) -> "list[Case]":
    from assent_service.cli.cases import Case
    from assent_service.cli.opening import reading

    async with reading(home) as reader:
        names = {row.policy_id: row.name for row in await reader.policies()}
        policies = {row.id: names.get(row.policy_id, "?") for row in await reader.runs()}
        rows = await reader.interventions()
        return [Case(row, policies.get(row.run_id, "?")) for row in rows]
