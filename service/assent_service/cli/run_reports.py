"""How runs ended or where they stand, as data and on a terminal, and how to go on."""

import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from rich.console import Group, RenderableType

from assent_engine.interventions import OPEN
from assent_schemas.statuses import RunStatus
from assent_schemas.wire.inbox import Case
from assent_schemas.wire.runs import RunCase, RunDetail
from assent_service.cli.output import emit
from assent_service.cli.text import shown_json
from assent_service.cli.views import facts, status_text

_FINE = (RunStatus.COMPLETED, RunStatus.WAITING, RunStatus.PENDING)

ANSWER = "your answer"
"""What a run waits for that has asked its owner."""


def as_data(run: RunDetail) -> dict[str, Any]:
    """A run as data, with the ids of what waits for the owner."""
    return {
        "run_id": run.run_id,
        "status": run.status,
        "output": run.output,
        "error": run.error,
        "cause": run.cause,
        "interventions": [one.intervention_id for one in _open(run)],
    }


def tell_reports(runs: Sequence[RunDetail], *, as_json: bool, single: bool = False) -> NoReturn:
    """Say how runs ended; exit 1 unless each is done or waits."""
    data = [as_data(one) for one in runs]
    emit(data[0] if single else data, lambda: reports_view(runs), as_json=as_json)
    sys.exit(0 if all(one.status in _FINE for one in runs) else 1)


def stands_still(run: RunDetail) -> bool:
    """Whether a run neither ended nor goes on by itself."""
    return not run.status.ended and run.status is not RunStatus.WAITING


def reports_view(runs: Sequence[RunDetail]) -> RenderableType:
    """How runs ended or where they stand; what needs the owner, and how to settle it."""
    if not runs:
        return "No run is open."
    return Group(*(_report_view(one) for one in runs))


def _open(run: RunDetail) -> list[RunCase]:
    return [one for one in run.interventions if one.status == OPEN]


def _report_view(run: RunDetail) -> RenderableType:
    reason = f"{run.error}: {run.cause}" if run.cause else run.error
    output = None if run.output is None else shown_json(run.output, 1000)
    cases = _open(run)
    return facts(
        [
            ("run", run.run_id),
            ("status", status_text(run.status)),
            ("reason", reason),
            ("output", output),
            *[("settle", settling(one)) for one in cases],
            ("next", None if cases else _next(run)),
        ]
    )


def settling(case: RunCase | Case) -> str:
    """How the owner settles a case."""
    return f"assent inbox show {case.intervention_id} (choices: {', '.join(case.choices)})"


def _next(run: RunDetail) -> str | None:
    """What the person may do about a run that is not done."""
    if run.status is RunStatus.COMPLETED:
        return None
    if run.status.ended:
        return f"assent run show {run.run_id}, or on from where it failed: run redrive"
    if run.status is RunStatus.WAITING and ANSWER in (run.cause or ""):
        return "assent approvals list"
    if run.error == "policy.paused":
        return "assent resume"
    if run.error == "policy.disabled":
        return f"assent policy enable {run.policy_id}"
    return f"assent run resume {run.run_id}"
