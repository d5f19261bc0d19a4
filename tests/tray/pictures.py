"""States, looks and things to decide, for tests."""

from datetime import UTC, datetime

from assent_schemas.statuses import RunStatus
from assent_schemas.wire.approvals import Approval
from assent_schemas.wire.inbox import CaseDetail
from assent_schemas.wire.policies import Pause
from assent_schemas.wire.runs import RunSummary
from assent_schemas.wire.service import Status
from assent_tray.asks import Examine, Quit
from assent_tray.face import Face, Mood
from assent_tray.ports import Item, Look

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
LATER = "2026-07-03T16:00:00.000Z"
HOSTILE = "Evil\x1b[31m<b>\u202ecba\nnext\u200bline\U000e0041\u3164 " + "x" * 500
LOOK = Look(
    Face(Mood.NEEDS_YOU, 2),
    "2 approvals",
    (
        Item("headline", "2 approvals"),
        Item("line"),
        Item("more", "More_of it", inside=(Item("doctor", "Look", Examine()),)),
        Item("quit", "Quit", Quit()),
    ),
)


def approval(name: str = "Greeter", digest: str = "a" * 64, **more: object) -> Approval:
    about = {"id": f"id-{name}", "kind": "policy", "what": name, "who": "agent", "until": LATER}
    return Approval.model_validate({**about, "hash": digest, "version": "1.0.0", **more})


def run(name: str = "Greeter", status: RunStatus = RunStatus.RUNNING, **more: object) -> RunSummary:
    about = {
        "run_id": f"run-{name}",
        "policy_id": f"id-{name}",
        "policy": name,
        "version": "1.0.0",
        "status": status,
        "current_step": "First",
        "error": None,
        "cause": None,
        "parent_run": None,
        "open_interventions": 0,
        "created_at": "2026-07-01T11:00:00.000Z",
        "updated_at": "2026-07-01T11:30:00.000Z",
    }
    return RunSummary.model_validate({**about, **more})


def case(name: str = "Greeter", **more: object) -> CaseDetail:
    about = {
        "intervention_id": f"case-{name}",
        "run_id": f"run-{name}",
        "policy": name,
        "code": "effect.unsure",
        "subject": "x",
        "text": "Nobody can tell whether the order was placed.",
        "choices": ["retry", "done", "abort"],
        "status": "open",
        "choice": None,
        "note": None,
        "result": None,
        "decided_by": None,
        "decided_how": None,
        "opened_at": "2026-07-01T11:00:00.000Z",
        "closed_at": None,
        "about": {},
        "meanings": {"retry": "try again", "done": "it was done", "abort": "end the run"},
    }
    return CaseDetail.model_validate({**about, **more})


def pause(subject: str = "*", name: str = "Everything", until: str | None = LATER) -> Pause:
    since = "2026-07-01T11:00:00.000Z"
    return Pause(subject=subject, name=name, since=since, until=until, paused_by="owner")


def status(**more: object) -> Status:
    about = {
        "protocol": 1,
        "version": "0.1.0",
        "pid": 1,
        "epoch": "e",
        "state": "ready",
        "home": "/home",
        "since": "2026-07-01T11:00:00.000Z",
    }
    return Status.model_validate({**about, **more})
