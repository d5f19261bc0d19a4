"""What the tray knows: snapshots of the service, what happens in runs, and what came of clicks."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from assent_schemas.checks import Finding
from assent_schemas.errors import Problem
from assent_schemas.wire.approvals import Approval
from assent_schemas.wire.events import RESET, RUN_STOPS, Event
from assent_schemas.wire.inbox import CaseDetail
from assent_schemas.wire.policies import Pause
from assent_schemas.wire.runs import RunSummary
from assent_schemas.wire.service import Status
from assent_tray.words import moment

MOST_FOLLOWED = 200
"""Runs whose progress is kept."""


class Tie(StrEnum):
    """How the tray and the service stand to each other."""

    SEARCHING = "searching"
    ABSENT = "absent"
    REFUSED = "refused"
    """Something answers, and may not be talked to."""
    TIED = "tied"


class Part(StrEnum):
    """What is read from the service as a whole, and again when something of it has changed."""

    STATUS = "status"
    APPROVALS = "approvals"
    CASES = "cases"
    RUNS = "runs"
    PAUSES = "pauses"


@dataclass(frozen=True, slots=True)
class Brief:
    """What was read of exactly the thing with this hash; `acts` beyond telling the owner."""

    hash: str
    lines: tuple[str, ...]
    acts: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run is, and how many of its steps have ended since the tray follows it."""

    state: str = ""
    steps: int = 0
    until: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """Everything that the menu is made of; never changed, only replaced."""

    tie: Tie = Tie.SEARCHING
    problem: Problem | None = None
    """Why there is no tie."""
    status: Status | None = None
    approvals: tuple[Approval, ...] = ()
    briefs: Mapping[str, Brief] = field(default_factory=lambda: MappingProxyType({}))
    """By the subject of the approval."""
    cases: tuple[CaseDetail, ...] = ()
    runs: tuple[RunSummary, ...] = ()
    """The newest first."""
    progress: Mapping[str, Progress] = field(default_factory=lambda: MappingProxyType({}))
    pauses: tuple[Pause, ...] = ()
    unread: Mapping[Part, Problem] = field(default_factory=lambda: MappingProxyType({}))
    """What could not be read, and why."""
    findings: tuple[tuple[str, Finding], ...] | None = None
    """What the doctor found that is not well; None where it did not look."""
    busy: frozenset[str] = frozenset()
    """Subjects of clicks that are being carried out."""
    told: str = ""
    """What came of the last click."""


def open_approvals(state: State, now: datetime) -> list[Approval]:
    """Those whose time is not up."""
    return [one for one in state.approvals if not _over(one.until, now)]


def paused(state: State, now: datetime) -> list[Pause]:
    """The pauses whose time is not over."""
    return [one for one in state.pauses if one.until is None or not _over(one.until, now)]


def touched(event: Event) -> frozenset[Part]:
    """What an event makes worth reading again."""
    if event.type in (RESET, "service.changed"):
        return frozenset(Part)
    if event.type == "run.started" or event.type in RUN_STOPS:
        return frozenset({Part.RUNS, Part.STATUS})
    return _TOUCHED.get(event.type.partition(".")[0], frozenset())


_TOUCHED = {
    "approval": frozenset({Part.APPROVALS, Part.STATUS}),
    "case": frozenset({Part.CASES, Part.STATUS}),
    "policy": frozenset({Part.APPROVALS, Part.STATUS}),
    "pause": frozenset({Part.PAUSES, Part.STATUS, Part.RUNS}),
}


def heard(state: State, event: Event) -> State:
    """The state with what an event says of a run's progress."""
    run_id = event.data.get("run_id")
    if not isinstance(run_id, str):
        return state
    before = state.progress.get(run_id, Progress())
    now = _moved(before, event)
    if now is None:
        kept = {one: at for one, at in state.progress.items() if one != run_id}
    elif now == before:
        return state
    else:
        kept = dict(list(state.progress.items())[-MOST_FOLLOWED:]) | {run_id: now}
    return replace(state, progress=MappingProxyType(kept))


def _moved(before: Progress, event: Event) -> Progress | None:
    """Where the run is now; None where it does nothing more. One that waits long only stops."""
    if event.type in RUN_STOPS:
        return before if event.type == "run.stopped" else None
    if event.type == "step.ended":
        return replace(before, steps=before.steps + 1, until=None)
    if event.data.get("scope"):
        return before
    if event.type == "state.entered":
        return replace(before, state=_state_name(str(event.data.get("key", ""))), until=None)
    if event.type == "wait.started":
        return replace(before, until=str(event.data.get("until", "")))
    return before


def _state_name(key: str) -> str:
    """The state of a journal key: `Name.visit/attempt`, slashes in names written ~1."""
    name = key.split("/", 1)[0].rpartition(".")[0]
    return name.replace("~1", "/").replace("~0", "~")


def overdue(state: State, now: datetime) -> frozenset[Part]:
    """What has changed by the mere passing of time."""
    parts = set()
    if state.status is not None and state.status.next_due and _over(state.status.next_due, now):
        parts.add(Part.STATUS)
    if any(one.until and _over(one.until, now) for one in state.pauses):
        parts |= {Part.PAUSES, Part.STATUS}
    if any(_over(one.until, now) for one in state.approvals):
        parts.add(Part.APPROVALS)
    return frozenset(parts)


def seconds_until_overdue(state: State, now: datetime, most: float) -> float:
    """After how many seconds time alone changes something, at most so many."""
    due = [] if state.status is None else [state.status.next_due]
    ends = [*due, *(one.until for one in state.pauses), *(one.until for one in state.approvals)]
    found = [at for one in ends if one and (at := moment(one)) is not None and at > now]
    return min([most, *((one - now).total_seconds() for one in found)])


def _over(at: str, now: datetime) -> bool:
    found = moment(at)
    return found is not None and found <= now
