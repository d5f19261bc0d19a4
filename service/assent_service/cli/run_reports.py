"""How runs ended or where they stand, as data and on a terminal, and how to go on."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from rich.console import Group, RenderableType

from assent_engine.interventions import OPEN
from assent_engine.runner import RunReport
from assent_engine.store import Reader
from assent_engine.store.rows import InterventionRow
from assent_schemas.statuses import RunStatus
from assent_service.cli.output import emit
from assent_service.cli.text import shown_json
from assent_service.cli.views import facts, status_text

_FINE = (RunStatus.COMPLETED, RunStatus.WAITING, RunStatus.PENDING)
OpenCases = Mapping[str, Sequence[InterventionRow]]
"""The cases that wait for the owner, by run."""


def as_data(report: RunReport, cases: Sequence[InterventionRow] = ()) -> dict[str, Any]:
    """A report as data, with the ids of what waits for the owner."""
    return {
        "run_id": report.run_id,
        "status": report.status,
        "output": report.output,
        "error": report.error,
        "cause": report.cause,
        "interventions": [one.id for one in cases],
    }


async def open_cases(reader: Reader) -> dict[str, list[InterventionRow]]:
    """What waits for the owner, by run."""
    found: dict[str, list[InterventionRow]] = {}
    for row in await reader.interventions():
        if row.status == OPEN:
            found.setdefault(row.run_id, []).append(row)
    return found


async def standing_still(reader: Reader, reports: Sequence[RunReport]) -> list[RunReport]:
    """The runs that wait for the owner and are not among these reports."""
    told = {one.run_id for one in reports}
    return [
        RunReport(row.id, row.status, None, row.error, row.cause)
        for row in await reader.runs(RunStatus.NEEDS_OWNER)
        if row.id not in told
    ]


def tell_reports(
    reports: Sequence[RunReport], cases: OpenCases, *, as_json: bool, single: bool = False
) -> NoReturn:
    """Say how runs ended; exit 1 unless each is done or waits."""
    data = [as_data(one, cases.get(one.run_id, ())) for one in reports]
    emit(data[0] if single else data, lambda: reports_view(reports, cases), as_json=as_json)
    sys.exit(0 if all(one.status in _FINE for one in reports) else 1)


def stands_still(report: RunReport) -> bool:
    """Whether a run neither ended nor goes on by itself."""
    return not report.status.ended and report.status is not RunStatus.WAITING


def reports_view(reports: Sequence[RunReport], cases: OpenCases | None = None) -> RenderableType:
    """How runs ended or where they stand; what needs the owner, and how to settle it."""
    if not reports:
        return "No run is open."
    return Group(*(_report_view(one, (cases or {}).get(one.run_id, ())) for one in reports))


def _report_view(report: RunReport, cases: Sequence[InterventionRow]) -> RenderableType:
    reason = f"{report.error}: {report.cause}" if report.cause else report.error
    output = None if report.output is None else shown_json(report.output, 1000)
    return facts(
        [
            ("run", report.run_id),
            ("status", status_text(report.status)),
            ("reason", reason),
            ("output", output),
            *[("settle", settling(one)) for one in cases],
            ("next", None if cases else _next(report)),
        ]
    )


def settling(case: InterventionRow) -> str:
    """How the owner settles a case."""
    return f"assent inbox show {case.id} (choices: {', '.join(case.choices)})"


def _next(report: RunReport) -> str | None:
    """What the person may do about a run that is not done."""
    if report.status is RunStatus.COMPLETED:
        return None
    verb = "show" if report.status.ended else "resume"
    return f"assent run {verb} {report.run_id}"
