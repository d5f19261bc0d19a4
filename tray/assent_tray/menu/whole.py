"""The whole menu, from the headline down to quitting."""

from datetime import datetime

from assent_tray.asks import StartService
from assent_tray.menu.approvals import approvals
from assent_tray.menu.cases import cases
from assent_tray.menu.headline import face, headline
from assent_tray.menu.lines import grouped, lines
from assent_tray.menu.pausing import pausing
from assent_tray.menu.runs import recent, running
from assent_tray.menu.trouble import trouble
from assent_tray.opening import QUIT
from assent_tray.ports import Item, Look
from assent_tray.show_first import ShowFirst
from assent_tray.state import State, Tie
from assent_tray.words import when


def look(state: State, now: datetime, rule: ShowFirst = ShowFirst.ACTING) -> Look:
    """What is shown at a moment, in whose zone all times are written."""
    said = headline(state, now)
    groups = _tied(state, now, rule) if state.tie is Tie.TIED else _untied(state)
    first = (Item("headline", said), *lines("told", state.told))
    items = grouped([("headline", first), *groups, ("quit", (QUIT,))])
    return Look(face(state, now), said, items)


def _tied(state: State, now: datetime, rule: ShowFirst) -> list[tuple[str, tuple[Item, ...]]]:
    return [
        ("trouble", trouble(state)),
        ("approvals", approvals(state, now, rule)),
        ("cases", cases(state)),
        ("running", running(state, now)),
        ("more", (*recent(state, now), *_next(state, now), *pausing(state, now))),
    ]


def _next(state: State, now: datetime) -> tuple[Item, ...]:
    if state.status is None or not state.status.next_due:
        return ()
    return (Item("next", f"Next due: {when(state.status.next_due, now)}"),)


def _untied(state: State) -> list[tuple[str, tuple[Item, ...]]]:
    starting = "service" in state.busy
    start = Item("service:start", "Start the service", StartService())
    begun = Item("service:busy", "The service starts ...")
    why = state.problem
    told = lines("problem", f"{why.title}. {why.detail} {why.remedy}") if why else ()
    if state.tie is Tie.REFUSED:
        return [("problem", told), ("trouble", trouble(state))]
    absent = (begun if starting else start,) if state.tie is Tie.ABSENT else ()
    return [("start", absent), ("trouble", trouble(state))]
