"""assent inbox: the cases that only you can settle: listed, shown, resolved."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assent_service.cli.options import JSON, standard

if TYPE_CHECKING:
    from assent_engine.interventions import Choice
    from assent_schemas.wire.inbox import Case, Resolved, Resolving
    from assent_schemas.wire.runs import RunDetail


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
    from assent_service.cli.cases import cases_view
    from assent_service.cli.output import emit

    cases = asyncio.run(_cases(home, settled=settled))
    data = [_facts(one) for one in cases]
    emit(data, lambda: cases_view(cases, settled=settled), as_json=as_json)


async def _cases(home: Path | None, *, settled: bool) -> "list[Case]":
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.inbox import CasesAsked
    from assent_service.cli.owner import everything, owner

    async with owner(home) as to:
        return await everything(to, ops.LIST_CASES, CasesAsked(settled=settled))


@inbox.command()
@click.argument("case")
@standard
def show(case: str, home: Path | None, as_json: bool) -> None:
    """Show the call in question and what each choice means.

    CASE is an id from the list, or how it begins.
    """
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.inbox import CaseAsked, CaseDetail
    from assent_service.cli.cases import case_view
    from assent_service.cli.output import emit
    from assent_service.cli.owner import owner

    async def look() -> CaseDetail:
        async with owner(home) as to:
            return await to.call(ops.SHOW_CASE, CaseAsked(case=case))

    found = asyncio.run(look())
    data = {**_facts(found), "about": found.about, "meanings": found.meanings}
    if found.result_schema is not None:
        data["result_schema"] = found.result_schema
    emit(data, lambda: case_view(found), as_json=as_json)


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
    from assent_schemas.wire.inbox import Resolving

    if result is not None and choice != "done":
        raise click.UsageError("Only with `done` the run needs a --result.")
    asked = Resolving(case=case, choice=choice.value, note=note, result=result, later=later)
    _tell(*asyncio.run(_resolved(home, asked, silent=as_json)), as_json)


async def _resolved(
    home: Path | None, asked: "Resolving", *, silent: bool
) -> "tuple[Resolved, RunDetail | None]":
    from assent_schemas.wire import operations as ops
    from assent_service.cli.following import following
    from assent_service.cli.owner import owner

    async with owner(home, acts=True) as to, following(to, silent=silent) as seen:
        said = await to.call(ops.RESOLVE_CASE, asked)
        runs = await seen.until_they_stop([said.run] if said.run else [])
        return said, runs[0] if runs else None


def _tell(said: "Resolved", run: "RunDetail | None", as_json: bool) -> None:
    from assent_service.cli.output import emit
    from assent_service.cli.run_reports import as_data, reports_view, stands_still
    from assent_service.cli.views import facts

    names = ("intervention_id", "run_id", "choice")
    decided = {name: getattr(said, name) for name in names}
    if run is None:
        rows = [("decided", said.choice), ("next", f"assent run resume {said.run_id}")]
        emit({**decided, "run": None}, lambda: facts(rows), as_json=as_json)
        return
    emit({**decided, "run": as_data(run)}, lambda: reports_view([run]), as_json=as_json)
    sys.exit(1 if stands_still(run) else 0)


def _facts(case: "Case") -> dict[str, Any]:
    """A case as data."""
    from assent_schemas.wire.inbox import Case

    return {name: getattr(case, name) for name in Case.model_fields if name != "resource"}
