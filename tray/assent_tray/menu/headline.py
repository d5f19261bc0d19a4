"""The first line: how things stand, in words and as the icon's face; in our own words only."""

from collections.abc import Iterator
from datetime import datetime

from assent_schemas.statuses import RunStatus
from assent_tray.face import Face, Mood
from assent_tray.menu.pausing import all_is_paused
from assent_tray.menu.runs import open_runs
from assent_tray.menu.trouble import is_wrong
from assent_tray.opening import SEARCHING
from assent_tray.state import State, Tie, open_approvals
from assent_tray.words import capital, counted, when

_WITHOUT = {
    Tie.SEARCHING: SEARCHING,
    Tie.ABSENT: "The service does not run",
    Tie.REFUSED: "The service cannot be talked to",
}


def headline(state: State, now: datetime) -> str:
    """Such as: 2 approvals, next run Fri 16:00."""
    if state.tie is not Tie.TIED:
        return _WITHOUT[state.tie]
    said = ", ".join(_facts(state, now)) or "nothing to do"
    return capital(said)


def face(state: State, now: datetime) -> Face:
    """The one thing that the icon has to say."""
    waiting = len(open_approvals(state, now)) + len(state.cases)
    if is_wrong(state):
        return Face(Mood.TROUBLE)
    if state.tie is not Tie.TIED:
        return Face(Mood.NOT_CONNECTED)
    if waiting:
        return Face(Mood.NEEDS_YOU, waiting)
    if all_is_paused(state, now):
        return Face(Mood.PAUSED)
    moving = any(one.status is RunStatus.RUNNING for one in open_runs(state))
    return Face(Mood.WORKING if moving else Mood.FINE)


def _facts(state: State, now: datetime) -> Iterator[str]:
    if is_wrong(state):
        yield "something is wrong"
    if approvals := len(open_approvals(state, now)):
        yield counted(approvals, "approval")
    if state.cases:
        yield f"{counted(len(state.cases), 'case')} for you"
    if all_is_paused(state, now):
        yield "paused"
    elif moving := len(open_runs(state)):
        yield f"{moving} running"
    if state.status is not None and state.status.next_due:
        yield f"next run {when(state.status.next_due, now)}"
